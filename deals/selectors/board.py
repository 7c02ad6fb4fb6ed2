"""A board: the open deals of a pipeline by stage, with counts and sums by the database for the same filter (02)."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum

from core import formatting, moscow
from deals.models import CallComment, Deal, Pipeline, PipelineCode, Stage, Task, has_problem
from deals.rules import Health, Signs, health
from deals.selectors.partners import term_words
from partners.models import Metrics

CARDS_A_COLUMN = 40
MOST_CARDS = 500
"""So many cards of a column are shown at once, however often one has asked for more."""

ORDER_FIELD = {
    PipelineCode.NEW: "stage_entered_at",
    PipelineCode.RENEWAL: "term_ends_on",
    PipelineCode.ADDON: "expected_payment_on",
}
"""What the cards of a column are sorted by; ties go by number."""


class Activity(StrEnum):
    """What is planned on a deal: by its nearest open task."""

    OVERDUE = "overdue"
    TODAY = "today"
    PLANNED = "planned"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the bar in a column's head, as a link that narrows the column. Geometry in percent of the bar."""

    activity: Activity
    count: int
    x: float
    width: float
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class View:
    """What the reader has asked of the board beside the filter.

    `shown` is how many cards of a stage are loaded already, `segment` the stage narrowed to one activity, `unfolded`
    the final stage whose closed cards are shown.
    """

    shown: dict[int, int] = field(default_factory=dict)
    segment: tuple[int, Activity] | None = None
    unfolded: int | None = None


PLAIN = View()


@dataclass(frozen=True, slots=True)
class Card:
    """A deal on the board, ready to be shown."""

    pk: int
    version: int
    partner: str
    health: Health
    city: str
    timezone: str
    amount: Decimal | None
    subject: str
    until: str
    until_kind: str
    task_due_at: datetime | None
    task_kind: str
    manager: str
    key: str
    dated_on: date | None


@dataclass(frozen=True)
class Column:
    stage: Stage
    count: int = 0
    total: Decimal = Decimal(0)
    overdue: int = 0
    today: int = 0
    planned: int = 0
    idle: int = 0
    cards: list[Card] = field(default_factory=list)
    chosen: Activity | None = None
    is_unfolded: bool = False

    @property
    def rest(self) -> int:
        """How many cards are not loaded yet."""
        return (getattr(self, self.chosen) if self.chosen else self.count) - len(self.cards)

    @property
    def segments(self) -> list[Segment]:
        """The bar of the head: what is overdue, for today, planned and idle, in this order."""
        segments, x = [], 0.0
        for activity in Activity:
            count = getattr(self, activity)
            width = round(100 * count / self.count, 2) if self.count else 0
            if count:
                segments.append(Segment(activity, count, round(x, 2), width, activity == self.chosen))
            x += width
        return segments

    @property
    def last_key(self) -> str:
        return self.cards[-1].key


def board(
    pipeline: Pipeline, deals: QuerySet[Deal], now: datetime, view: View = View()
) -> tuple[list[Column], list[Column]]:
    """The open columns with their first cards, and the final ones with what was closed this month."""
    stages = list(pipeline.stages.order_by("order"))
    open_stages = [stage for stage in stages if not stage.is_final]
    heads = _heads(deals.open(), now)
    cards = _first_cards(pipeline, deals, open_stages, now, view)
    segment_stage, activity = view.segment or (None, None)
    columns = [
        Column(
            stage,
            **heads.get(stage.pk, {}),
            cards=cards.get(stage.pk, []),
            chosen=activity if stage.pk == segment_stage else None,
        )
        for stage in open_stages
    ]
    closed = _closed_this_month(deals, now)
    sums = closed.order_by().values("stage").annotate(count=Count("pk"), total=Sum("amount", default=Decimal(0)))
    heads = {row.pop("stage"): row for row in sums}
    finals = [
        Column(
            stage,
            **heads.get(stage.pk, {}),
            cards=_closed_cards(pipeline, closed, stage, now) if stage.pk == view.unfolded else [],
            is_unfolded=stage.pk == view.unfolded,
        )
        for stage in stages
        if stage.is_final
    ]
    return columns, finals


def more_cards(
    pipeline: Pipeline, stage: Stage, deals: QuerySet[Deal], after: str, now: datetime, view: View = View()
) -> list[Card]:
    """The next cards of a column, after the one with this key."""
    queryset = _after(_column(pipeline, deals, stage, now, view), ORDER_FIELD[pipeline.code], after)
    return [_card(values, pipeline, now) for values in _values(queryset)[:CARDS_A_COLUMN]]


def column_size(deals: QuerySet[Deal], stage: Stage, now: datetime, view: View) -> int:
    """How many cards the column has, narrowed as it is."""
    return _column(stage.pipeline, deals, stage, now, view).order_by().count()


def stamp(deals: QuerySet[Deal]) -> str:
    """Changes whenever a card of these deals would look otherwise: by a move, a change or a task."""
    told = deals.aggregate(count=Count("pk"), versions=Sum("version"), entered=Max("stage_entered_at"))
    tasks = Task.objects.open().filter(deal__in=deals.order_by().values("pk"))
    told |= tasks.aggregate(tasks=Count("pk"), task_versions=Sum("version"))
    return "-".join(str(value.timestamp() if isinstance(value, datetime) else value or 0) for value in told.values())


def _heads(deals: QuerySet[Deal], now: datetime) -> dict[int, dict[str, Any]]:
    """Count, sum and activities of each stage, in one query."""
    counted = {str(activity): Count("pk", filter=_activity(activity, now)) for activity in Activity}
    rows = (
        _with_nearest(deals)
        .order_by()
        .values("stage")
        .annotate(count=Count("pk"), total=Sum("amount", default=Decimal(0)), **counted)
    )
    return {row.pop("stage"): row for row in rows}


def _with_nearest(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    nearest = Task.objects.open().filter(deal=OuterRef("pk")).order_by("due_at", "pk")
    return deals.annotate(nearest_due_at=Subquery(nearest.values("due_at")[:1]))


def _activity(activity: Activity, now: datetime) -> Q:
    """The condition on the nearest task."""
    tomorrow = moscow.start_of_day(moscow.today(now) + timedelta(days=1))
    return {
        Activity.OVERDUE: Q(nearest_due_at__lt=now),
        Activity.TODAY: Q(nearest_due_at__gte=now, nearest_due_at__lt=tomorrow),
        Activity.PLANNED: Q(nearest_due_at__gte=tomorrow),
        Activity.IDLE: Q(nearest_due_at__isnull=True),
    }[activity]


def _closed_this_month(deals: QuerySet[Deal], now: datetime) -> QuerySet[Deal]:
    return deals.filter(closed_at__gte=moscow.start_of_day(moscow.today(now).replace(day=1)))


def _closed_cards(pipeline: Pipeline, closed: QuerySet[Deal], stage: Stage, now: datetime) -> list[Card]:
    """The last closed first."""
    deals = closed.filter(stage=stage).order_by("-closed_at", "-pk")
    return [_card(values, pipeline, now) for values in _values(deals)[:CARDS_A_COLUMN]]


def _first_cards(
    pipeline: Pipeline, deals: QuerySet[Deal], stages: list[Stage], now: datetime, view: View
) -> dict[int, list[Card]]:
    """The first cards of every column in one statement: a limited query for each stage, put together."""
    first, *others = [
        _values(_column(pipeline, deals, stage, now, view))[
            : min(max(view.shown.get(stage.pk, 0), CARDS_A_COLUMN), MOST_CARDS)
        ]
        for stage in stages
    ]
    cards: dict[int, list[Card]] = {}
    for values in first.union(*others, all=True):
        cards.setdefault(values["stage_id"], []).append(_card(values, pipeline, now))
    return cards


def cards_of(pipeline: Pipeline, queries: list[QuerySet[Deal]], now: datetime) -> list[Card]:
    """The cards of these limited queries, read in one statement."""
    first, *others = [_values(query) for query in queries]
    return [_card(values, pipeline, now) for values in first.union(*others, all=True)]


def _column(pipeline: Pipeline, deals: QuerySet[Deal], stage: Stage, now: datetime, view: View) -> QuerySet[Deal]:
    column = deals.open().filter(stage=stage).order_by(ORDER_FIELD[pipeline.code], "pk")
    if view.segment and view.segment[0] == stage.pk:
        column = _with_nearest(column).filter(_activity(view.segment[1], now))
    return column


def _after(deals: QuerySet[Deal], order_field: str, key: str) -> QuerySet[Deal]:
    """Continue after a card's key, "value~number"; deals without the value stand last."""
    value, _separator, number = key.partition("~")
    if not number.isdecimal() or (value and not _is_day(value)):
        return deals.none()
    if not value:
        return deals.filter(**{f"{order_field}__isnull": True}, pk__gt=number)
    return deals.filter(
        Q(**{f"{order_field}__gt": value})
        | Q(**{order_field: value}, pk__gt=number)
        | Q(**{f"{order_field}__isnull": True})
    )


def _is_day(value: str) -> bool:
    """Whether the value of a key is a date or a moment; the address may be typed by anybody."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _values(deals: QuerySet[Deal]) -> QuerySet:
    """The columns of a card: slim values, no model instances."""
    nearest = Task.objects.open().filter(deal=OuterRef("pk")).order_by("due_at", "pk")
    requests = Metrics.objects.filter(partner=OuterRef("partner")).order_by("-measured_on", "-pk")
    called = CallComment.objects.filter(deal=OuterRef("pk")).order_by("-called_at")
    return deals.values(
        "pk", "version", "stage_id", "stage__role", "stage_entered_at", "amount", "term_ends_on",
        "expected_payment_on", "partner__name", "partner__city__name", "partner__city__timezone", "package__name",
        "service__name", "manager__first_name", "manager__last_name",
        task_due_at=Subquery(nearest.values("due_at")[:1]),
        task_kind=Subquery(nearest.values("kind")[:1]),
        requests=Subquery(requests.values("requests")[:1]),
        called_at=Subquery(called.values("called_at")[:1]),
        has_problem=has_problem("partner"),
    )  # fmt: skip


def _card(values: dict[str, Any], pipeline: Pipeline, now: datetime) -> Card:
    today, due_at, called_at = moscow.today(now), values["task_due_at"], values["called_at"]
    silent = (today - moscow.today(called_at)).days if called_at else None
    overdue = (today - moscow.today(due_at)).days if due_at and due_at < now else 0
    until, until_kind = _until(values, pipeline, today)
    key_value = values[ORDER_FIELD[pipeline.code]]
    return Card(
        pk=values["pk"],
        version=values["version"],
        partner=formatting.typography(values["partner__name"]),
        health=health(Signs(values["stage__role"], overdue, silent, values["requests"], values["has_problem"])),
        city=values["partner__city__name"],
        timezone=values["partner__city__timezone"],
        amount=values["amount"],
        subject=values["service__name"] or values["package__name"] or "",
        until=until,
        until_kind=until_kind,
        task_due_at=due_at,
        task_kind=values["task_kind"] or "",
        manager=f"{values['manager__first_name']} {values['manager__last_name']}",
        dated_on=values["term_ends_on"] if pipeline.code == PipelineCode.RENEWAL else values["expected_payment_on"],
        key=f"{key_value.isoformat() if key_value else ''}~{values['pk']}",
    )


def _until(values: dict[str, Any], pipeline: Pipeline, today: date) -> tuple[str, str]:
    """The end of the term on renewals, the expected payment on add-ons, days on the stage for new partners."""
    if pipeline.code == PipelineCode.RENEWAL:
        return term_words(values["term_ends_on"], today)
    if pipeline.code == PipelineCode.ADDON:
        expected = values["expected_payment_on"]
        return formatting.short_day(expected, today) if expected else "", "bad" if expected and expected < today else ""
    days = (today - moscow.today(values["stage_entered_at"])).days
    return formatting.days(days) if days else formatting.day(today, today), ""
