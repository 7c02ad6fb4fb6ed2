"""The report of payments: received, expected, potential; by what a rouble stands in which column (R17, screen 10).

Received is what stands on invoices, by the day of the payment and by who supported the partner then. Expected is what
is still owed on issued invoices that are to be paid in the period, and on deals due or agreed whose payment is expected
in it, less those invoices. Potential is the rest of the open renewals and offers. So no rouble stands in two columns.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest

from accounts.models import User
from deals.models import Deal, PipelineCode, StageRole
from invoices.models import Allocation, Invoice

NOTHING = Decimal(0)
PROMISED = (StageRole.DUE, StageRole.AGREED)
COLUMNS = ("received", "expected", "potential")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Of which days the report is, both included; whose (None: everybody's), and of which pipeline ("" for all)."""

    first: date
    last: date
    managers: tuple[int, ...] | None = None
    pipeline: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum in roubles and of how many rows it is."""

    total: Decimal = NOTHING
    count: int = 0

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(self.total + other.total, self.count + other.count)


@dataclass
class Figures:
    """The three columns of one manager, or of all together."""

    person: User | None = None
    received: Figure = field(default_factory=Figure)
    expected: Figure = field(default_factory=Figure)
    potential: Figure = field(default_factory=Figure)
    plan: Decimal = NOTHING

    @property
    def done_percent(self) -> int | None:
        return int(100 * self.received.total / self.plan) if self.plan else None

    def add(self, other: "Figures") -> None:
        for column in COLUMNS:
            setattr(self, column, getattr(self, column) + getattr(other, column))
        self.plan += other.plan


def received(narrowed: Narrowing) -> QuerySet[Allocation]:
    """Money that stands on invoices and came in the period."""
    rows = Allocation.objects.standing().filter(payment__paid_on__range=(narrowed.first, narrowed.last))
    return _of(rows, narrowed, "manager", "invoice__deal__pipeline")


def expected_invoices(narrowed: Narrowing) -> QuerySet[Invoice]:
    """Issued invoices to be paid in the period of which something is owed, with `left`."""
    rows = _owed(narrowed).annotate(left=F("amount") - F("paid_amount"))
    return _of(rows, narrowed, "partner__manager", "deal__pipeline")


def expected_deals(narrowed: Narrowing) -> QuerySet[Deal]:
    """Deals due or agreed whose payment is expected in the period, with `left`: what no such invoice asks for."""
    return _unpaid(narrowed).filter(_is_promised(narrowed))


def potential(narrowed: Narrowing) -> QuerySet[Deal]:
    """The rest of the open renewals and offers, with `left`; those without a date of payment, too."""
    offers = _unpaid(narrowed).filter(pipeline__in=(PipelineCode.RENEWAL, PipelineCode.ADDON))
    return offers.exclude(_is_promised(narrowed))


def figures_by_manager(narrowed: Narrowing) -> dict[int, Figures]:
    """The three columns of each manager who has any."""
    found: dict[int, Figures] = {}
    for column, rows, person, amount in (
        ("received", received(narrowed), "manager", "amount"),
        ("expected", expected_invoices(narrowed), "partner__manager", "left"),
        ("expected", expected_deals(narrowed), "manager", "left"),
        ("potential", potential(narrowed), "manager", "left"),
    ):
        grouped = rows.order_by().values(of=F(person)).annotate(total=Sum(amount), count=Count("pk"))
        for row in grouped:
            figures = found.setdefault(row["of"], Figures())
            setattr(figures, column, getattr(figures, column) + Figure(row["total"], row["count"]))
    return found


def summed(many: Iterable[Figures]) -> Figures:
    total = Figures()
    for each in many:
        total.add(each)
    return total


def received_by_day(narrowed: Narrowing) -> dict[date, Decimal]:
    """For the line: what came on each day that brought something."""
    days = received(narrowed).order_by().values(day=F("payment__paid_on")).annotate(total=Sum("amount"))
    return {row["day"]: row["total"] for row in days}


def of_all(narrowed: Narrowing) -> Narrowing:
    """The same days and pipeline, whoever supports."""
    return replace(narrowed, managers=None)


def _of(rows: QuerySet, narrowed: Narrowing, manager: str, pipeline: str) -> QuerySet:
    if narrowed.managers is not None:
        rows = rows.filter(**{f"{manager}__in": narrowed.managers})
    return rows.filter(**{pipeline: narrowed.pipeline}) if narrowed.pipeline else rows


def _owed(narrowed: Narrowing) -> QuerySet[Invoice]:
    due = Invoice.objects.filter(state=Invoice.State.ISSUED, due_on__range=(narrowed.first, narrowed.last))
    return due.with_paid_amount().filter(paid_amount__lt=F("amount"))


def _unpaid(narrowed: Narrowing) -> QuerySet[Deal]:
    """Open deals of which more is to come than invoices of the period ask for: `left`."""
    owed = _owed(narrowed).filter(deal=OuterRef("pk")).order_by().values("deal")
    invoiced: Any = Subquery(owed.annotate(owed=Sum(F("amount") - F("paid_amount"))).values("owed"))
    roubles: Any = DecimalField(max_digits=12, decimal_places=2)
    rest = ExpressionWrapper(F("amount") - F("paid_amount") - Coalesce(invoiced, NOTHING), output_field=roubles)
    deals = Deal.objects.open().filter(amount__gt=F("paid_amount")).annotate(left=Greatest(rest, NOTHING))
    return _of(deals.filter(left__gt=0), narrowed, "manager", "pipeline")


def _is_promised(narrowed: Narrowing) -> Q:
    return Q(stage__role__in=PROMISED, expected_payment_on__range=(narrowed.first, narrowed.last))
