"""The head's overview: where the month stands and who needs help (screen 09). All sums are the database's."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Concat, TruncMonth

from accounts.models import User
from core import moscow
from deals.models import Alert, Deal, Handoff, PipelineCode, Stage, StageRole, Task
from invoices.models import Allocation

MONTHS_SHOWN = 6
ROWS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """A status of the renewals: open deals on it; for the final ones those closed this month."""

    stage: Stage
    count: int
    total: Decimal
    share: float

    @property
    def kind(self) -> str:
        return {StageRole.WON: "ok", StageRole.LOST: "bad"}.get(self.stage.role, "plain")


@dataclass(frozen=True, slots=True)
class Month:
    """Money received in a month, and on which of it add-ons were."""

    first: date
    received: Decimal
    addons: Decimal


def received_by_month(now: datetime) -> list[Month]:
    """The last six months, the present one last."""
    this = moscow.today(now).replace(day=1)
    months = [_months_before(this, back) for back in reversed(range(MONTHS_SHOWN))]
    rows = (
        Allocation.objects.standing()
        .filter(payment__paid_on__gte=months[0])
        .order_by()
        .values(month=TruncMonth("payment__paid_on"))
        .annotate(total=Sum("amount"), addons=Sum("amount", filter=Q(invoice__deal__pipeline=PipelineCode.ADDON)))
    )
    found = {row["month"]: row for row in rows}
    nothing = {"total": Decimal(0), "addons": None}
    return [
        Month(month, found.get(month, nothing)["total"], found.get(month, nothing)["addons"] or Decimal(0))
        for month in months
    ]


def renewal_funnel(now: datetime) -> list[FunnelStep]:
    """The statuses of the renewals in their order, the longest bar 100."""
    month = moscow.start_of_day(moscow.today(now).replace(day=1))
    deals = Deal.objects.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=month), pipeline=PipelineCode.RENEWAL)
    rows = deals.order_by().values("stage").annotate(count=Count("pk"), total=Sum("amount", default=Decimal(0)))
    found = {row["stage"]: row for row in rows}
    longest = max((row["count"] for row in rows), default=1)
    return [
        FunnelStep(
            stage,
            found.get(stage.pk, {}).get("count", 0),
            found.get(stage.pk, {}).get("total", Decimal(0)),
            100 * found.get(stage.pk, {}).get("count", 0) / longest,
        )
        for stage in Stage.objects.filter(pipeline=PipelineCode.RENEWAL).order_by("order")
    ]


def attention(user: User, now: datetime, manager: User | None) -> dict[str, Any]:
    """The lists below and beside the table, of all managers or of one: the first rows of each, as slim values."""
    tasks = Task.objects.visible_to(user).overdue(now)
    idle = Deal.objects.visible_to(user).without_next_task()
    handoffs = Handoff.objects.visible_to(user).waiting()
    unpaid = completed_unpaid(user, now)
    if manager:
        tasks, idle = tasks.filter(assignee=manager), idle.filter(manager=manager)
        handoffs, unpaid = handoffs.filter(deal__manager=manager), unpaid.filter(manager=manager)
    limit = ROWS_SHOWN * 5 if manager else ROWS_SHOWN
    late_tasks = tasks.order_by("due_at", "pk").values(
        "deal_id", "kind", "title", "due_at", partner=F("deal__partner__name"), person=_full_name("assignee")
    )
    idle_deals = idle.order_by("stage_entered_at", "pk").values(
        "pk", "stage__name", name=F("partner__name"), person=_full_name("manager")
    )
    waiting = handoffs.order_by("accept_by", "pk").values(
        "pk", "accept_by", partner=F("deal__partner__name"), person=_full_name("deal__manager")
    )
    completed = unpaid.values(
        "pk", "amount", "closed_at", "unpaid_completion_reason", name=F("partner__name"), person=_full_name("manager")
    )
    return {
        "late_tasks": list(late_tasks[:limit]),
        "idle_deals": list(idle_deals[:limit]),
        "waiting_handoffs": [
            row | {"deadline_at": moscow.end_of_day(row["accept_by"])} for row in waiting[:ROWS_SHOWN]
        ],
        "completed_unpaid": list(completed[:limit]),
        "escalated": escalated_counts(user),
    }


def _full_name(person: str) -> Concat:
    return Concat(f"{person}__first_name", Value(" "), f"{person}__last_name")


def completed_unpaid(user: User, now: datetime) -> QuerySet[Deal]:
    """Renewals that were completed this month or the one before without the money, each with its reason (R5)."""
    since = moscow.start_of_day(_months_before(moscow.today(now).replace(day=1), 1))
    deals = Deal.objects.visible_to(user).filter(outcome=Deal.Outcome.WON, closed_at__gte=since)
    return deals.exclude(unpaid_completion_reason="").order_by("-closed_at", "-pk")


def escalated_counts(user: User) -> list[tuple[Alert.Kind, int]]:
    """How many open alerts of the escalated kinds this reader was told."""
    rows = (
        Alert.objects.open()
        .filter(kind__in=Alert.ESCALATED, notices__recipient=user)
        .order_by()
        .values("kind")
        .annotate(count=Count("pk"))
    )
    found = {row["kind"]: row["count"] for row in rows}
    kinds = (Alert.Kind.HANDOFF_UNACCEPTED, Alert.Kind.TASK_OVERDUE_7D)
    return [(kind, found[kind]) for kind in kinds if kind in found]


def _months_before(first: date, months: int) -> date:
    """The first day of the month so many months earlier."""
    for _each in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first
