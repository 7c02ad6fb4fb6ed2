"""CSV: every bank has columns of its own, so a person points them out once, and they are known again by their heads."""

import csv
import io
from collections.abc import Generator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invoices.statements.parsed import (
    MAX_DOCUMENTS,
    Direction,
    Document,
    Side,
    Statement,
    StatementError,
    parse_day,
    parse_money,
)

DELIMITERS = ";\t,"
MAX_CELL = 4000
MIN_COLUMNS = 3
HEAD_ROWS = 30
"""So far down the head of the table may stand: banks put the account and the period above it."""

FIELDS = {
    "dated_on": gettext_lazy("Day"),
    "incoming": gettext_lazy("Came in"),
    "outgoing": gettext_lazy("Went out"),
    "number": gettext_lazy("Document №"),
    "name": gettext_lazy("Who: the other side"),
    "inn": gettext_lazy("Its INN"),
    "account": gettext_lazy("Its account"),
    "purpose": gettext_lazy("Purpose of payment"),
}
"""What a column may be. A table with one column for both ways has a minus for what went out: that is `incoming`."""

REQUIRED = ("dated_on", "incoming", "purpose")

GUESSES = {
    "dated_on": ("дата",), "incoming": ("кредит", "приход", "поступ", "зачисл", "сумма"),
    "outgoing": ("дебет", "расход", "списан"), "number": ("номер док", "№ док", "номер", "№"),
    "name": ("контрагент", "плательщик", "наименование", "корреспондент"), "inn": ("инн",),
    "account": ("счет", "счёт"), "purpose": ("назначение",),
}  # fmt: skip


@dataclass(frozen=True)
class Columns:
    """Which column is which, by position from 0, and whose account the table is of."""

    own_account: str
    positions: dict[str, int]


@dataclass(frozen=True)
class Layout:
    """The table as it opens: what is needed to ask a person for the columns."""

    delimiter: str
    head_row: int
    heads: list[str]
    examples: list[list[str]]

    @property
    def key(self) -> str:
        """By this the same table is known again."""
        return sha256("\x1f".join(head.strip().lower() for head in self.heads).encode()).hexdigest()

    def guesses(self) -> dict[str, int]:
        """The columns that their heads give away."""
        found: dict[str, int] = {}
        for field, words in GUESSES.items():
            for word in words:
                at = next((at for at, head in enumerate(self.heads) if word in head.lower()), None)
                if at is not None and at not in found.values():
                    found[field] = at
                    break
        return found


def recognises(text: str) -> bool:
    """A text whose lines have the same delimiter several times."""
    lines = [line for line in text.splitlines()[:HEAD_ROWS] if line.strip()]
    delimiter = _delimiter(lines)
    return sum(line.count(delimiter) >= MIN_COLUMNS - 1 for line in lines) >= 2


def layout(source: BinaryIO, encoding: str) -> Layout:
    """The head of the table and its first rows; the head is the first row with the most columns filled."""
    source.seek(0)
    text = source.read(1 << 16).decode(encoding, errors="replace")
    delimiter = _delimiter(text.splitlines()[:HEAD_ROWS])
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[:HEAD_ROWS]
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    head_row = filled.index(max(filled, default=0)) if filled else 0
    heads = [cell.strip() for cell in rows[head_row]] if rows else []
    return Layout(delimiter, head_row, heads, rows[head_row + 1 : head_row + 4])


def read(source: BinaryIO, encoding: str, columns: Columns | None) -> Statement:
    """Begin to read; raises StatementError, `statement_needs_columns` without columns."""
    if columns is None:
        message = _("The columns of this table are not known yet. Point them out once.")
        raise StatementError("statement_needs_columns", message)
    statement = Statement("csv", encoding, account_numbers=[columns.own_account])
    statement.documents = _documents(statement, source, layout(source, encoding), columns)
    return statement


def _documents(statement: Statement, source: BinaryIO, shape: Layout, columns: Columns) -> Generator[Document]:
    source.seek(0)
    text = io.TextIOWrapper(source, encoding=statement.encoding, errors="replace", newline="")
    rows = csv.reader(text, delimiter=shape.delimiter)
    days = []
    try:
        for index, row in enumerate(rows):
            if index <= shape.head_row or len(row) < len(shape.heads) or not any(cell.strip() for cell in row):
                continue
            if index - shape.head_row > MAX_DOCUMENTS:
                message = _("more than %(n)s documents. Download shorter periods.") % {"n": MAX_DOCUMENTS}
                raise StatementError("statement_too_big", message, rows.line_num)
            if document := _document([cell.strip()[:MAX_CELL] for cell in row], rows.line_num, columns):
                days.append(document.dated_on)
                yield document
    except csv.Error as error:
        raise StatementError("statement_broken", _("the table is broken here."), rows.line_num) from error
    finally:
        text.detach()
    statement.starts_on, statement.ends_on = min(days, default=None), max(days, default=None)
    statement.warnings.append(_("A table has no control totals: nothing is matched without a person."))


def _document(row: list[str], line: int, columns: Columns) -> Document | None:
    def cell(name: str) -> str:
        return row[columns.positions[name]] if name in columns.positions else ""

    day = parse_day(cell("dated_on"))
    incoming, outgoing = cell("incoming"), cell("outgoing")
    if day is None:
        if not incoming and not outgoing:
            return None
        raise StatementError("statement_bad_day", _("“%(text)s” is no day.") % {"text": cell("dated_on")[:30]}, line)
    sign = Direction.IN
    text = incoming.removeprefix("+")
    if text.startswith("-") or not text.strip("0., "):
        sign, text = Direction.OUT, text.removeprefix("-") if text.startswith("-") else outgoing.removeprefix("-")
    amount = parse_money(text.replace("₽", "").replace("RUB", ""))
    if amount is None:
        raise StatementError("statement_bad_sum", _("“%(text)s” is no sum in roubles.") % {"text": text[:30]}, line)
    if not amount:
        return None
    other = Side(cell("account").replace(" ", ""), cell("inn"), cell("name"))
    own = Side(columns.own_account)
    return Document(
        line=line,
        kind="csv",
        number=cell("number"),
        dated_on=day,
        amount=amount,
        payer=other if sign == Direction.IN else own,
        payee=own if sign == Direction.IN else other,
        purpose=cell("purpose"),
        posted_on=day,
        sign=sign,
        account=columns.own_account,
    )


def _delimiter(lines: list[str]) -> str:
    return max(DELIMITERS, key=lambda sign: sum(line.count(sign) for line in lines))
