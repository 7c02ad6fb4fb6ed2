"""Rows of invoices: the table with its filters and figures, and the invoices of a deal or a partner."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from deals.models import Deal
from invoices.models import Allocation, Invoice, Payment
from invoices.models.invoice import InvoiceQuerySet
from invoices.rules import PAYMENT_STATE_NAMES, Badge, PaymentState, is_overdue, payment_state, remainder
from partners.models import Partner

PAGE_SIZE = 50
AGES: dict[str, tuple[int, int | None]] = {"0-7": (0, 7), "8-30": (8, 30), "31-60": (31, 60), "61": (61, None)}
"""How many days ago the last day for paying was, from and to; the bands cover every overdue invoice once."""
NOTHING = Decimal(0)
PAYMENT_KINDS = {
    PaymentState.NONE: "plain",
    PaymentState.PART: "warn",
    PaymentState.FULL: "ok",
    PaymentState.OVER: "warn",
}


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """What the table is narrowed to: a state, a payment state, the overdue ones, words of the partner or a number.

    `age` is a band of AGES and narrows the overdue ones further.
    """

    state: str = ""
    payment: str = ""
    is_overdue: bool = False
    age: str = ""
    words: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> "InvoiceFilter":
        """From the address; values that do not exist are ignored."""
        state, payment, age = query.get("state", ""), query.get("payment", ""), query.get("age", "")
        age = age if age in AGES else ""
        return cls(
            state=state if state in Invoice.State.values else "",
            payment=payment if payment in list(PaymentState) else "",
            is_overdue=bool(query.get("overdue") or age),
            age=age,
            words=query.get("q", "").strip()[:100],
        )

    @property
    def is_set(self) -> bool:
        return bool(self.state or self.payment or self.is_overdue or self.words)

    def apply(self, invoices: InvoiceQuerySet, today: date) -> InvoiceQuerySet:
        if self.state:
            invoices = invoices.filter(state=self.state)
        if self.words:
            invoices = invoices.filter(_matches(self.words))
        if self.is_overdue:
            invoices = invoices.filter(state=Invoice.State.ISSUED, due_on__lt=today)
        if self.age:
            invoices = invoices.filter(_aged(self.age, today))
        if self.payment or self.is_overdue:
            invoices = invoices.with_paid_amount()
        if self.is_overdue:
            invoices = invoices.filter(paid_amount__lt=F("amount"))
        if self.payment:
            invoices = invoices.filter(_paid(self.payment), state=Invoice.State.ISSUED)
        return invoices


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice as a row shows it. Sums in roubles."""

    pk: int
    number: int | None
    dated_on: date
    due_on: date
    partner_id: int
    partner: str
    deal_id: int | None
    pipeline: str
    amount: Decimal
    paid: Decimal
    badge: Badge
    is_overdue: bool
    url: str

    @property
    def left(self) -> Decimal:
        return remainder(self.amount, self.paid)


@dataclass(frozen=True, slots=True)
class Age:
    """What is overdue for so many days, and the words of the band."""

    key: str
    words: str
    left: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of the head for the same filter as the rows: issued invoices only, cancelled ones count nowhere."""

    count: int
    issued_count: int
    issued: Decimal
    paid: Decimal
    overdue_count: int
    overdue: Decimal
    ages: list[Age]

    @property
    def left(self) -> Decimal:
        return self.issued - self.paid


def list_page(user: User, narrowed: InvoiceFilter, today: date, after: str = "") -> tuple[list[InvoiceRow], str]:
    """A page of the table, newest first, and the key of the next page ("" when this is the last)."""
    invoices = narrowed.apply(Invoice.objects.visible_to(user), today)
    if key := _read_key(after):
        dated_on, pk = key
        invoices = invoices.filter(Q(dated_on__lt=dated_on) | Q(dated_on=dated_on, pk__lt=pk))
    rows = _rows(invoices.order_by("-dated_on", "-pk")[: PAGE_SIZE + 1], today)
    if len(rows) <= PAGE_SIZE:
        return rows, ""
    last = rows[PAGE_SIZE - 1]
    return rows[:PAGE_SIZE], f"{last.dated_on:%Y-%m-%d}~{last.pk}"


def totals(user: User, narrowed: InvoiceFilter, today: date) -> Totals:
    """Sums of all rows that the filter finds, computed by the database."""
    invoices = narrowed.apply(Invoice.objects.visible_to(user), today).order_by()
    is_issued = Q(state=Invoice.State.ISSUED)
    figures = invoices.aggregate(
        count=Count("pk"), issued_count=Count("pk", filter=is_issued), issued=Sum("amount", filter=is_issued)
    )
    paid = Allocation.objects.standing().filter(invoice__in=invoices.filter(is_issued).values("pk"))
    late = invoices.filter(is_issued, due_on__lt=today).with_paid_amount().filter(paid_amount__lt=F("amount"))
    left = F("amount") - F("paid_amount")
    aged = {key: Sum(left, filter=_aged(key, today)) for key in AGES}
    overdue = late.aggregate(count=Count("pk"), total=Sum(left), **aged)
    return Totals(
        count=figures["count"],
        issued_count=figures["issued_count"],
        issued=figures["issued"] or NOTHING,
        paid=paid.aggregate(total=Sum("amount"))["total"] or NOTHING,
        overdue_count=overdue["count"],
        overdue=overdue["total"] or NOTHING,
        ages=[Age(key, age_words(key), overdue[key] or NOTHING) for key in AGES],
    )


def age_words(key: str) -> str:
    """8–30 days overdue."""
    first, last = AGES[key]
    if last is None:
        return _("more than %(days)s days overdue") % {"days": first - 1}
    return _("%(first)s–%(last)s days overdue") % {"first": first, "last": last}


def deal_invoices(deal: Deal, user: User, today: date) -> list[InvoiceRow]:
    """The invoices of a deal that the reader may see, newest first."""
    return _rows(Invoice.objects.visible_to(user).filter(deal=deal).order_by("-dated_on", "-pk")[:PAGE_SIZE], today)


def deal_payments(deal: Deal, user: User) -> list[Allocation]:
    """The money that stands against the invoices of a deal, newest first, with its payment and who recorded it."""
    standing = Allocation.objects.standing().filter(invoice__deal=deal, payment__in=Payment.objects.visible_to(user))
    standing = standing.select_related("payment__recorded_by", "invoice")
    return list(standing.order_by("-payment__paid_on", "-pk")[:PAGE_SIZE])


def partner_invoices(partner: Partner, user: User, today: date, limit: int = 5) -> list[InvoiceRow]:
    """The last issued invoices of a partner."""
    issued = Invoice.objects.visible_to(user).filter(partner=partner, state=Invoice.State.ISSUED)
    return _rows(issued.order_by("-dated_on", "-pk")[:limit], today)


def partner_payments(partner: Partner, user: User, limit: int) -> list[Payment]:
    """The last payments of a partner that the reader may see."""
    payments = Payment.objects.visible_to(user).filter(partner=partner)
    return list(payments.order_by("-paid_on", "-pk")[:limit])


def state_badge(state: str, amount: Decimal, paid: Decimal) -> Badge:
    """One chip for where the invoice stands: a draft, cancelled, or how much of it is paid."""
    if state == Invoice.State.DRAFT:
        return Badge(_("draft"), "line")
    if state == Invoice.State.CANCELLED:
        return Badge(_("cancelled"), "plain")
    payment = payment_state(amount, paid)
    return Badge(str(PAYMENT_STATE_NAMES[payment]), PAYMENT_KINDS[payment])


def _rows(invoices: QuerySet, today: date) -> list[InvoiceRow]:
    values = invoices.with_paid_amount().values(
        "pk", "number", "dated_on", "due_on", "partner_id", "partner__name", "deal_id", "deal__pipeline__name",
        "amount", "paid_amount", "state",
    )  # fmt: skip
    return [_row(row, today) for row in values]


def _row(row: dict[str, Any], today: date) -> InvoiceRow:
    amount, paid = row["amount"], row["paid_amount"]
    issued = row["state"] == Invoice.State.ISSUED
    return InvoiceRow(
        pk=row["pk"],
        number=row["number"],
        dated_on=row["dated_on"],
        due_on=row["due_on"],
        partner_id=row["partner_id"],
        partner=row["partner__name"],
        deal_id=row["deal_id"],
        pipeline=row["deal__pipeline__name"] or "",
        amount=amount,
        paid=paid,
        badge=state_badge(row["state"], amount, paid),
        is_overdue=issued and is_overdue(amount, paid, row["due_on"], today),
        url=reverse("invoices:invoice", args=[row["pk"]]),
    )


def _matches(words: str) -> Q:
    """A number with or without №, an INN, or a part of the partner's name."""
    digits = words.removeprefix("№").strip()
    found = Q(partner__name__icontains=words)
    if digits.isdecimal() and digits.isascii():
        found |= Q(partner__inn=digits)
        if len(digits) < 9:
            found |= Q(number=int(digits))
    return found


def _aged(key: str, today: date) -> Q:
    first, last = AGES[key]
    long_enough = Q(due_on__lte=today - timedelta(days=first))
    return long_enough if last is None else long_enough & Q(due_on__gte=today - timedelta(days=last))


def _paid(payment: str) -> Q:
    return {
        PaymentState.NONE: Q(paid_amount=0),
        PaymentState.PART: Q(paid_amount__gt=0, paid_amount__lt=F("amount")),
        PaymentState.FULL: Q(paid_amount=F("amount")),
        PaymentState.OVER: Q(paid_amount__gt=F("amount")),
    }[PaymentState(payment)]


def _read_key(after: str) -> tuple[date, int] | None:
    day, _tilde, pk = after.partition("~")
    try:
        return date.fromisoformat(day), int(pk)
    except ValueError:
        return None
