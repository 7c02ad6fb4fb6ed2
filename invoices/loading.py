"""Putting the lines of a statement into the database: each movement of money once, whatever is loaded again.

The same line is known by what does not vary between a bank's exports; truly equal lines by their running number within
a file. Loading a file again, or files that overlap, therefore adds only what is not there, in any order. The caller
holds the locks that let one load at a time touch an account.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from django.db import connection
from django.utils.translation import gettext as _

from invoices.models import BankStatement, Payment, StatementAccount, StatementLine
from invoices.statements import Account, Direction, Document, Statement, StatementError

BATCH = 2000
PERSONS = "^(40817|40820|423|426)"
"""Accounts of natural persons begin so; a payment from one needs a cash receipt (54-ФЗ)."""

PAYMENTS = """
    INSERT INTO invoices_payment (line_id, method, recorded_at, paid_on, amount, payer_name, payer_inn, purpose,
        document_number, needs_receipt, receipt_number, declined_why)
    SELECT id, %s, %s, posted_on, amount, payer_name, payer_inn, purpose, number, payer_account ~ %s, '', ''
    FROM invoices_statementline WHERE id = ANY(%s) ORDER BY id
"""


@dataclass
class Turnover:
    """What the documents of one account add up to."""

    incoming: Decimal = Decimal(0)
    outgoing: Decimal = Decimal(0)
    first_on: date | None = None
    last_on: date | None = None

    def add(self, line: StatementLine) -> None:
        if line.direction == Direction.IN:
            self.incoming += line.amount
        elif line.direction in (Direction.OUT, Direction.INTERNAL):
            self.outgoing += line.amount
        self.first_on = min(self.first_on or line.posted_on, line.posted_on)
        self.last_on = max(self.last_on or line.posted_on, line.posted_on)


@dataclass
class Loading:
    """One pass over a statement. `ours` are the numbers of our accounts; `progress` is told after every batch."""

    statement: BankStatement
    ours: frozenset[str]
    progress: Callable[[int], None] = lambda count: None
    occurrences: Counter = field(default_factory=Counter)
    turnovers: dict[str, Turnover] = field(default_factory=dict)
    batch: list[StatementLine] = field(default_factory=list)

    def run(self, parsed: Statement) -> None:
        """Read all and write it; the statement gets its figures, and is not saved. Raises StatementError."""
        with connection.cursor() as cursor:
            # Each statement checks its references: a queue of them until the commit is walked for every single row.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with closing(parsed.documents) as documents:
            for document in documents:
                line = self._line(document, parsed)
                if line is None:
                    self.statement.skipped_count += 1
                else:
                    self.batch.append(line)
                self.statement.lines_count += 1
                if len(self.batch) >= BATCH:
                    self._flush()
        self._flush()
        self._check_owner(parsed)
        self._finish(parsed)

    def _line(self, document: Document, parsed: Statement) -> StatementLine | None:
        """The document as a line of ours; None for another account's in a file of several."""
        found = direct(document, self.ours, parsed.account_numbers)
        if found is None:
            return None
        account, direction, by_date_field = found
        if direction == Direction.IN:
            posted_on = document.received_on or document.posted_on or document.dated_on
        else:
            posted_on = document.written_off_on or document.posted_on or document.dated_on
        known_by = fingerprint(account, direction, document)
        self.occurrences[known_by] += 1
        line = StatementLine(
            statement=self.statement,
            seen_in=self.statement,
            account=account,
            direction=direction,
            by_date_field=by_date_field,
            fingerprint=known_by,
            occurrence=self.occurrences[known_by],
            position=document.line,
            kind=document.kind[:60],
            number=document.number[:40],
            dated_on=document.dated_on,
            posted_on=posted_on,
            amount=document.amount,
            payer_account=document.payer.account[:40],
            payer_inn=document.payer.inn[:20],
            payer_name=clean(document.payer.name)[:250],
            payer_bank_code=document.payer.bank_code[:20],
            payee_account=document.payee.account[:40],
            payee_inn=document.payee.inn[:20],
            payee_name=clean(document.payee.name)[:250],
            purpose=clean(document.purpose)[:1000],
        )
        self.turnovers.setdefault(account, Turnover()).add(line)
        if direction != Direction.IN:
            self.statement.skipped_count += 1
        return line

    def _flush(self) -> None:
        """Write what is not there yet; of what is, note that this statement has it too."""
        alike = StatementLine.objects.filter(
            account__in={line.account for line in self.batch}, fingerprint__in={line.fingerprint for line in self.batch}
        )
        known = {
            (row.account, row.fingerprint, row.occurrence): row
            for row in alike.only("account", "fingerprint", "occurrence", "purpose", "other_purpose")
        }
        new = []
        seen: list[StatementLine] = []
        for line in self.batch:
            there = known.get((line.account, line.fingerprint, line.occurrence))
            if there is None:
                new.append(line)
                continue
            if clean(there.purpose) != line.purpose and not there.other_purpose:
                there.other_purpose = line.purpose or " "
                there.save(update_fields=["other_purpose"])
            seen.append(there)
        StatementLine.objects.bulk_create(new)
        self._bring_payments([line.pk for line in new if line.direction == Direction.IN])
        StatementLine.objects.filter(pk__in=[line.pk for line in seen]).update(seen_in=self.statement)
        self.statement.new_count += len(new)
        self.statement.duplicates_count += len(seen)
        self.batch.clear()
        self.progress(self.statement.lines_count)

    def _bring_payments(self, lines: list[int]) -> None:
        """What came in is a payment, made from its line where the line lies."""
        with connection.cursor() as cursor:
            cursor.execute(PAYMENTS, [Payment.Method.BANK, self.statement.loaded_at, PERSONS, lines])

    def _check_owner(self, parsed: Statement) -> None:
        """Refuse the statement of somebody else's account."""
        if self.ours.intersection(parsed.account_numbers):
            return
        if not parsed.account_numbers and self.turnovers:
            return
        message = _(
            "This is the statement of another account: %(accounts)s is not one of our sellers' accounts. "
            "Nothing has been loaded."
        )
        shown = ", ".join(parsed.account_numbers[:3]) or _("an unknown one")
        raise StatementError("statement_of_another_account", message % {"accounts": shown})

    def _finish(self, parsed: Statement) -> None:
        statement = self.statement
        accounts = [self._account(number, parsed) for number in sorted(self._own_numbers(parsed))]
        problems = [problem for account in accounts for problem in problems_of(account)]
        if not parsed.has_end:
            self._check_end(accounts)
            problems.append(_("The file has no end mark; its totals agree, so it is taken as whole."))
        StatementAccount.objects.bulk_create(accounts)
        starts = [each.starts_on for each in accounts if each.starts_on]
        ends = [each.ends_on for each in accounts if each.ends_on]
        statement.starts_on = parsed.starts_on or min(starts, default=None)
        statement.ends_on = parsed.ends_on or max(ends, default=None)
        statement.format, statement.version = parsed.format, parsed.version[:10]
        statement.encoding, statement.declared_encoding = parsed.encoding, parsed.declared_encoding[:30]
        statement.warnings = [*parsed.warnings[:50], *problems]
        statement.is_sound = bool(accounts) and all(
            each.has_totals and each.turnovers_agree and each.balances_agree and _follows(each) for each in accounts
        )

    def _own_numbers(self, parsed: Statement) -> set[str]:
        declared = {each.number for each in parsed.accounts}.intersection(self.ours)
        return declared | set(self.turnovers)

    def _account(self, number: str, parsed: Statement) -> StatementAccount:
        """What is declared of the account, sections of single days put together, beside what has been counted."""
        sections = [each for each in parsed.accounts if each.number == number]
        counted = self.turnovers.get(number, Turnover())
        starts_on = min((each.starts_on for each in sections if each.starts_on), default=parsed.starts_on)
        ends_on = max((each.ends_on for each in sections if each.ends_on), default=parsed.ends_on)
        starts_on, ends_on = starts_on or counted.first_on, ends_on or counted.last_on
        before = (
            StatementAccount.objects.filter(number=number, ends_on__lt=starts_on, closing__isnull=False)
            .exclude(statement=self.statement)
            .order_by("-ends_on", "-pk")
            .first()
            if starts_on
            else None
        )
        in_order = sorted(sections, key=lambda each: each.starts_on or date.min)
        return StatementAccount(
            statement=self.statement,
            number=number,
            starts_on=starts_on,
            ends_on=ends_on,
            opening=in_order[0].opening if in_order else None,
            closing=in_order[-1].closing if in_order else None,
            declared_in=_total(sections, "incoming"),
            declared_out=_total(sections, "outgoing"),
            counted_in=counted.incoming,
            counted_out=counted.outgoing,
            previous_closing=before.closing if before else None,
            previous_ends_on=before.ends_on if before else None,
        )

    def _check_end(self, accounts: list[StatementAccount]) -> None:
        """Without its end mark a file is whole only when the bank's own totals say so."""
        if accounts and all(each.has_totals and each.turnovers_agree for each in accounts):
            return
        message = _(
            "The file has no end and its documents do not add up to the bank's totals: it was cut off. "
            "Download it from the bank again. Nothing has been loaded."
        )
        raise StatementError("statement_cut_off", message)


def direct(document: Document, ours: frozenset[str], of_file: list[str]) -> tuple[str, Direction, bool] | None:
    """Whose account it is, which way the money went, and whether only a date told that.

    Our own numbers decide. Where neither side is ours, the file's word counts, then which of the two dates is filled.
    None when the document belongs to another account that the file is also of.
    """
    payer_is_ours, payee_is_ours = document.payer.account in ours, document.payee.account in ours
    if payer_is_ours and payee_is_ours and document.payer.account != document.payee.account:
        return document.payer.account, Direction.INTERNAL, False
    if payee_is_ours and not payer_is_ours:
        return document.payee.account, Direction.IN, False
    if payer_is_ours and not payee_is_ours:
        return document.payer.account, Direction.OUT, False
    own = [number for number in of_file if number in ours]
    if not own:
        return None
    others = [number for number in of_file if number not in ours]
    if document.payer.account in others or document.payee.account in others:
        return None
    account = document.account if document.account in ours else own[0]
    if document.sign:
        return account, document.sign, False
    if bool(document.received_on) != bool(document.written_off_on):
        return account, Direction.IN if document.received_on else Direction.OUT, True
    return account, Direction.UNKNOWN, False


def fingerprint(account: str, direction: str, document: Document) -> str:
    """What stays the same of a document in every export: not names, not the purpose, not the day of posting.

    Letters of every alphabet count, and so does the kind: an order and a request may have one number.
    """
    parts = (
        account,
        direction,
        clean(document.kind),
        clean(document.number).lstrip("0"),
        document.dated_on.isoformat(),
        f"{document.amount:.2f}",
        document.payer.account,
        document.payer.inn,
        document.payee.account,
    )
    return sha256("\x1f".join(parts).upper().encode()).hexdigest()


def clean(text: str) -> str:
    """Composed letters, single spaces, and nothing that a database does not take. NFKC would turn «№» into «No»."""
    return " ".join(unicodedata.normalize("NFC", text).replace("\x00", " ").split())


def problems_of(account: StatementAccount) -> list[str]:
    """What of the declared totals and balances does not agree, for people."""
    words = {"account": f"•• {account.number[-4:]}"}
    problems = []
    if not account.turnovers_agree:
        problems.append(_("Account %(account)s: the documents do not add up to the bank's totals.") % words)
    if not account.balances_agree:
        problems.append(_("Account %(account)s: the balances do not agree with the documents.") % words)
    if not account.chain_agrees:
        problems.append(
            _("Account %(account)s: the balance at the beginning is not the one that the statement before ended with.")
            % words
        )
    return problems


def _follows(account: StatementAccount) -> bool:
    """Whether the chain holds. After a gap a difference only says that a statement is missing."""
    if account.chain_agrees or not account.previous_ends_on or not account.starts_on:
        return True
    return account.previous_ends_on + timedelta(days=1) < account.starts_on


def _total(sections: Iterable[Account], name: str) -> Decimal | None:
    values = [getattr(each, name) for each in sections]
    return sum(values, Decimal(0)) if values and None not in values else None
