"""What every format is read into, and how a sum and a day are written in any of them."""

import re
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from django.utils.translation import gettext as _

from core.errors import RuleViolation

MAX_DOCUMENTS = 200_000
MAX_AMOUNT = Decimal("9999999999.99")
MAX_BALANCE = Decimal("9999999999999.99")
SPACES = re.compile(r"[\s\u00a0\u202f']+")
MONEY = re.compile(r"(\d{1,15})(?:[.,-](\d{1,2}))?", re.ASCII)
DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?:[ T].*)?", re.ASCII)
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T+Z].*)?", re.ASCII)


class StatementError(RuleViolation):
    """The file cannot be taken, and nothing of it is. `line` is where, 0 when it is the whole file."""

    def __init__(self, code: str, message: str, line: int = 0) -> None:
        super().__init__(
            code, _("Line %(line)s: %(message)s") % {"line": line, "message": message} if line else message
        )
        self.field, self.line = "file", line


class Direction(StrEnum):
    """Which way the money went, seen from our accounts."""

    IN = "in"
    OUT = "out"
    INTERNAL = "internal"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Side:
    """Who pays, or who is paid. All as the file has it: account numbers and INNs may be of any length."""

    account: str = ""
    inn: str = ""
    name: str = ""
    bank_code: str = ""


@dataclass(slots=True)
class Document:
    """One movement of money. `line` is where it begins in the file; `sign` is what the file itself says of the way."""

    line: int
    kind: str
    number: str
    dated_on: date
    amount: Decimal
    payer: Side
    payee: Side
    purpose: str
    posted_on: date | None = None
    received_on: date | None = None
    written_off_on: date | None = None
    sign: Direction | None = None
    account: str = ""
    """The account whose statement it stands in, where the format says so."""


@dataclass(slots=True)
class Account:
    """An account's part of the statement: its period, balances and turnovers as the bank declares them."""

    number: str
    starts_on: date | None = None
    ends_on: date | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None
    incoming: Decimal | None = None
    outgoing: Decimal | None = None


@dataclass
class Statement:
    """A statement being read. Iterate over `documents` first: the rest is complete only when they have all come."""

    format: str
    encoding: str
    version: str = ""
    declared_encoding: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    account_numbers: list[str] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    has_end: bool = True
    documents: Generator[Document] = field(init=False)


@lru_cache(maxsize=4096)
def parse_money(text: str, limit: Decimal = MAX_AMOUNT) -> Decimal | None:
    """Roubles: 123.45; 1 234,50; 12345-67; 123. None for what is no sum, or a larger one. Never a float."""
    found = MONEY.fullmatch(SPACES.sub("", text))
    if not found:
        return None
    amount = Decimal(f"{found[1]}.{(found[2] or '0').ljust(2, '0')}")
    return amount if amount <= limit else None


@lru_cache(maxsize=4096)
def parse_day(text: str) -> date | None:
    """A day: 01.02.2026, 1.2.26, with or without a time; 2026-02-01. None for what is no day."""
    text = text.strip()
    try:
        if found := DAY.fullmatch(text):
            year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
            parsed = date(year, int(found[2]), int(found[1]))
        elif found := ISO_DAY.fullmatch(text):
            parsed = date(int(found[1]), int(found[2]), int(found[3]))
        else:
            return None
    except ValueError:
        return None
    return parsed if 1990 <= parsed.year <= 2100 else None
