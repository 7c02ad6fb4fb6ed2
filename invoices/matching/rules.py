"""The decision table: what a payment is, the first row that fits. Only one row acts by itself; it never scores.

Pure: facts in, verdict out. The order of candidates has a score of its own, and the sure row cannot see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from core.control_digits import is_inn
from core.folding import slips
from invoices.matching.reading import Reading, Vat

GRACE = timedelta(days=30)
"""So long after its last day an invoice is still paid without a question."""

BANK_INNS = frozenset({"7707083893", "7702070139", "7728168971", "7710140679", "7744000912", "7744001497"})
"""INNs of banks stand where a natural person's should: they tell no payer."""

COMPANY_ACCOUNTS = ("405", "406", "407", "40802")
"""Accounts of Russian companies and entrepreneurs begin so; a payment from others is looked at by a person."""

LIKELY, POSSIBLE = 85, 50


class Row(StrEnum):
    """Where a payment stands in the table; the value is the code of its chip."""

    SURE = "sure"
    INCOMPLETE = "incomplete"
    FOREIGN_PURPOSE = "foreign_purpose"
    PART = "part"
    MORE = "more"
    SEVERAL = "several"
    SEVERAL_DIFFER = "several_differ"
    OTHER_PAYER = "other_payer"
    NO_NUMBER = "no_number"
    SIMILAR = "similar"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN_NUMBER = "unknown_number"
    PAYER_ONLY = "payer_only"
    UNKNOWN = "unknown"
    PERSON = "person"
    UNSOUND = "unsound"
    NOT_FINAL = "not_final"
    CONFLICT = "conflict"


class Grade(StrEnum):
    """How the purpose stands to the one that the invoice asks for."""

    CONFORMING = "A"
    INCOMPLETE = "B"
    CONTRADICTING = "C"


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment as the bank wrote it. `is_sound`: totals agree; `is_final`: the statement's last day is over."""

    amount: Decimal
    posted_on: date
    account: str
    payer_inn: str
    payer_account: str
    payer_name: str
    reading: Reading
    is_sound: bool = True
    is_final: bool = True
    has_conflict: bool = False


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice that may be meant. `knows_account`: money came for its partner from this account before."""

    pk: int
    number: int
    dated_on: date
    due_on: date
    left: Decimal
    is_cancelled: bool
    buyer_inn: str
    buyer_name: str
    seller_account: str
    reading: Reading
    line_amounts: tuple[Decimal, ...] = ()
    knows_account: bool = False

    @property
    def is_open(self) -> bool:
        return not self.is_cancelled and self.left > 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The row, the invoice or invoices it is about, and what else it may be, the likeliest first, with scores."""

    row: Row
    invoices: tuple[InvoiceFacts, ...] = ()
    candidates: tuple[tuple[InvoiceFacts, int], ...] = ()

    @property
    def invoice(self) -> InvoiceFacts | None:
        return self.invoices[0] if len(self.invoices) == 1 else None


def decide(payment: PaymentFacts, known: Sequence[InvoiceFacts]) -> Verdict:
    """The first row of the table that fits; `known` are the invoices that the number, the payer or the sum point to."""
    known = [each for each in known if each.seller_account == payment.account]
    verdict = _decide(payment, known)
    ranked = sorted(((each, score(payment, each)) for each in known if each.is_open), key=lambda pair: -pair[1])
    return replace(verdict, candidates=tuple(ranked))


def _decide(payment: PaymentFacts, known: Sequence[InvoiceFacts]) -> Verdict:
    if payment.has_conflict:
        return Verdict(Row.CONFLICT, tuple(_named(payment, known)[:1]))
    if payment.reading.is_foreign or payment.reading.vat in (Vat.STATED, Vat.BOTH):
        return Verdict(Row.FOREIGN_PURPOSE, tuple(_named(payment, known)[:1]))
    numbers = payment.reading.numbers
    if not numbers:
        return _without_number(payment, known)
    if len(numbers) > 1:
        return _several(payment, known)
    named = _named(payment, known)
    if not named:
        return Verdict(Row.UNKNOWN_NUMBER)
    if len(named) > 1:
        return Verdict(Row.SIMILAR, tuple(named))
    return Verdict(_with_number(payment, named[0]), (named[0],))


def _with_number(payment: PaymentFacts, invoice: InvoiceFacts) -> Row:
    """Exactly one known invoice is named."""
    if invoice.is_cancelled:
        return Row.CANCELLED
    if invoice.left <= 0:
        return Row.PAID
    graded = grade(payment.reading, invoice.reading)
    if graded == Grade.CONTRADICTING:
        return Row.FOREIGN_PURPOSE
    if not is_payer(payment, invoice):
        return Row.OTHER_PAYER
    if payment.amount != invoice.left:
        return Row.PART if payment.amount < invoice.left else Row.MORE
    if graded == Grade.INCOMPLETE or _date_differs(payment, invoice):
        return Row.INCOMPLETE
    if invoice.due_on + GRACE < payment.posted_on or payment.posted_on < invoice.dated_on:
        return Row.EXPIRED
    if not payment.payer_account.startswith(COMPANY_ACCOUNTS):
        return Row.PERSON
    if not payment.is_sound:
        return Row.UNSOUND
    return Row.SURE if payment.is_final else Row.NOT_FINAL


def _without_number(payment: PaymentFacts, known: Sequence[InvoiceFacts]) -> Verdict:
    own = [each for each in known if each.is_open and is_payer(payment, each)]
    exact = [each for each in own if each.left == payment.amount]
    if len(exact) == 1:
        return Verdict(Row.NO_NUMBER, (exact[0],))
    if exact:
        return Verdict(Row.SIMILAR, tuple(exact))
    return Verdict(Row.PAYER_ONLY if own else Row.UNKNOWN)


def _several(payment: PaymentFacts, known: Sequence[InvoiceFacts]) -> Verdict:
    named = [each for each in _named(payment, known) if each.is_open and is_payer(payment, each)]
    fits = len(named) == len(payment.reading.numbers) and sum(each.left for each in named) == payment.amount
    return Verdict(Row.SEVERAL if fits else Row.SEVERAL_DIFFER, tuple(named))


def _named(payment: PaymentFacts, known: Sequence[InvoiceFacts]) -> list[InvoiceFacts]:
    """The invoices whose numbers the purpose names; of one number in several years, the one of the named day."""
    found = []
    for number, day in payment.reading.numbers:
        same = [each for each in known if each.number == number]
        of_day = [each for each in same if each.dated_on == day]
        found += of_day or same
    return found


def is_payer(payment: PaymentFacts, invoice: InvoiceFacts) -> bool:
    """Whether the payer is the invoice's: by INN, never a bank's, or by an account that paid for the partner before."""
    inn = payment.payer_inn
    return invoice.knows_account or (inn == invoice.buyer_inn and is_inn(inn) and inn not in BANK_INNS)


def grade(said: Reading, asked: Reading) -> Grade:
    """How the payment's purpose stands to the invoice's: contract, every service, city, VAT."""
    if said.vat in (Vat.STATED, Vat.BOTH) or said.is_foreign:
        return Grade.CONTRADICTING
    if said.services - asked.services:
        return Grade.CONTRADICTING
    if said.contracts and not any(_same_contract(one, other) for one in said.contracts for other in asked.contracts):
        return Grade.CONTRADICTING
    if asked.cities and said.cities and not said.cities <= asked.cities:
        return Grade.CONTRADICTING
    is_complete = (
        said.services == asked.services
        and bool(said.contracts)
        and all(city in said.text for city in asked.cities)
        and said.vat == asked.vat
    )
    return Grade.CONFORMING if is_complete else Grade.INCOMPLETE


def score(payment: PaymentFacts, invoice: InvoiceFacts) -> int:
    """How likely the invoice is meant, for the order of a list only."""
    points = 0
    for number, day in payment.reading.numbers:
        if number == invoice.number:
            points += 50 + (0 if day is None else 10 if day == invoice.dated_on else -20)
        elif slips(str(number), str(invoice.number)) == 1:
            points += 15
    if payment.payer_inn and payment.payer_inn not in BANK_INNS:
        points += 25 if payment.payer_inn == invoice.buyer_inn else -40 if invoice.buyer_inn else 0
    points += 10 if invoice.knows_account else 0
    points += 25 if payment.amount == invoice.left else 10 if payment.amount in invoice.line_amounts else 0
    points -= 30 if payment.reading.vat in (Vat.STATED, Vat.BOTH) else 0
    points += 5 if payment.payer_name and payment.payer_name.lower() == invoice.buyer_name.lower() else 0
    return points + (5 if abs((payment.posted_on - invoice.due_on).days) <= 7 else 0)


def lines_covered(amount: Decimal, lines: Sequence[tuple[int, Decimal]]) -> set[int]:
    """Which of the lines (id, sum) the money may have been for: exactly one, or the first ones that it pays whole."""
    exact = [pk for pk, line_amount in lines if line_amount == amount]
    if exact:
        return {exact[0]}
    covered = set()
    for pk, line_amount in lines:
        if line_amount > amount:
            break
        covered.add(pk)
        amount -= line_amount
    return covered


def _same_contract(said: tuple[str, date], asked: tuple[str, date]) -> bool:
    return said[1] == asked[1] and (not said[0] or said[0] == asked[0])


def _date_differs(payment: PaymentFacts, invoice: InvoiceFacts) -> bool:
    return any(day is not None and day != invoice.dated_on for _number, day in payment.reading.numbers)
