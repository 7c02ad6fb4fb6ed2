"""The days that a report is asked about, its plan, and how the money of them adds up day by day (R17)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from django.db.models import Sum

from reports.models import Plan

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included."""

    first: date
    last: date

    @classmethod
    def month_of(cls, day: date) -> "Period":
        first = day.replace(day=1)
        return cls(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))

    @property
    def is_month(self) -> bool:
        return self == Period.month_of(self.first)

    @property
    def is_whole_months(self) -> bool:
        """Only of these there is a plan: plans are by months."""
        return self.first.day == 1 and self.last == Period.month_of(self.last).last

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """The month before."""
        return Period.month_of(self.first.replace(day=1) - timedelta(days=1))

    @property
    def after(self) -> "Period":
        return Period.month_of(Period.month_of(self.last).last + timedelta(days=1))


def plans_of(period: Period) -> dict[int, Decimal]:
    """What each manager is to receive in these months; nobody's when they are not whole months."""
    if not period.is_whole_months:
        return {}
    plans = Plan.objects.between(period.first, period.last).order_by().values("manager")
    return {row["manager"]: row["total"] for row in plans.annotate(total=Sum("amount")) if row["total"]}


@dataclass(frozen=True, slots=True)
class Course:
    """How the received money of a period adds up: after each day till today, and what it comes to with the expected."""

    period: Period
    totals: list[Decimal]
    plan: Decimal
    expected: Decimal

    @property
    def received(self) -> Decimal:
        return self.totals[-1] if self.totals else NOTHING

    @property
    def forecast(self) -> Decimal:
        return self.received + self.expected

    @property
    def left(self) -> Decimal:
        """What is missing to the plan; nothing when it is reached."""
        return max(NOTHING, self.plan - self.received)

    @property
    def reserve(self) -> Decimal:
        """By how much the forecast is above the plan; below zero when it is not enough."""
        return self.forecast - self.plan

    @property
    def steps(self) -> Iterable[tuple[date, Decimal]]:
        """The days on which something came, with the sum till then."""
        before = NOTHING
        for number, total in enumerate(self.totals):
            if total != before:
                yield self.period.first + timedelta(days=number), total
            before = total


def course_of(period: Period, by_day: dict[date, Decimal], plan: Decimal, expected: Decimal, today: date) -> Course:
    """Put the days in a row: a period that has not begun yet has none of them."""
    till = min(period.last, today)
    count = max(0, (till - period.first).days + 1)
    days = (period.first + timedelta(days=number) for number in range(count))
    return Course(period, list(accumulate(by_day.get(day, NOTHING) for day in days)), plan, expected)
