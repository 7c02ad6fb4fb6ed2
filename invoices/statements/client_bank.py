"""1CClientBankExchange (kl_to_1c.txt): the text file of Russian client-banks, and its Kazakh dialect.

Lines of key and value in sections; the format's own page: https://v8.1c.ru/edi/edi_stnd/100/101.htm. Banks differ from
it and from each other: keys in any case, a section word without a value, one account section a day, an end marker of
their own. They are read by key, so that versions 1.01 to 1.03 and the Kazakh 2.0 need nothing of their own.
"""

import io
import re
from collections.abc import Generator, Iterator
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.control_digits import is_inn
from invoices.statements.parsed import (
    MAX_AMOUNT,
    MAX_BALANCE,
    MAX_DOCUMENTS,
    Account,
    Direction,
    Document,
    Side,
    Statement,
    StatementError,
    parse_day,
    parse_money,
)

FIRST_LINE = "1cclientbankexchange"
MAX_LINE = 4000
MAX_PURPOSE = 1000
END_MARKERS = {"конецфайла", "конецвыписки"}
LEADING_INN = re.compile(r"^(?:ИНН\s*)?(\d{10}|\d{12})[\s,]+", re.IGNORECASE)

HEADER = {
    "версияформата": "version", "кодировка": "encoding", "датаначала": "starts_on", "датаконца": "ends_on",
    "расчсчет": "account",
}  # fmt: skip
ACCOUNT = {
    "датаначала": "starts_on", "датаконца": "ends_on", "расчсчет": "account", "начальныйостаток": "opening",
    "всегопоступило": "incoming", "всегосписано": "outgoing", "конечныйостаток": "closing",
}  # fmt: skip
DOCUMENT = {
    "номер": "number", "номердокумента": "number", "дата": "dated_on", "датадокумента": "dated_on",
    "датаоперации": "posted_on", "датапоступило": "received_on", "датасписано": "written_off_on",
    "сумма": "amount", "суммаприход": "credit", "суммарасход": "debit", "виддокумента": "kind",
    "назначениеплатежа": "purpose", "валюта": "currency",
    **{f"назначениеплатежа{n}": f"purpose{n}" for n in range(1, 7)},
    **{
        f"{word}{key}": f"{side}_{name}"
        for word, side in (("плательщик", "payer"), ("получатель", "payee"))
        for key, name in (
            ("", "full_name"), ("1", "name"), ("наименование", "name"), ("инн", "inn"), ("бин_иин", "inn"),
            ("счет", "account"), ("иик", "account"), ("расчсчет", "settlement_account"), ("бик", "bank_code"),
            ("банкбик", "bank_code"),
        )
    },
}  # fmt: skip
"""Keys as banks of Russia and Kazakhstan write them, in small letters, and what they mean."""


def recognises(head: str) -> bool:
    return head.lstrip("\ufeff \t\r\n").lower().startswith(FIRST_LINE)


def read(source: BinaryIO, encoding: str) -> Statement:
    """Begin to read; raises StatementError with the line where the file is broken, cut off or too big."""
    statement = Statement("1c", encoding)
    statement.documents = _Reader(statement, source).documents()
    return statement


class _Reader:
    """One pass through the lines: a section opens, takes keys, and closes into an account or a document."""

    def __init__(self, statement: Statement, source: BinaryIO) -> None:
        self.source = source
        self.statement = statement
        self.line = 0
        self.section = ""
        self.opened_at = 0
        self.values: dict[str, str] = {}
        self.keys: dict[str, str] = HEADER
        self.last_key = ""
        self.known: dict[str, str] = {}
        self.count = 0

    def documents(self) -> Generator[Document]:
        self.statement.has_end = False
        self.source.seek(0)
        # Newlines of every kind, also mixed, are one to it. A byte that fits nowhere must not stop a whole statement.
        self.text = io.TextIOWrapper(self.source, encoding=self.statement.encoding, errors="replace", newline=None)
        try:
            for text in self._lines():
                key, equals, value = text.partition("=")
                word = self.known.get(key) or self._word(key)
                if equals and word in self.keys:
                    self._keep(self.keys[word], value)
                elif word.startswith(("секция", "конец")):
                    if word in END_MARKERS:
                        self._expect_no_section()
                        self.statement.has_end = True
                        break
                    if document := self._mark(word, value):
                        yield document
                elif not equals:
                    self._continue(text)
                else:
                    self.last_key = ""
        finally:
            self.text.detach()
        if self.section:
            raise StatementError(
                "statement_cut_off",
                _("the file ends in the middle of what begins here. It was cut off: download it from the bank again."),
                self.opened_at,
            )

    def _lines(self) -> Iterator[str]:
        while line := self.text.readline(MAX_LINE + 1):
            self.line += 1
            if len(line) > MAX_LINE:
                raise StatementError("statement_line_too_long", _("longer than any bank writes."), self.line)
            line = line.strip()
            if self.line > 1 and line:
                yield line

    def _word(self, key: str) -> str:
        """A key as it is looked up: small letters, without spaces around; remembered, for keys come again and again."""
        word = key.strip().lower()
        if word and "=" not in key and not word[0].isascii() and len(self.known) < 500:
            self.known[key] = word
        return word

    def _keep(self, name: str, value: str) -> None:
        """The first value that says something counts: banks write keys twice, once empty."""
        self.last_key = name
        if self.section or name != "account":
            if value := value.strip():
                self.values.setdefault(name, value)
            return
        if (value := value.strip()) and value not in self.statement.account_numbers:
            self.statement.account_numbers.append(value)

    def _continue(self, text: str) -> None:
        """A line without a key: the rest of a purpose with a line break in it, or an odd end mark."""
        if self.section == "document" and self.last_key.startswith("purpose"):
            said = self.values.get(self.last_key, "")
            if len(said) < MAX_PURPOSE:
                self.values[self.last_key] = f"{said} {text}"
            return
        if _in_utf8(text, self.statement.encoding).lower() in END_MARKERS:
            self.statement.has_end = True
            return
        if not self.section and self.statement.has_end:
            return
        raise StatementError(
            "statement_not_understood",
            _("“%(text)s” is neither a key nor a section of the 1C exchange.") % {"text": text[:60]},
            self.line,
        )

    def _mark(self, word: str, value: str) -> Document | None:
        """A section opens, or closes and gives what it was."""
        if word in {"секциярасчсчет", "секциядокумент"}:
            self._expect_no_section()
            if not self.count and not self.statement.accounts:
                self._read_header()
            self.section = "account" if word == "секциярасчсчет" else "document"
            self.keys = ACCOUNT if self.section == "account" else DOCUMENT
            self.values, self.opened_at, self.last_key = {}, self.line, ""
            if self.section == "document" and (kind := value.strip(" \"'«»")):
                self.values["section_kind"] = kind
            return None
        if word in {"конецрасчсчет", "конецдокумента"}:
            if self.section != ("account" if word == "конецрасчсчет" else "document"):
                raise StatementError("statement_broken", _("a section ends here that has not begun."), self.line)
            document = self._account() if self.section == "account" else self._document()
            self.section, self.keys = "", HEADER
            return document
        return None

    def _expect_no_section(self) -> None:
        if self.section:
            raise StatementError(
                "statement_cut_off", _("a section begins here and its end is missing."), self.opened_at
            )

    def _read_header(self) -> None:
        statement, values = self.statement, self.values
        statement.version = values.get("version", "")
        statement.declared_encoding = values.get("encoding", "")
        statement.starts_on = parse_day(values.get("starts_on", ""))
        statement.ends_on = parse_day(values.get("ends_on", ""))
        if not statement.starts_on or not statement.ends_on:
            statement.warnings.append(_("The period in the header cannot be read; the accounts' own is taken."))

    def _account(self) -> None:
        """Its period and balances; a damaged day of it is no reason to refuse the documents."""
        number = self.values.get("account", "")
        if number and number not in self.statement.account_numbers:
            self.statement.account_numbers.append(number)
        self.statement.accounts.append(
            Account(
                number or (self.statement.account_numbers or [""])[0],
                self._day("starts_on"),
                self._day("ends_on"),
                *(self._balance(name) for name in ("opening", "closing", "incoming", "outgoing")),
            )
        )

    def _document(self) -> Document | None:
        self.count += 1
        if self.count > MAX_DOCUMENTS:
            raise StatementError(
                "statement_too_big",
                _("more than %(n)s documents. Download shorter periods.") % {"n": MAX_DOCUMENTS},
                self.line,
            )
        values = self.values
        amount, sign = self._amount()
        dated_on = self._day("dated_on") or self._day("posted_on")
        received_on, written_off_on = self._day("received_on"), self._day("written_off_on")
        dated_on = dated_on or received_on or written_off_on
        if dated_on is None:
            raise StatementError("statement_no_day", _("the document has no date."), self.opened_at)
        if not amount:
            self.statement.warnings.append(
                _("Line %(line)s: a document for 0 roubles is left out.") % {"line": self.opened_at}
            )
            return None
        return Document(
            line=self.opened_at,
            kind=values.get("kind") or values.get("section_kind", ""),
            number=values.get("number", ""),
            dated_on=dated_on,
            amount=amount,
            payer=self._side("payer"),
            payee=self._side("payee"),
            purpose=self._purpose(),
            posted_on=self._day("posted_on"),
            received_on=received_on,
            written_off_on=written_off_on,
            sign=sign,
        )

    def _amount(self) -> tuple[Decimal | None, Direction | None]:
        """The sum, and the way when it has two keys for the two ways."""
        for name, sign in (("credit", Direction.IN), ("debit", Direction.OUT), ("amount", None)):
            amount = self._money(name)
            if amount:
                return amount, sign
        if not any(self.values.get(name) for name in ("credit", "debit", "amount")):
            raise StatementError("statement_no_sum", _("the document has no sum."), self.opened_at)
        return None, None

    def _side(self, side: str) -> Side:
        values = self.values
        name, inn = values.get(f"{side}_name", ""), values.get(f"{side}_inn", "")
        full_name = values.get(f"{side}_full_name", "")
        if leading := LEADING_INN.match(full_name):
            inn = inn or (leading[1] if is_inn(leading[1]) else "")
            full_name = full_name[leading.end() :]
        account = values.get(f"{side}_account") or values.get(f"{side}_settlement_account", "")
        return Side(account.replace(" ", ""), inn.strip(), name or full_name, values.get(f"{side}_bank_code", ""))

    def _purpose(self) -> str:
        """The whole text; its numbered parts only where it is missing: some banks write both."""
        if purpose := self.values.get("purpose"):
            return purpose
        return " ".join(part for n in range(1, 7) if (part := self.values.get(f"purpose{n}")))

    def _day(self, name: str) -> date | None:
        text = self.values.get(name, "")
        if not text.strip("0"):
            return None
        day = parse_day(text)
        if day is None and self.section != "account":
            raise StatementError("statement_bad_day", _("“%(text)s” is no day.") % {"text": text[:30]}, self.opened_at)
        return day

    def _money(self, name: str, limit: Decimal = MAX_AMOUNT) -> Decimal | None:
        text = self.values.get(name, "")
        if not text:
            return None
        amount = parse_money(text, limit)
        if amount is None:
            raise StatementError(
                "statement_bad_sum", _("“%(text)s” is no sum in roubles.") % {"text": text[:30]}, self.opened_at
            )
        return amount

    def _balance(self, name: str) -> Decimal | None:
        """A balance may be below zero: an overdraft."""
        text = self.values.get(name, "")
        if text.startswith("-") and (owed := parse_money(text[1:], MAX_BALANCE)) is not None:
            return -owed
        return self._money(name, MAX_BALANCE)


def _in_utf8(text: str, encoding: str) -> str:
    """The text as it reads when its bytes are UTF-8; some banks write their last line so."""
    try:
        return text.encode(encoding).decode("utf-8")
    except UnicodeError:
        return text
