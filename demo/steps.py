"""The next step of a deal, in all the ways in which people keep the seven-day rule (R2), and break it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from core.formatting import LONG_MONTHS
from deals.models import Task
from demo import phrases
from demo.calendar import Calendar
from demo.stories import Step, Story

# How the next steps of a portfolio stand, kind and weight: of a careful manager, of a usual one, of one who is behind.
OF_PARTNERS = (
    {"planned": 19, "today": 5, "called": 4, "overdue": 3, "far": 2, "postponed": 2, "none": 2, "long_overdue": 0},
    {"planned": 17, "today": 6, "called": 3, "overdue": 4, "far": 2, "postponed": 2, "none": 2, "long_overdue": 1},
    {"planned": 15, "today": 5, "called": 2, "overdue": 6, "far": 1, "postponed": 3, "none": 3, "long_overdue": 2},
)
OF_ADDONS = {"planned": 7, "today": 2, "overdue": 1}
ONLY_RENEWALS = {"far", "postponed", "none", "long_overdue"}


@dataclass(frozen=True, slots=True)
class Ending:
    """The last call and the step that it led to."""

    called_at: datetime
    step: Step


def ending(
    kind: str, timezone: str, calendar: Calendar, rng: Random, *, days: int = 0, today_at: datetime | None = None
) -> Ending:
    """How a deal stands today. `days` is how long it is overdue, `today_at` the moment of a task of today."""
    if kind in ("overdue", "long_overdue"):
        return _overdue(days or rng.randint(*((1, 6) if kind == "overdue" else (8, 18))), timezone, calendar, rng)
    if kind == "postponed":
        return _postponed(timezone, calendar, rng)
    called_at = calendar.call(_day_of_call(kind, calendar, rng), timezone, rng)
    if kind == "none":
        return Ending(called_at, Step(None, called_at))
    if kind == "today":
        return Ending(called_at, Step(today_at, called_at))
    if kind == "far":
        due_at = calendar.plan(calendar.some_workday(9, 24, rng), timezone, rng)
        return Ending(called_at, Step(due_at, called_at, reason=long_term_reason(due_at, rng)))
    return Ending(called_at, Step(calendar.plan(calendar.in_time(called_at, rng), timezone, rng), called_at))


def addon_ending(
    kind: str, moved_at: datetime, timezone: str, calendar: Calendar, rng: Random, today_at: datetime | None
) -> Step:
    """The step of an add-on deal that came to its stage at `moved_at`, at most six days ago."""
    ago = (calendar.today - moved_at.date()).days
    if kind == "today":
        return Step(today_at, moved_at)
    if kind == "overdue" and ago > 1:
        return Step(calendar.plan(calendar.some_workday(1 - ago, -1, rng), timezone, rng), moved_at)
    return Step(calendar.plan(calendar.in_time(moved_at, rng), timezone, rng), moved_at)


def _day_of_call(kind: str, calendar: Calendar, rng: Random) -> date:
    first, last = {"called": (0, 0), "planned": (-4, -1), "today": (-7, -3)}.get(kind, (-6, -1))
    return calendar.some_workday(first, last, rng)


def _overdue(days: int, timezone: str, calendar: Calendar, rng: Random) -> Ending:
    due_on = calendar.back(days)
    ago = (calendar.today - due_on).days
    called_at = calendar.call(calendar.some_workday(-ago - 3, -ago - 2, rng), timezone, rng)
    return Ending(called_at, Step(calendar.plan(due_on, timezone, rng), called_at))


def _postponed(timezone: str, calendar: Calendar, rng: Random) -> Ending:
    """Weeks without a contact, each time put off within the rule: the fourth time, the 26th day."""
    called_at = calendar.call(calendar.back(rng.randint(20, 32)), timezone, rng)
    planned_at = calendar.call(calendar.some_workday(-3, -1, rng), timezone, rng)
    due_at = calendar.plan(calendar.in_time(planned_at, rng), timezone, rng)
    title = rng.choice(phrases.POSTPONED_STEPS)
    return Ending(called_at, Step(due_at, planned_at, title, Task.Kind.CALL, postponed=rng.randint(3, 5)))


def first_step(story: Story, today_at: datetime | None, calendar: Calendar, rng: Random) -> Step:
    """What was planned when the partner was accepted; there was no call yet."""
    accepted_at = story.accepted_at
    due_at = today_at or calendar.plan(calendar.in_time(accepted_at, rng), story.city.timezone, rng)
    return Step(due_at, accepted_at, "Вводный звонок: порядок работы и доступы", Task.Kind.CALL)


def long_term_reason(due_at: datetime, rng: Random) -> str:
    day = (due_at - timedelta(days=1)).date()
    return rng.choice(phrases.LONG_TERM_REASONS).format(day=f"{day.day} {LONG_MONTHS['ru'][day.month - 1]}")
