"""Reading the table of partners that another CRM has exported: encodings, delimiters and names of columns."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.errors import RuleViolation

DELIMITERS = ";,\t"
MAX_BYTES = 20_000_000

# Our name of a column, and the names that Bitrix24, amoCRM and people give it.
COLUMNS = {
    "external_id": ["ID", "Идентификатор", "Номер", "External ID", "Код"],
    "name": [
        "Название компании", "Компания", "Партнёр", "Контрагент", "Организация", "Название", "Наименование",
        "Company name", "Company", "Partner", "Name", "Title",
    ],
    "city": ["Город", "City", "Адрес: город", "Населённый пункт", "Town"],
    "inn": ["ИНН", "БИН", "ИИН", "ИНН/БИН", "БИН/ИИН", "ЕДРПОУ", "ЄДРПОУ", "INN", "Tax number", "Tax ID", "TIN"],
    "kpp": ["КПП", "KPP"],
    "address": ["Юридический адрес", "Адрес", "Legal address", "Address"],
    "contact_name": [
        "Контакт", "Контактное лицо", "Основной контакт", "ФИО", "Contact", "Contact name", "Contact person",
        "Primary contact",
    ],
    "phone": ["Рабочий телефон", "Телефон", "Мобильный телефон", "Work phone", "Phone", "Phone number", "Mobile phone"],
    "email": [
        "Рабочий e-mail", "E-mail", "Email", "Электронная почта", "Почта", "Рабочий email", "Work e-mail", "Work email",
    ],
    "package": ["Пакет", "Тариф", "Package", "Plan"],
    "paid_on": ["Дата оплаты", "Дата последней оплаты", "Оплачен", "Payment date", "Paid on", "Date of payment"],
    "amount": ["Сумма", "Сумма оплаты", "Бюджет", "Стоимость", "Amount", "Sum", "Budget", "Price"],
    "manager": [
        "Ответственный", "Менеджер", "Ответственный менеджер", "Responsible", "Responsible user", "Manager", "Owner",
    ],
    "comment": [
        "Комментарий", "Комментарии", "Примечание", "Главный комментарий", "Comment", "Comments", "Note", "Notes",
    ],
}  # fmt: skip
REQUIRED = ("name", "city", "manager")


@dataclass(frozen=True)
class SourceRow:
    """A row of the file: the number of its first line, and its values by our names of the columns, trimmed.

    `is_too_long`: it has more values than there are columns, so it is not sure which value is which.
    """

    line: int
    values: dict[str, str]
    is_too_long: bool = False

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")


@dataclass(frozen=True)
class Table:
    """The rows of a file, and its columns that we have no use for."""

    rows: list[SourceRow]
    unused_columns: list[str]


def read_table(content: bytes) -> Table:
    """Read a CSV file in UTF-8 or Windows-1251, with semicolons, commas or tabs.

    Raises RuleViolation `import_too_big`, `import_not_text`, `import_no_columns` or `import_ambiguous_columns`.
    """
    if len(content) > MAX_BYTES:
        raise RuleViolation("import_too_big", _("The file is bigger than 20 MB. Split it."))
    text = _decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        headings = next(reader, [])
        columns, unused = _columns(headings)
        return Table(list(_rows(reader, columns, len(headings))), unused)
    except csv.Error as error:
        message = _("The table breaks off at line %(line)s: look for a quotation mark that is not closed.")
        raise RuleViolation("import_not_text", message % {"line": reader.line_num}) from error


def _rows(reader: Any, columns: dict[str, int], width: int) -> Iterator[SourceRow]:
    """The rows that are not empty; a value in quotation marks may go over several lines."""
    line = reader.line_num + 1
    for cells in reader:
        cells = [cell.strip() for cell in cells]
        if any(cells):
            values = {name: cells[index] for name, index in columns.items() if index < len(cells)}
            yield SourceRow(line, values, any(cells[width:]))
        line = reader.line_num + 1


def _decode(content: bytes) -> str:
    """The bytes decide, not what somebody says of them: strict UTF-8, otherwise Windows-1251."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1251", errors="replace")
    if "\0" in text or not text.strip():
        raise RuleViolation("import_not_text", _("This is not a table in text form. Export the partners as CSV."))
    return text


def _delimiter(text: str) -> str:
    """The sign that divides the headings: quoted headings may hold the other signs."""
    heading = re.sub(r'"[^"]*"', "", text.lstrip().split("\n", 1)[0])
    return max(DELIMITERS, key=heading.count)


def _columns(headings: list[str]) -> tuple[dict[str, int], list[str]]:
    """Where each of our columns stands, and the headings that are none of ours."""
    known = {_plain(heading): name for name, headings in COLUMNS.items() for heading in headings}
    found = [(known.get(_plain(heading)), heading, index) for index, heading in enumerate(headings)]
    counts = Counter(name for name, _heading, _index in found if name)
    if missing := [COLUMNS[name][0] for name in REQUIRED if name not in counts]:
        message = _("The file has no column: %(columns)s.") % {"columns": ", ".join(missing)}
        raise RuleViolation("import_no_columns", message)
    if doubled := [heading for name, heading, _index in found if name and counts[name] > 1]:
        message = _("These columns mean the same, leave one: %(columns)s.") % {"columns": ", ".join(doubled)}
        raise RuleViolation("import_ambiguous_columns", message)
    return {name: index for name, _heading, index in found if name}, [
        heading for name, heading, _index in found if not name and heading.strip()
    ]


def _plain(heading: str) -> str:
    """The heading for comparing: any case, е for ё, e-mail as email."""
    return " ".join(heading.lower().replace("ё", "е").replace("e-mail", "email").strip('" ').split())
