"""What is taken and what is refused, by the bytes; names made harmless; how a file is given back."""

import io
import zipfile

import pytest
from django.http import Http404
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.tests.factories import SupportFactory
from core.errors import RuleViolation
from files.actions import keep_file, set_archived
from files.kinds import PDF as PDF_KIND
from files.kinds import kind_of
from files.names import MAX_LENGTH, safe_name
from files.responses import file_response
from files.tests import samples
from files.tests.samples import archive, sent


def kind(name: str, content: bytes) -> str | None:
    found = kind_of(io.BytesIO(content), name)
    return found and found.media_type


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("договор.pdf", samples.PDF, "application/pdf"),
        ("фото.png", samples.PNG, "image/png"),
        ("фото.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 40, "image/jpeg"),
        ("фото.webp", b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        ("акт.docx", samples.DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("прайс.xlsx", samples.XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("письмо.odt", samples.ODT, "application/vnd.oasis.opendocument.text"),
        ("папка.zip", archive("a.txt"), "application/zip"),
        ("заметка.txt", "Привет".encode("cp1251"), "text/plain"),
        ("выгрузка.CSV", "имя;сумма\n".encode(), "text/csv"),
        ("письмо.eml", samples.EMAIL, "message/rfc822"),
        ("счёт.exe", samples.PDF, "application/pdf"),
    ],
)
def test_the_bytes_say_what_it_is(name, content, media_type):
    assert kind(name, content) == media_type


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.png", samples.HTML),
        ("picture.svg", samples.SVG),
        ("picture.txt", samples.SVG),
        ("page.txt", b"\xef\xbb\xbf \n" + samples.HTML),
        ("page.html", b"hello"),
        ("run.bat", b"del *.*"),
        ("program.txt", b"MZ\x90\0\x03"),
        ("program.pdf", b"MZ\x90\0\x03"),
        ("macros.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("macros.odt", archive("Basic/script.xml", mimetype=b"application/vnd.oasis.opendocument.text")),
        ("broken.zip", samples.DOCX[:40]),
        ("no ending", b"text"),
    ],
)
def test_what_pretends_or_may_run_is_refused(name, content):
    assert kind(name, content) is None


def test_an_archive_that_unpacks_to_hundreds_of_megabytes_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("zeros", "w") as entry:
        for _megabyte in range(201):
            entry.write(b"\0" * 1024 * 1024)

    assert len(target.getvalue()) < 1_000_000
    assert kind("bomb.zip", target.getvalue()) is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Договор № 418 от 12.03.2025.pdf", "Договор № 418 от 12.03.2025.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\boot.PDF", "boot.PDF"),
        ("/абсолютный/путь.pdf", "путь.pdf"),
        ("счёт.exe", "счёт.exe.pdf"),
        ("...", "файл.pdf"),
        ("  .pdf", "pdf.pdf"),
        ("a\0b\u202efdp.exe", "abfdp.exe.pdf"),
        ('<"a|b?*">.pdf', "__a_b____.pdf"),
        ("", "файл.pdf"),
    ],
)
def test_a_name_is_made_harmless(name, kept):
    assert safe_name(name, PDF_KIND) == kept


def test_a_name_of_300_letters_is_cut_and_keeps_its_ending():
    name = safe_name("ж" * 300 + ".pdf", PDF_KIND)

    assert len(name) == MAX_LENGTH
    assert name.endswith("ж.pdf")


@given(st.text(max_size=400))
def test_whatever_the_name_it_is_no_path_and_fits(name):
    kept = safe_name(name, PDF_KIND)

    assert not set(kept) & set('/\\\0\n<>:"')
    assert 4 < len(kept) <= MAX_LENGTH
    assert kept.lower().endswith(".pdf")


@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.zip", "a.png", "a"]))
def test_whatever_the_bytes_nothing_breaks(content, name):
    kind(name, content)
    kind(name, b"PK\x03\x04" + content)


@pytest.mark.django_db
def test_a_file_is_kept_under_a_random_name_and_comes_back_inert():
    person, now = SupportFactory(), timezone.now()
    stored = keep_file(sent("Договор.pdf", samples.PDF, "text/html"), by=person, now=now)

    response = file_response(stored, inline=True)

    assert b"".join(response.streaming_content) == samples.PDF
    assert "огов" not in stored.content.name
    assert (stored.size, len(stored.sha256)) == (len(samples.PDF), 64)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%D0%94")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_only_a_picture_is_shown_in_the_page():
    person, now = SupportFactory(), timezone.now()
    picture = keep_file(sent("a.png", samples.PNG), by=person, now=now)
    text = keep_file(sent("a.txt", b"text"), by=person, now=now)

    assert file_response(picture, inline=True).headers["Content-Disposition"].startswith("inline")
    assert file_response(picture).headers["Content-Disposition"].startswith("attachment")
    assert file_response(text, inline=True).headers["Content-Disposition"].startswith("attachment")
    assert file_response(text).headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("a.pdf", b"", "file_empty"), ("a.pdf", b"%PDF-" + b"0" * 30, "file_too_big"), ("a.png", b"<svg>", "file_type")],
)
def test_a_refusal_names_the_file_and_the_reason(settings, name, content, code):
    settings.FILES_MAX_BYTES = 20

    with pytest.raises(RuleViolation) as refusal:
        keep_file(sent(name, content), by=SupportFactory(), now=timezone.now())

    assert (refusal.value.code, refusal.value.field) == (code, "files")
    assert name in refusal.value.message


@pytest.mark.django_db
def test_archiving_twice_changes_nothing_and_a_lost_file_is_not_found():
    person, now = SupportFactory(), timezone.now()
    stored = keep_file(sent("a.pdf", samples.PDF), by=person, now=now)

    first = set_archived(stored, True, by=person, now=now)
    again = set_archived(stored, True, by=SupportFactory(), now=timezone.now())
    stored.content.storage.delete(stored.content.name)

    assert (again.archived_at, again.archived_by) == (first.archived_at, person)
    with pytest.raises(Http404):
        file_response(stored)
