"""Names of files as people send them, made harmless: no folders, no invisible signs, an ending that fits."""

import re
import unicodedata

from django.utils.translation import gettext as _

from files.kinds import Kind

MAX_LENGTH = 160
FORBIDDEN = re.compile(r'[<>:"|?*]')


def safe_name(sent: str, kind: Kind) -> str:
    """The name to keep and to give on download: at most 160 characters, ending as the type does."""
    name = unicodedata.normalize("NFC", sent).replace("\\", "/").rpartition("/")[2]
    # Control and direction signs: «‮fdp.exe» would read as a PDF.
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    name = " ".join(FORBIDDEN.sub("_", name).split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot or ending.lower() not in kind.endings:
        stem, ending = name, kind.endings[0]
    stem = stem.strip(". ") or _("file")
    return f"{stem[: MAX_LENGTH - len(ending) - 1].rstrip('. ')}.{ending}"
