"""The bank's money: what waits for a decision, what is to go back, what is matched; in this order (screen 07)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from invoices.doubts import doubt_badge
from invoices.matching.facts import RELATED, verdicts
from invoices.models import Advance, Allocation, BankStatement, Payment, PaymentReturn
from invoices.rules import Badge

SHOWN = timedelta(days=31)
"""So far back what is decided stays on the page; what waits stays however old it is."""

LIMIT = 100
VIEWS = ("all", "decide", "return", "done")
FIGURES = {"received": "amount", "matched": "matched", "waiting": "undecided", "returning": "returning"}
"""The figures of the strip, and what of a payment each adds up."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum in roubles and how many payments it is of."""

    total: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class BankFacts:
    """The strip. What came in is all that is below it: matched, waiting, to return and returned."""

    received: Figure
    matched: Figure
    sure: Figure
    waiting: Figure
    returning: Figure


@dataclass(frozen=True, slots=True)
class BankRow:
    pk: int
    paid_on: date
    payer: str
    purpose: str
    amount: Decimal
    badge: Badge
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class BankGroup:
    """A group of rows with the figures of all of it, also of what is not shown."""

    code: str
    title: str
    kind: str
    icon: str
    figure: Figure
    rows: list[BankRow] = field(default_factory=list)


def bank_payments(user: User, today: date) -> QuerySet:
    """What the page is about: money from the bank of the last month, and older while it is not decided or sent back."""
    payments = Payment.objects.visible_to(user, "payment.match").from_bank().with_decided()
    return payments.filter(Q(paid_on__gte=today - SHOWN) | Q(undecided__gt=0) | Q(returning__gt=0))


def bank_facts(payments: QuerySet) -> BankFacts:
    """The figures of the strip, computed by the database."""
    figures = {}
    found = payments.order_by().aggregate(
        **{f"sum_{name}": Sum(of) for name, of in FIGURES.items()},
        **{f"count_{name}": Count("pk", filter=Q(**{f"{of}__gt": 0})) for name, of in FIGURES.items()},
    )
    for name in FIGURES:
        figures[name] = Figure(found[f"sum_{name}"] or Decimal(0), found[f"count_{name}"])
    standing = Allocation.objects.standing().filter(rule=Allocation.Rule.SURE, payment__in=payments.values("pk"))
    sure = standing.aggregate(total=Sum("amount"), count=Count("payment", distinct=True))
    return BankFacts(sure=Figure(sure["total"] or Decimal(0), sure["count"]), **figures)


def bank_groups(payments: QuerySet, facts: BankFacts, view: str) -> list[BankGroup]:
    """The groups in order of work, those that the view asks for."""
    latest = payments.select_related(*RELATED).order_by("-paid_on", "-pk")
    groups = []
    if view in {"all", "decide"}:
        groups.append(_waiting(latest.filter(undecided__gt=0)[:LIMIT], facts.waiting))
    if view in {"all", "return"}:
        groups.append(_returning(latest.filter(undecided=0, returning__gt=0)[:LIMIT], facts.returning))
    if view in {"all", "done"}:
        groups.append(_done(latest.filter(undecided=0, returning=0)[:LIMIT], facts.matched))
    return groups


def next_undecided(user: User, today: date, after: Payment) -> int | None:
    """The payment that stands below this one in the list, else the first: after a decision it opens by itself."""
    waiting = bank_payments(user, today).filter(undecided__gt=0).exclude(pk=after.pk).order_by("-paid_on", "-pk")
    below = Q(paid_on__lt=after.paid_on) | Q(paid_on=after.paid_on, pk__lt=after.pk)
    found = waiting.filter(below).values_list("pk", flat=True).first()
    return found or waiting.values_list("pk", flat=True).first()


def waiting_count(user: User) -> QuerySet:
    """For the counter of the sidebar."""
    return Payment.objects.visible_to(user, "payment.match").undecided_ones()


def last_statement() -> BankStatement | None:
    """The newest statement that was taken."""
    done = BankStatement.objects.filter(state=BankStatement.State.DONE)
    return done.select_related("file", "loaded_by").order_by("-finished_at", "-pk").first()


def _waiting(payments: Iterable[Payment], figure: Figure) -> BankGroup:
    shown = list(payments)
    judged = verdicts(shown)
    rows = [_row(each, each.undecided, doubt_badge(judged[each.pk].row)) for each in shown]
    return BankGroup("decide", _("Needs a decision"), "warn", "circle-help", figure, rows)


def _returning(payments: Iterable[Payment], figure: Figure) -> BankGroup:
    shown = list(payments)
    returns = PaymentReturn.objects.to_return().filter(payment__in=shown)
    state_of = {each.payment_id: each for each in returns}
    rows = [
        _row(each, each.returning, Badge(str(PaymentReturn.State(state_of[each.pk].state).label), "bad"))
        for each in shown
        if each.pk in state_of
    ]
    return BankGroup("return", _("To return"), "bad", "undo-2", figure, rows)


def _done(payments: Iterable[Payment], figure: Figure) -> BankGroup:
    shown = list(payments)
    words: defaultdict[int, list[str]] = defaultdict(list)
    sure = set()
    standing = Allocation.objects.standing().filter(payment__in=shown).select_related("invoice").order_by("pk")
    for allocation in standing:
        words[allocation.payment_id].append(_("invoice № %(number)s") % {"number": allocation.invoice.number})
        if allocation.rule == Allocation.Rule.SURE:
            sure.add(allocation.payment_id)
    for advance in Advance.objects.standing().filter(payment__in=shown):
        words[advance.payment_id].append(_("advance"))
    rows = [
        _row(
            each,
            each.amount,
            Badge(", ".join(words[each.pk][:2]), "ok") if words[each.pk] else Badge(_("sent back"), "plain"),
            is_sure=each.pk in sure,
        )
        for each in shown
    ]
    return BankGroup("done", _("Matched"), "ok", "circle-check", figure, rows)


def _row(payment: Payment, amount: Decimal, badge: Badge, *, is_sure: bool = False) -> BankRow:
    return BankRow(payment.pk, payment.paid_on, payment.payer_name, payment.purpose, amount, badge, is_sure)
