"""The invoice as PDF and as a picture of it: WeasyPrint over one template, with our own style sheet and fonts only.

WeasyPrint needs Pango from the system; where it is missing the rest of the product works and this says what to do.
One font configuration and one parsed style sheet serve all documents: making them anew is slower and leaks.
"""

import logging
import threading
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from core.errors import RuleViolation
from invoices.document import Document

STATIC = Path(settings.BASE_DIR) / "static"
STYLE_SHEET = STATIC / "css/print/invoice.css"
FONTS = {path.as_uri(): path for path in (STATIC / "fonts/pdf").glob("*.ttf")}
"""All that a document may load, by address. Everything else is refused: see `_engine`."""

MAX_PREVIEW_WIDTH = 1240
_drawing = threading.Lock()
"""pdfium is not safe to use from several threads."""


def invoice_pdf(document: Document) -> bytes:
    """The document as PDF. Raises RuleViolation `pdf_unavailable` where Pango is not installed."""
    weasyprint, style, fonts, fetcher = _engine()
    with translation.override("ru"):
        html = render_to_string("invoices/print.html", {"document": document})
    page = weasyprint.HTML(string=html, base_url=STYLE_SHEET.as_uri(), url_fetcher=fetcher)
    return page.write_pdf(stylesheets=[style], font_config=fonts, pdf_identifier=False)


def first_page_png(pdf: bytes, width: int) -> bytes:
    """The first page as a picture `width` pixels wide."""
    import pypdfium2

    with _drawing:
        document = pypdfium2.PdfDocument(pdf)
        try:
            page = document[0]
            picture = page.render(scale=min(width, MAX_PREVIEW_WIDTH) / page.get_width(), grayscale=True).to_pil()
        finally:
            document.close()
    out = BytesIO()
    picture.save(out, "PNG", optimize=False)
    return out.getvalue()


@lru_cache(maxsize=1)
def _engine() -> tuple[Any, Any, Any, Any]:
    """WeasyPrint, our style sheet, the fonts and the fetcher, made at the first use."""
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        message = _(
            "The PDF cannot be made: the system library Pango is missing. Install libpango-1.0-0 and "
            "libpangoft2-1.0-0, then restart. Everything else works."
        )
        raise RuleViolation("pdf_unavailable", message) from error

    class OwnFontsOnly(URLFetcher):
        """Refuse every address but those of our fonts: text of a document must reach no file and no network."""

        def fetch(self, url: str, headers: dict | None = None) -> Any:
            if url not in FONTS:
                raise ValueError(f"a document may not load {url}")
            return URLFetcherResponse(url, BytesIO(FONTS[url].read_bytes()), {"Content-Type": "font/ttf"}, 200)

    for name in ("weasyprint.progress", "fontTools"):
        logging.getLogger(name).setLevel(logging.WARNING)
    fonts, fetcher = FontConfiguration(), OwnFontsOnly()
    style = weasyprint.CSS(
        string=STYLE_SHEET.read_text(), base_url=STYLE_SHEET.as_uri(), url_fetcher=fetcher, font_config=fonts
    )
    return weasyprint, style, fonts, fetcher
