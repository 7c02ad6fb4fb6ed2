"""Giving a file back so that it can do nothing: downloaded, of a fixed type, in a sandbox."""

from django.http import FileResponse, Http404

from files.models import StoredFile

SANDBOX = "default-src 'none'; sandbox"


def file_response(stored: StoredFile, *, inline: bool = False) -> FileResponse:
    """The bytes for who has been checked already. Only images may be shown in the page. 404 when the bytes are gone."""
    try:
        content = stored.content.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    media_type = f"{stored.media_type}; charset=utf-8" if stored.media_type.startswith("text/") else stored.media_type
    as_attachment = not (inline and stored.is_image)
    response = FileResponse(content, as_attachment=as_attachment, filename=stored.name, content_type=media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
