"""What a file is, told by its bytes: a name and a sender's word for the type prove nothing."""

import zipfile
from dataclasses import dataclass
from typing import BinaryIO

HEAD = 4096
MAX_UNPACKED = 200 * 1024 * 1024
MAX_ENTRIES = 5_000
CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13})
MARKUP = (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml", b"<body", b"<iframe")


@dataclass(frozen=True)
class Kind:
    """A type of files that is taken: its media type, and the endings its names may have, the usual one first."""

    media_type: str
    endings: tuple[str, ...]


PDF = Kind("application/pdf", ("pdf",))
OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = Kind(OFFICE + "wordprocessingml.document", ("docx",))
EXCEL = Kind(OFFICE + "spreadsheetml.sheet", ("xlsx",))
SLIDES = Kind(OFFICE + "presentationml.presentation", ("pptx",))
ODT = Kind("application/vnd.oasis.opendocument.text", ("odt",))
ODS = Kind("application/vnd.oasis.opendocument.spreadsheet", ("ods",))
ZIP = Kind("application/zip", ("zip",))
IMAGES = {
    b"\x89PNG\r\n\x1a\n": Kind("image/png", ("png",)),
    b"\xff\xd8\xff": Kind("image/jpeg", ("jpg", "jpeg")),
    b"GIF87a": Kind("image/gif", ("gif",)),
    b"GIF89a": Kind("image/gif", ("gif",)),
}
WEBP = Kind("image/webp", ("webp",))
TEXTS = {
    "txt": Kind("text/plain", ("txt",)),
    "csv": Kind("text/csv", ("csv",)),
    "eml": Kind("message/rfc822", ("eml",)),
}
NAMES = "PDF, DOCX, XLSX, PPTX, ODT, ODS, PNG, JPG, WEBP, GIF, TXT, CSV, EML, ZIP"
"""The types as people know them, for the hint and for a refusal."""

ACCEPT = ",".join(f".{name.lower()}" for name in NAMES.split(", ")) + ",.jpeg"


def kind_of(content: BinaryIO, name: str) -> Kind | None:
    """The type of these bytes, or None for one that is not taken. A text is told from other texts by its name."""
    content.seek(0)
    head = content.read(HEAD)
    if head.startswith(b"%PDF-"):
        return PDF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    for mark, kind in IMAGES.items():
        if head.startswith(mark):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _archive_kind(content)
    kind = TEXTS.get(name.rpartition(".")[2].lower())
    return kind if kind and _is_plain_text(content) else None


def _archive_kind(content: BinaryIO) -> Kind | None:
    """Which of the types that are zip files it is. None for a broken one, a bomb, or a document with macros."""
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            entries = archive.infolist()
            first = archive.read("mimetype")[:100] if _has_small(entries, "mimetype") else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError):
        return None
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        return None
    names = {entry.filename.lower() for entry in entries}
    if any(name.endswith("vbaproject.bin") or (first and name.startswith(("basic/", "scripts/"))) for name in names):
        return None
    if "[content_types].xml" in names:
        for kind, part in ((WORD, "word/document.xml"), (EXCEL, "xl/workbook.xml"), (SLIDES, "ppt/presentation.xml")):
            if part in names:
                return kind
    for kind in (ODT, ODS):
        if first == kind.media_type.encode():
            return kind
    return ZIP


def _has_small(entries: list[zipfile.ZipInfo], name: str) -> bool:
    return any(entry.filename == name and entry.file_size < 200 for entry in entries)


def _is_plain_text(content: BinaryIO) -> bool:
    """Text without control characters that is no page for a browser in disguise."""
    content.seek(0)
    begins = content.read(HEAD).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if begins.startswith(MARKUP):
        return False
    content.seek(0)
    while chunk := content.read(65_536):
        if len(chunk.translate(None, CONTROLS)) != len(chunk):
            return False
    return True
