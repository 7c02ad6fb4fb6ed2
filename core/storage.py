"""How static files are stored for production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Names with a hash of the content, in the imports of our scripts too, so that all of it may be cached for ever."""

    support_js_module_import_aggregation = True
    # Our scripts only: the libraries have no imports, but words in their comments look like them.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )
