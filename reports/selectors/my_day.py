"""The day of one person: whom to call now, in which order, and what stands beside it (screen 01)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import acting_for, may
from chat.selectors.inbox import news_of_marketing
from core import formatting, moscow
from core.moscow import CallingWindow, calling_window
from deals.models import Call, CallComment, Deal, Handoff, Task, has_problem
from deals.rules import Health, Signs, health
from invoices.models import Allocation
from partners.models import Contact, Metrics

TALKS = (Task.Kind.CALL, Task.Kind.MEETING)
"""Kinds of tasks for which the partner must be there."""

QUEUE_LIMIT = 150
"""Rows on the page; a portfolio of 40 partners never gets near it."""


RAIL_DEALS = 8
"""Deals without a next step beside the queue; the rest is behind the figure."""

RAIL_NEWS = 6
"""Answers and questions of marketing beside the queue; the rest is in the chats."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A task of the queue with all that its row shows."""

    task_id: int
    deal_id: int
    kind: str
    title: str
    due_at: datetime
    when: str
    is_overdue: bool
    partner: str
    stage: str
    health: Health
    city: str
    timezone: str
    window: CallingWindow
    phone: str
    amount: Decimal | None
    postponed_count: int
    assignee_id: int
    assignee: str


@dataclass(frozen=True)
class Group:
    """Rows under one heading; `kind` says how the heading looks, `code` which group it is."""

    code: str
    title: str
    hint: str
    kind: str
    rows: list[QueueRow]


@dataclass(frozen=True)
class DayFacts:
    """The figures of the strip. Sums in roubles."""

    today: int
    done_today: int
    overdue: int
    oldest_overdue_days: int
    without_task: int
    expected: Decimal
    expected_count: int
    received: Decimal
    month_ends_on: date


def queue(user: User, now: datetime, order: str, show: str = "") -> list[Group]:
    """The open tasks till the end of tomorrow, grouped: overdue, windows that close soon, today, tomorrow.

    `show` narrows them to what one figure of the strip counts: overdue or today.
    """
    tomorrow, until = (moscow.start_of_day(moscow.today(now) + timedelta(days=days)) for days in (1, 2))
    tasks = Task.objects.open().filter(assignee__in=acting_for(user), due_at__lt=until)
    if show == "overdue":
        tasks = tasks.filter(due_at__lt=now)
    elif show == "today":
        tasks = tasks.filter(due_at__gte=now, due_at__lt=tomorrow)
    rows = [_row(values, now) for values in _values(tasks.order_by("due_at", "pk")[:QUEUE_LIMIT])]
    if order == "deals":
        rows.sort(key=lambda row: (row.partner.lower(), row.due_at))
        return _groups([("deals", _("By partners"), "", "", rows)])
    if order == "time":
        return _groups([("time", _("By time"), "", "", rows)])
    overdue = sorted((row for row in rows if row.is_overdue), key=lambda row: (_closes_at(row, now), row.due_at))
    today = [row for row in rows if not row.is_overdue and row.due_at < tomorrow]
    first = sorted((row for row in today if _is_closing(row)), key=lambda row: (row.window.minutes_left, row.due_at))
    today = sorted(
        (row for row in today if not _is_closing(row)), key=lambda row: min(row.due_at, _closes_at(row, now))
    )
    return _groups(
        [
            ("overdue", _("Overdue"), _("move them or close them with a comment"), "bad", overdue),
            ("first", _("Call first"), _("their calling time ends soon"), "warn", first),
            ("today", _("Today"), "", "", today),
            ("tomorrow", _("Tomorrow"), "", "", [row for row in rows if row.due_at >= tomorrow]),
        ]
    )


def _is_closing(row: QueueRow) -> bool:
    return row.kind in TALKS and row.window.state == "closing"


def _closes_at(row: QueueRow, now: datetime) -> datetime:
    """When the partner can no longer be called today: the Far East first; what is not a talk has no such end."""
    if row.kind in TALKS and row.window.is_open:
        return now + timedelta(minutes=row.window.minutes_left)
    return now + timedelta(days=1)


def day_facts(user: User, now: datetime) -> DayFacts:
    """The strip: tasks, deals without a next step, money expected till the end of the month and received in it."""
    own, today = acting_for(user), moscow.today(now)
    day_starts, day_ends = moscow.start_of_day(today), moscow.start_of_day(today + timedelta(days=1))
    tasks = Task.objects.filter(assignee__in=own).aggregate(
        today=Count("pk", filter=Q(done_at__isnull=True, due_at__gte=now, due_at__lt=day_ends)),
        done=Count("pk", filter=Q(done_at__gte=day_starts, done_at__lt=day_ends)),
        overdue=Count("pk", filter=Q(done_at__isnull=True, due_at__lt=now)),
        oldest=Min("due_at", filter=Q(done_at__isnull=True, due_at__lt=now)),
    )
    oldest = tasks["oldest"]
    month_starts, month_ends = month_of(today)
    money = expected_deals(own, month_ends).aggregate(total=Sum(F("amount") - F("paid_amount")), count=Count("pk"))
    return DayFacts(
        today=tasks["today"] + tasks["done"],
        done_today=tasks["done"],
        overdue=tasks["overdue"],
        oldest_overdue_days=(today - moscow.today(oldest)).days if oldest else 0,
        without_task=without_step(own).count(),
        expected=money["total"] or Decimal(0),
        expected_count=money["count"],
        received=received_between(month_starts, month_ends, managers=own),
        month_ends_on=month_ends,
    )


def without_step(managers: list[int]) -> QuerySet[Deal]:
    """Their open deals without a task; those that are still to be accepted stand in a list of their own."""
    waiting = Q(handoff__accepted_at__isnull=True, handoff__isnull=False)
    return Deal.objects.filter(manager__in=managers).without_next_task().exclude(waiting)


def expected_deals(managers: list[int], till: date) -> QuerySet[Deal]:
    """Their open deals that are to be paid till that day and are not yet paid in full."""
    return Deal.objects.open().filter(manager__in=managers, expected_payment_on__lte=till, paid_amount__lt=F("amount"))


def month_of(day: date) -> tuple[date, date]:
    """First and last day of the month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def received_between(first: date, last: date, *, managers: list[int] | None = None) -> Decimal:
    """Money that stands on invoices, by the day of the payment; of all managers, or of these."""
    standing = Allocation.objects.standing().filter(payment__paid_on__range=(first, last))
    if managers is not None:
        standing = standing.filter(manager__in=managers)
    return standing.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def rail(user: User, now: datetime) -> dict[str, Any]:
    """What waits beside the queue: handoffs, calls to comment, marketing's answers, money of the day, idle deals."""
    own, today = acting_for(user), moscow.today(now)
    handoffs = Handoff.objects.visible_to(user).with_support().select_related("deal__partner__city", "package")
    received = (
        Allocation.objects.standing()
        .filter(manager__in=own, payment__paid_on=today)
        .select_related("invoice__partner")
        .order_by("-pk")[:8]
    )
    silent = Call.objects.filter(Q(deal__manager__in=own) | Q(by=user)).without_comment()
    idle = without_step(own).select_related("partner", "pipeline").order_by("term_ends_on", "pk")[:RAIL_DEALS]
    return {
        "handoffs": list(handoffs.order_by("accept_by", "pk")[:6]),
        "received_today": list(received),
        "silent_calls": list(silent.select_related("deal__partner").order_by("started_at", "pk")[:RAIL_DEALS]),
        "idle_deals": list(idle),
        "marketing_news": news_of_marketing(user, own, now, RAIL_NEWS) if may(user, "chat.read") else [],
    }


def _groups(groups: list[tuple[str, str, str, str, list[QueueRow]]]) -> list[Group]:
    return [Group(*group) for group in groups if group[-1]]


def _values(tasks: Any) -> Any:
    """The columns of a row in one query: slim values, no model instances."""
    partner = OuterRef("deal__partner")
    phone = Contact.objects.filter(partner=partner, is_primary=True).values("phone")[:1]
    requests = Metrics.objects.filter(partner=partner).order_by("-measured_on", "-pk").values("requests")[:1]
    called = CallComment.objects.filter(deal=OuterRef("deal")).order_by("-called_at").values("called_at")[:1]
    return tasks.values(
        "pk", "kind", "title", "due_at", "postponed_count", "deal_id", "assignee_id", "assignee__first_name",
        "assignee__last_name", "deal__amount", "deal__stage__name",
        "deal__stage__role", "deal__partner__name", "deal__partner__city__name", "deal__partner__city__timezone",
        phone=Coalesce(Subquery(phone), Value("")),
        requests=Subquery(requests),
        called_at=Subquery(called),
        has_problem=has_problem("deal__partner"),
    )  # fmt: skip


def _row(values: dict[str, Any], now: datetime) -> QueueRow:
    due_at, today = values["due_at"], moscow.today(now)
    is_overdue = due_at < now
    overdue_days = (today - moscow.today(due_at)).days if is_overdue else 0
    silent = (today - moscow.today(values["called_at"])).days if values["called_at"] else None
    zone = values["deal__partner__city__timezone"]
    window = calling_window(zone, now)
    return QueueRow(
        task_id=values["pk"],
        deal_id=values["deal_id"],
        kind=values["kind"],
        title=formatting.typography(values["title"]),
        due_at=due_at,
        when=_when(due_at, window, now),
        is_overdue=is_overdue,
        partner=formatting.typography(values["deal__partner__name"]),
        stage=values["deal__stage__name"],
        health=health(
            Signs(values["deal__stage__role"], overdue_days, silent, values["requests"], values["has_problem"])
        ),
        city=values["deal__partner__city__name"],
        timezone=zone,
        window=window,
        phone=values["phone"],
        amount=values["deal__amount"],
        postponed_count=values["postponed_count"],
        assignee_id=values["assignee_id"],
        assignee=formatting.short_name(f"{values['assignee__first_name']} {values['assignee__last_name']}"),
    )


def _when(due_at: datetime, window: CallingWindow, now: datetime) -> str:
    """The first column: a day when it is past, «до 13:00» while the calling window closes, else the time."""
    if due_at < now and moscow.today(due_at) < moscow.today(now):
        return formatting.short_day(moscow.today(due_at), moscow.today(now))
    if due_at >= now and window.state == "closing" and moscow.today(due_at) == moscow.today(now):
        closes_at = now + timedelta(minutes=window.minutes_left)
        return _("till %(time)s") % {"time": formatting.time_of_day(closes_at)}
    return formatting.time_of_day(due_at)
