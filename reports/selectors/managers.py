"""The head's table: each manager's money and order in work. Every column is one grouped query."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from accounts.models import Role, User
from core import moscow
from deals.models import CallComment, Deal, Handoff, PipelineCode, Task
from deals.selectors.handoffs import IN_TIME, with_accepted_on
from deals.selectors.partners import LONG_SILENCE
from invoices.models import Allocation, Invoice
from partners.models import Partner

NOTHING = Decimal(0)
OVERDUE_LIMIT = 4
CALLED_LIMIT = 85
IN_TIME_LIMIT = 90


@dataclass
class ManagerRow:
    """A line of the table; the last line is the department. Shares are in percent, None when there was nothing.

    `renewals` and `addons` are money received this month for deals of these pipelines, `received` all of it;
    `expected` is what is left unpaid on issued invoices due this month.
    """

    person: User | None = None
    partners: int = 0
    called: int = 0
    received: Decimal = NOTHING
    renewals: Decimal = NOTHING
    addons: Decimal = NOTHING
    expected: Decimal = NOTHING
    won: int = 0
    lost: int = 0
    open_tasks: int = 0
    overdue: int = 0
    idle: int = 0
    accepted: int = 0
    in_time: int = 0

    @property
    def renewed_share(self) -> int | None:
        return _share(self.won, self.won + self.lost)

    @property
    def called_share(self) -> int | None:
        return _share(self.called, self.partners)

    @property
    def in_time_share(self) -> int | None:
        return _share(self.in_time, self.accepted)

    @property
    def is_overdue_bad(self) -> bool:
        return self.overdue > OVERDUE_LIMIT

    @property
    def is_called_bad(self) -> bool:
        return self.called_share is not None and self.called_share < CALLED_LIMIT

    @property
    def is_in_time_bad(self) -> bool:
        return self.in_time_share is not None and self.in_time_share < IN_TIME_LIMIT

    def add(self, other: "ManagerRow") -> None:
        for name, value in vars(other).items():
            if name != "person":
                setattr(self, name, getattr(self, name) + value)


@dataclass(frozen=True)
class ManagerTable:
    rows: list[ManagerRow]
    department: ManagerRow = field(default_factory=ManagerRow)

    @property
    def widest(self) -> Decimal:
        """The longest bar of received and expected."""
        return max((row.received + row.expected for row in self.rows), default=NOTHING)


def manager_table(now: datetime) -> ManagerTable:
    """Support managers who work here or still have partners, with the figures of the month."""
    people = User.objects.filter(Q(role=Role.SUPPORT_MANAGER, is_active=True) | Exists(_portfolio(OuterRef("pk"))))
    by_person = {person.pk: ManagerRow(person) for person in people.order_by("last_name", "first_name", "pk")}
    strangers = ManagerRow()
    for figures in _figures(now):
        for values in figures:
            row = by_person.get(values.pop("person"), strangers)
            for name, value in values.items():
                setattr(row, name, value or NOTHING if name in _SUMS else value)
    table = ManagerTable(list(by_person.values()))
    for row in [*table.rows, strangers]:
        table.department.add(row)
    return table


_SUMS = {"received", "renewals", "addons", "expected"}


def _figures(now: datetime) -> list[QuerySet]:
    """Queries that each give some columns, grouped by `person`."""
    today = moscow.today(now)
    first = today.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    month = moscow.start_of_day(first)
    return [
        _partners(now),
        _money(first, last),
        _expected(first, last),
        _renewals(month),
        *_work(now),
        _accepted(month),
    ]


def _portfolio(manager: Any) -> QuerySet:
    return Partner.objects.filter(manager=manager, archived_at__isnull=True)


def _partners(now: datetime) -> QuerySet:
    called = CallComment.objects.filter(called_at__gte=now - LONG_SILENCE).values("deal__partner")
    partners = Partner.objects.filter(archived_at__isnull=True).order_by().values(person=F("manager"))
    return partners.annotate(partners=Count("pk"), called=Count("pk", filter=Q(pk__in=called)))


def _money(first: date, last: date) -> QuerySet:
    standing = Allocation.objects.standing().filter(payment__paid_on__range=(first, last)).order_by()
    return standing.values(person=F("invoice__partner__manager")).annotate(
        received=Sum("amount"),
        renewals=Sum("amount", filter=Q(invoice__deal__pipeline=PipelineCode.RENEWAL)),
        addons=Sum("amount", filter=Q(invoice__deal__pipeline=PipelineCode.ADDON)),
    )


def _expected(first: date, last: date) -> QuerySet:
    due = Invoice.objects.filter(state=Invoice.State.ISSUED, due_on__range=(first, last)).order_by()
    unpaid = due.with_paid_amount().filter(paid_amount__lt=F("amount"))
    return unpaid.values(person=F("partner__manager")).annotate(expected=Sum(F("amount") - F("paid_amount")))


def _renewals(month: datetime) -> QuerySet:
    closed = Deal.objects.filter(pipeline=PipelineCode.RENEWAL, closed_at__gte=month).order_by()
    return closed.values(person=F("manager")).annotate(
        won=Count("pk", filter=Q(outcome=Deal.Outcome.WON)), lost=Count("pk", filter=Q(outcome=Deal.Outcome.LOST))
    )


def _work(now: datetime) -> list[QuerySet]:
    tasks = Task.objects.open().order_by().values(person=F("assignee"))
    idle = Deal.objects.without_next_task().order_by().values(person=F("manager"))
    return [
        tasks.annotate(open_tasks=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now))),
        idle.annotate(idle=Count("pk")),
    ]


def _accepted(month: datetime) -> QuerySet:
    accepted = with_accepted_on(Handoff.objects.filter(accepted_at__gte=month)).order_by()
    return accepted.values(person=F("deal__manager")).annotate(
        accepted=Count("pk"), in_time=Count("pk", filter=IN_TIME)
    )


def _share(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None
