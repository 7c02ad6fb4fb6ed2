"""Reading a table that another CRM has exported, whatever its encoding, delimiter and headings."""

import codecs
import csv
import io
from pathlib import Path

import pytest

from core.errors import RuleViolation
from partners.import_table import read_table

RUSSIAN = "ID;Название компании;Город;Ответственный;Рабочий телефон\n7;ООО «Ёлка»;Орёл;Ким Светлана;+79000000001\n"
VALUES = {
    "external_id": "7", "name": "ООО «Ёлка»", "city": "Орёл", "manager": "Ким Светлана", "phone": "+79000000001",
}  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        RUSSIAN.encode(),
        RUSSIAN.encode("utf-8-sig"),
        RUSSIAN.encode("cp1251"),
        codecs.BOM_UTF16_LE + RUSSIAN.encode("utf-16-le"),
        RUSSIAN.replace("\n", "\r\n").encode("cp1251"),
        RUSSIAN.replace(";", ",").encode(),
        RUSSIAN.replace(";", "\t").encode(),
        RUSSIAN.replace("ID;Название компании;Город;Ответственный;Рабочий телефон", "id,Company,City,Owner,Phone")
        .replace(";", ",")
        .encode(),
        RUSSIAN.replace("Название компании", '"НАЗВАНИЕ  КОМПАНИИ"').encode(),
    ],
    ids=["utf-8", "utf-8 with BOM", "cp1251", "utf-16", "CRLF", "commas", "tabs", "English", "quoted heading"],
)
def test_the_same_table_is_read_from_every_form_of_it(content):
    table = read_table(content)

    assert [row.values for row in table.rows] == [VALUES]
    assert table.rows[0].line == 2


def test_an_export_of_300_rows_reads_the_same_in_another_encoding_with_another_delimiter():
    exported = (Path(__file__).parent / "data/partners-export.csv").read_bytes()
    rows = csv.reader(io.StringIO(exported.decode("cp1251"), newline=""), delimiter=";")
    other = io.StringIO(newline="")
    csv.writer(other).writerows(rows)

    table = read_table(exported)

    assert len(table.rows) == 300
    assert table == read_table(other.getvalue().encode())


def test_a_value_may_hold_delimiters_quotes_and_line_breaks_and_later_rows_keep_their_line():
    content = (
        "Название;Город;Ответственный;Комментарий\n"
        'ООО «А»;Омск;Ким;"Скидка 7 %; звонить ""утром""\nвторая строка"\n'
        "\n"
        "ООО «Б»;Омск;Ким;\n"
    )

    first, second = read_table(content.encode()).rows

    assert first["comment"] == 'Скидка 7 %; звонить "утром"\nвторая строка'
    assert (first.line, second.line) == (2, 5)
    assert second["comment"] == second["inn"] == ""


def test_columns_without_a_use_are_named():
    table = read_table("Компания;Город;Менеджер;Источник;\nА;Б;В;Г;\n".encode())

    assert table.unused_columns == ["Источник"]
    assert not table.rows[0].is_too_long


def test_a_row_with_more_values_than_columns_is_marked():
    (row,) = read_table("Компания;Город;Менеджер\nООО;А;Омск;Ким\n".encode()).rows

    assert row.is_too_long


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("Компания;Телефон\nА;1\n".encode(), "import_no_columns", "Город, Ответственный"),
        ("Компания;Название;Город;Менеджер\n".encode(), "import_ambiguous_columns", "Компания, Название"),
        (b"", "import_not_text", "CSV"),
        (b"PK\x03\x04\x00\x00\x00\x00", "import_not_text", "CSV"),
        (('Компания;Город;Менеджер\n"' + "А" * 200_000).encode(), "import_not_text", "2"),
    ],
)
def test_a_file_that_is_no_table_of_partners_is_refused_in_plain_words(content, code, words):
    with pytest.raises(RuleViolation) as refused:
        read_table(content)

    assert refused.value.code == code
    assert words in refused.value.message
