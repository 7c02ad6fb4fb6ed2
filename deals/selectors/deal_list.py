"""The list beside the board: the same deals by the same filter, a row each, sorted and counted by the database."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from core import formatting, moscow
from deals.filters import DATE_FIELD
from deals.models import CallComment, Deal, Pipeline, PipelineCode, Task, has_problem
from deals.rules import Health, Signs, health
from deals.selectors.partners import term_words
from partners.models import Metrics

PAGE_SIZE = 50
MOST_ROWS = 1_000
"""So many rows are shown at once, however often one has asked for more; a narrower filter finds the rest."""

DEFAULT_SORT = "date"
SORTS = {
    "partner": ["partner__name"],
    "city": ["partner__city__name"],
    "stage": ["stage__order"],
    "amount": ["amount"],
    "subject": ["service__name", "package__name"],
    "confidence": ["confidence"],
    "task": ["task_due_at"],
    "called": ["called_at"],
    "manager": ["manager__last_name", "manager__first_name"],
    "days": ["stage_entered_at"],
}
"""What a click on a head sorts by, besides the date of the pipeline; ties go by number, what is unknown comes last."""


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column that the reader may choose; `is_number` stands to the right."""

    code: str
    label: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class DealRow:
    """A line of the list, ready to be shown."""

    pk: int
    version: int
    partner: str
    health: Health
    city: str
    timezone: str
    stage: str
    amount: Decimal | None
    subject: str
    date: str
    date_kind: str
    confidence: str
    task_due_at: datetime | None
    task_kind: str
    called: str
    manager: str
    days: str


def columns_of(pipeline: Pipeline, shows_manager: bool) -> list[ListColumn]:
    """All columns of the pipeline's list beside the partner, who always stands first."""
    of_renewal = pipeline.code == PipelineCode.RENEWAL
    columns = [
        ListColumn("city", _("City, time there")),
        ListColumn("stage", _("Status")),
        ListColumn("days", _("On the status")),
        ListColumn("amount", _("Sum"), is_number=True),
        ListColumn("subject", _("Service") if pipeline.code == PipelineCode.ADDON else _("Package")),
        ListColumn("date", _("Term till") if of_renewal else _("Payment expected")),
        ListColumn("confidence", _("Confidence")),
        ListColumn("task", _("Next task")),
        ListColumn("called", _("Called")),
    ]
    return [*columns, ListColumn("manager", _("Manager"))] if shows_manager else columns


def listed(deals: QuerySet[Deal], has_final_stage: bool) -> QuerySet[Deal]:
    """What the list holds: the open deals, or the closed ones when the filter asks for a final status."""
    return deals if has_final_stage else deals.open()


def totals(deals: QuerySet[Deal]) -> dict[str, Any]:
    """Count and sum of all rows of the filter, shown or not."""
    return deals.order_by().aggregate(count=Count("pk"), total=Sum("amount", default=Decimal(0)))


def rows(
    pipeline: Pipeline, deals: QuerySet[Deal], now: datetime, *, sort: str, start: int = 0, stop: int = PAGE_SIZE
) -> list[DealRow]:
    """The rows from `start` up to `stop`, in one query. `sort` is a column's code, with a minus from the end on."""
    return [_row(each, pipeline, now) for each in values(pipeline, deals, sort)[start:stop]]


def values(pipeline: Pipeline, deals: QuerySet[Deal], sort: str) -> QuerySet:
    """The rows as the database gives them, in the order of the list."""
    return _values(_sorted(_with_figures(deals), pipeline, sort))


def known_sort(sort: str) -> str:
    """The sort itself, or the usual one for what is no column."""
    return sort if sort.removeprefix("-") in {*SORTS, DEFAULT_SORT} else DEFAULT_SORT


def _with_figures(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    nearest = Task.objects.open().filter(deal=OuterRef("pk")).order_by("due_at", "pk")
    called = CallComment.objects.filter(deal=OuterRef("pk")).order_by("-called_at")
    return deals.annotate(
        task_due_at=Subquery(nearest.values("due_at")[:1]),
        task_kind=Subquery(nearest.values("kind")[:1]),
        called_at=Subquery(called.values("called_at")[:1]),
    )


def _sorted(deals: QuerySet[Deal], pipeline: Pipeline, sort: str) -> QuerySet[Deal]:
    code = sort.removeprefix("-")
    fields = [F(name) for name in SORTS.get(code, [DATE_FIELD[pipeline.code]])]
    # The longest on the status entered it first.
    if (sort != code) != (code == "days"):
        return deals.order_by(*(field.desc(nulls_last=True) for field in fields), "-pk")
    return deals.order_by(*(field.asc(nulls_last=True) for field in fields), "pk")


def _values(deals: QuerySet[Deal]) -> QuerySet:
    requests = Metrics.objects.filter(partner=OuterRef("partner")).order_by("-measured_on", "-pk")
    return deals.values(
        "pk", "version", "stage__name", "stage__role", "stage_entered_at", "amount", "confidence", "term_ends_on",
        "expected_payment_on", "partner__name", "partner__city__name", "partner__city__timezone", "package__name",
        "service__name", "manager__first_name", "manager__last_name", "task_due_at", "task_kind", "called_at",
        requests=Subquery(requests.values("requests")[:1]),
        has_problem=has_problem("partner"),
    )  # fmt: skip


def _row(values: dict[str, Any], pipeline: Pipeline, now: datetime) -> DealRow:
    today, due_at, called_at = moscow.today(now), values["task_due_at"], values["called_at"]
    silent = (today - moscow.today(called_at)).days if called_at else None
    overdue = (today - moscow.today(due_at)).days if due_at and due_at < now else 0
    day, kind = _date(values[DATE_FIELD[pipeline.code]], pipeline, today)
    days = (today - moscow.today(values["stage_entered_at"])).days
    return DealRow(
        pk=values["pk"],
        version=values["version"],
        partner=formatting.typography(values["partner__name"]),
        health=health(Signs(values["stage__role"], overdue, silent, values["requests"], values["has_problem"])),
        city=values["partner__city__name"],
        timezone=values["partner__city__timezone"],
        stage=values["stage__name"],
        amount=values["amount"],
        subject=values["service__name"] or values["package__name"] or "",
        date=day,
        date_kind=kind,
        confidence=values["confidence"],
        task_due_at=due_at,
        task_kind=values["task_kind"] or "",
        called=formatting.short_day(moscow.today(called_at), today) if called_at else "",
        manager=f"{values['manager__first_name']} {values['manager__last_name']}",
        days=formatting.days(days) if days else formatting.day(today, today),
    )


def _date(day: date | None, pipeline: Pipeline, today: date) -> tuple[str, str]:
    """The end of the term with its days left, or the expected payment, red once it has passed."""
    if pipeline.code == PipelineCode.RENEWAL:
        return term_words(day, today)
    return formatting.short_day(day, today) if day else "", "bad" if day and day < today else ""
