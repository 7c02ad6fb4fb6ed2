"""How a partner is doing over the weeks, as the calls told it: requests, meetings, contracts and their sum."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core import formatting
from partners.models import Metrics

WEEKS_SHOWN = 8
NAMES = ("requests", "meetings", "contracts", "contracts_sum")


@dataclass(frozen=True)
class Trend:
    """One metric: the number of the last week that told it, the difference to the week before, and all weeks."""

    name: str
    label: str
    last: Decimal | int
    change: Decimal | int | None
    weeks: list[tuple[str, Any]]
    sentence: str

    @property
    def values(self) -> list[Any]:
        return [value for _week, value in self.weeks]

    @property
    def is_money(self) -> bool:
        return self.name == "contracts_sum"


@dataclass(frozen=True)
class WeekRow:
    """A line of the table under the charts."""

    label: str
    numbers: list[Any]


def weeks_of(metrics: list[Metrics]) -> list[tuple[date, dict[str, Any]]]:
    """(Monday, {metric: what was told last in that week}), oldest first; `metrics` are newest first."""
    weeks: dict[date, dict[str, Any]] = {}
    for each in metrics:
        monday = each.measured_on - timedelta(days=each.measured_on.weekday())
        told = weeks.setdefault(monday, dict.fromkeys(NAMES))
        for name in NAMES:
            if told[name] is None:
                told[name] = getattr(each, name)
    return sorted(weeks.items())[-WEEKS_SHOWN:]


def trends(metrics: list[Metrics]) -> list[Trend]:
    """Each metric that was told at all, in the order of the comment's form."""
    labels = {
        "requests": _("Requests"),
        "meetings": _("Meetings"),
        "contracts": _("Contracts"),
        "contracts_sum": _("Sum of contracts"),
    }
    weeks = weeks_of(metrics)
    found = []
    for name, label in labels.items():
        told = [(monday, numbers[name]) for monday, numbers in weeks if numbers[name] is not None]
        if not told:
            continue
        captions = formatting.week_labels([monday for monday, _number in told])
        values = [value for _monday, value in told]
        sentence = _("%(metric)s by weeks: %(numbers)s") % {
            "metric": label,
            "numbers": ", ".join(formatting.number(value) for value in values),
        }
        change = values[-1] - values[-2] if len(values) > 1 else None
        found.append(Trend(name, label, values[-1], change, list(zip(captions, values, strict=True)), sentence))
    return found


def table(metrics: list[Metrics], today: date) -> list[WeekRow]:
    """The same weeks as rows, newest first."""
    return [
        WeekRow(formatting.short_day(monday, today), [numbers[name] for name in NAMES])
        for monday, numbers in reversed(weeks_of(metrics))
    ]
