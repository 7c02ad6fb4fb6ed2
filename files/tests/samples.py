"""Small files of each type, and some that pretend."""

import io
import struct
import zipfile
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
    + _chunk(b"IEND", b"")
)
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
HTML = b"<!DOCTYPE html><script>alert(document.cookie)</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
EMAIL = "From: a@example.ru\nSubject: Договор\n\nДобрый день".encode()


def archive(*names: str, **contents: bytes) -> bytes:
    """A zip file with these entries, dated 1980: the same bytes whenever it is made, so tests keep their names."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in (dict.fromkeys(names, b"x") | contents).items():
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
XLSX = archive("[Content_Types].xml", "xl/workbook.xml")
ODT = archive("content.xml", mimetype=b"application/vnd.oasis.opendocument.text")


def sent(name: str, content: bytes, media_type: str = "application/octet-stream") -> SimpleUploadedFile:
    """A file as it arrives; the sender's word for its type is not listened to."""
    file = SimpleUploadedFile("x", content, media_type)
    file._name = name
    return file
