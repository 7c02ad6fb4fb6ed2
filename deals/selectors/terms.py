"""«Сроки»: the open deals of a pipeline by when they end or are to be paid, week by week and month by month."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from core import moscow
from deals.filters import DATE_FIELD
from deals.models import Deal, Pipeline
from deals.selectors.board import Card, cards_of

CARDS_A_PERIOD = 60


@dataclass(frozen=True, slots=True)
class Period:
    """A column: its code, its words and its days, open to one side in «просрочено» and «позже»."""

    code: str
    title: str
    starts_on: date | None = None
    ends_on: date | None = None
    takes_cards: bool = False

    def condition(self, name: str) -> Q:
        if self.starts_on is None and self.ends_on is None:
            return Q(**{f"{name}__isnull": True})
        days = Q(**{f"{name}__gte": self.starts_on}) if self.starts_on else Q()
        return days & Q(**{f"{name}__lte": self.ends_on}) if self.ends_on else days


@dataclass(frozen=True)
class PeriodColumn:
    period: Period
    count: int = 0
    total: Decimal = Decimal(0)
    cards: list[Card] = field(default_factory=list)

    @property
    def rest(self) -> int:
        return self.count - len(self.cards)


def periods(today: date) -> list[Period]:
    """From what is past to what has no date. A card cannot be put into the past, nor into what has no end."""
    sunday = today + timedelta(days=6 - today.weekday())
    next_sunday = sunday + timedelta(days=7)
    month_ends, next_month_ends = _month_end(today), _month_end(_month_end(today) + timedelta(days=1))
    found = [
        Period("late", _("Overdue"), None, today - timedelta(days=1)),
        Period("week", _("This week"), today, sunday, True),
        Period("next-week", _("Next week"), sunday + timedelta(days=1), next_sunday, True),
    ]
    if next_sunday < month_ends:
        found.append(Period("month", _("Later this month"), next_sunday + timedelta(days=1), month_ends, True))
    starts_on = max(next_sunday, month_ends) + timedelta(days=1)
    return [
        *found,
        Period("next-month", _("Next month"), starts_on, next_month_ends, True),
        Period("later", _("Later"), next_month_ends + timedelta(days=1)),
        Period("none", _("No date")),
    ]


def day_in(period: Period, current: date | None, today: date) -> date:
    """The day that a card gets in the period: the same day of the week, in a month the same number, if it is there."""
    first, last = max(period.starts_on, today), period.ends_on
    if current is None:
        return last
    if (last - first).days < 7:
        same = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        return next((day for day in same if day.weekday() == current.weekday()), last)
    wanted = last.replace(day=min(current.day, last.day))
    return min(max(wanted, first), last)


def period_columns(pipeline: Pipeline, deals: QuerySet[Deal], now: datetime) -> list[PeriodColumn]:
    """The columns with counts, sums and first cards, in two queries."""
    name, found = DATE_FIELD[pipeline.code], periods(moscow.today(now))
    deals = deals.open()
    heads = deals.aggregate(
        **{f"count_{at}": Count("pk", filter=period.condition(name)) for at, period in enumerate(found)},
        **{
            f"total_{at}": Sum("amount", filter=period.condition(name), default=Decimal(0))
            for at, period in enumerate(found)
        },
    )
    queries = [deals.filter(period.condition(name)).order_by(name, "pk")[:CARDS_A_PERIOD] for period in found]
    cards = cards_of(pipeline, queries, now)
    return [
        PeriodColumn(
            period, heads[f"count_{at}"], heads[f"total_{at}"], [card for card in cards if _is_in(card, period)]
        )
        for at, period in enumerate(found)
    ]


def _is_in(card: Card, period: Period) -> bool:
    if card.dated_on is None or (period.starts_on is None and period.ends_on is None):
        return card.dated_on is None and period.starts_on is None and period.ends_on is None
    return (period.starts_on or date.min) <= card.dated_on <= (period.ends_on or date.max)


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
