"""Tables that people take away: CSV as Excel reads it in Russia, and XLSX with real dates and numbers.

A cell is never a formula, whoever has typed it: what begins like one is text, so that opening the file runs nothing.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import TextIOWrapper
from typing import IO, Any
from urllib.parse import quote

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from core.moscow import to_moscow

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
"""Characters that no spreadsheet may hold."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Row = Sequence[Any]


def write_csv(titles: Sequence[str], rows: Iterable[Row], file: IO[bytes]) -> None:
    """UTF-8 with a byte order mark, semicolons, dates as 30.11.2026 and sums as 186000,50."""
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=";")
    writer.writerow([_csv_cell(title) for title in titles])
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    text.detach()


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return to_moscow(value).strftime("%d.%m.%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", ",")
    if isinstance(value, int):
        return str(value)
    text = CONTROLS.sub("", str(value))
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def write_xlsx(title: str, titles: Sequence[str], rows: Iterable[Row], file: IO[bytes]) -> None:
    """One sheet, written row by row: bold heads that stay, columns as wide as their heads ask for."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", title)[:31] or "1")
    sheet.freeze_panes = "A2"
    for number, name in enumerate(titles, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = max(14, len(name) + 4)
    heads = [WriteOnlyCell(sheet, value=name) for name in titles]
    for head in heads:
        head.data_type, head.font = "s", Font(bold=True)
    sheet.append(heads)
    for row in rows:
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    book.save(file)


def _xlsx_cell(sheet: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value=to_moscow(value).replace(tzinfo=None, microsecond=0))
        cell.number_format = "DD.MM.YYYY HH:MM"
    elif isinstance(value, date):
        cell = WriteOnlyCell(sheet, value=value)
        cell.number_format = "DD.MM.YYYY"
    elif isinstance(value, Decimal):
        cell = WriteOnlyCell(sheet, value=value)
        cell.number_format = "#,##0.00"
    elif isinstance(value, int):
        cell = WriteOnlyCell(sheet, value=value)
    else:
        text = CONTROLS.sub("", str(value))
        cell = WriteOnlyCell(sheet, value=text)
        # What begins with «=» has become a formula by now, and would again when somebody edits the cell.
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(FORMULA_STARTS)
    return cell


def attachment(plain: str, name: str, suffix: str) -> str:
    """A Content-Disposition with a name in Latin letters for old programs, and the real one."""
    return f"attachment; filename=\"{plain}.{suffix}\"; filename*=UTF-8''{quote(f'{name}.{suffix}', safe='')}"
