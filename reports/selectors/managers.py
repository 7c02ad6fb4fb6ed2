"""The head's table: each manager's money and order in work. Every column is one grouped query."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.models import User
from core import moscow
from deals.models import CallComment, Deal, Handoff, PipelineCode, Task
from deals.selectors.handoffs import IN_TIME, with_accepted_on
from deals.selectors.partners import LONG_SILENCE
from partners.models import Partner
from reports.selectors.payments import Narrowing, expected_deals, expected_invoices, received
from reports.selectors.people import support_people

NOTHING = Decimal(0)
OVERDUE_LIMIT = 4
CALLED_LIMIT = 85
IN_TIME_LIMIT = 90


@dataclass
class ManagerRow:
    """A line of the table; the last line is the department. Shares are in percent, None when there was nothing.

    `renewals` and `addons` are money received this month for deals of these pipelines, `received` all of it;
    `expected` is what the report of payments expects in it.
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
    people = support_people().order_by("last_name", "first_name", "pk")
    by_person = {person.pk: ManagerRow(person) for person in people}
    strangers = ManagerRow()
    for figures in _figures(now):
        for values in figures:
            row = by_person.get(values.pop("person"), strangers)
            for name, value in values.items():
                setattr(row, name, getattr(row, name) + (value or 0))
    table = ManagerTable(list(by_person.values()))
    for row in [*table.rows, strangers]:
        table.department.add(row)
    return table


def _figures(now: datetime) -> list[QuerySet]:
    """Queries that each give some columns, grouped by `person`."""
    today = moscow.today(now)
    first = today.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    month = moscow.start_of_day(first)
    return [
        _partners(now),
        *_money(Narrowing(first, last)),
        _renewals(month),
        *_work(now),
        _accepted(month),
    ]


def _partners(now: datetime) -> QuerySet:
    called = CallComment.objects.filter(called_at__gte=now - LONG_SILENCE).values("deal__partner")
    partners = Partner.objects.filter(archived_at__isnull=True).order_by().values(person=F("manager"))
    return partners.annotate(partners=Count("pk"), called=Count("pk", filter=Q(pk__in=called)))


def _money(month: Narrowing) -> list[QuerySet]:
    """The same sums as in the report of payments (R17)."""
    came = received(month).order_by().values(person=F("manager"))
    invoices = expected_invoices(month).order_by().values(person=F("partner__manager"))
    deals = expected_deals(month).order_by().values(person=F("manager"))
    return [
        came.annotate(
            received=Sum("amount"),
            renewals=Sum("amount", filter=Q(invoice__deal__pipeline=PipelineCode.RENEWAL)),
            addons=Sum("amount", filter=Q(invoice__deal__pipeline=PipelineCode.ADDON)),
        ),
        invoices.annotate(expected=Sum("left")),
        deals.annotate(expected=Sum("left")),
    ]


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
