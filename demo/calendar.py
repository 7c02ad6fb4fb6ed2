"""The demo's calendar: working days, and moments at which one could call a partner. All days are Moscow days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

from core import moscow
from deals.rules import HORIZON_DAYS

OFFICE_MINUTES = (10 * 60, 18 * 60 + 45)
"""When calls are made, in minutes of the Moscow day."""

DAY = timedelta(days=1)


@cache
def calling_minutes(timezone: str, day: date) -> tuple[int, int]:
    """Minutes of the Moscow day at which our office is open and the partner's calling window too."""
    ahead = round(moscow.hours_from_moscow(timezone, moscow.at(day, time(12))) * 60)
    opens = max(OFFICE_MINUTES[0], moscow.CALLING_OPENS.hour * 60 - ahead)
    closes = min(OFFICE_MINUTES[1], moscow.CALLING_CLOSES.hour * 60 - ahead - 10)
    return opens, max(opens + 20, closes)


def at_minute(day: date, minute: int) -> datetime:
    return moscow.at(day, time(minute // 60, minute % 60))


@dataclass(frozen=True)
class Calendar:
    """The days around the moment at which the demo company is loaded."""

    now: datetime

    @property
    def today(self) -> date:
        return moscow.today(self.now)

    @property
    def minute_now(self) -> int:
        local = moscow.to_moscow(self.now)
        return local.hour * 60 + local.minute

    def back(self, days: int) -> date:
        """The day so many days ago, or the working day before it."""
        return self.workday(self.today - days * DAY)

    def workday(self, day: date) -> date:
        """The day itself, or the working day before it."""
        while not moscow.is_working_day(day):
            day -= DAY
        return day

    def some_workday(self, first: int, last: int, rng: Random) -> date:
        """A working day from `first` to `last` days from today; the last one when there is none between."""
        days = [self.today + offset * DAY for offset in range(first, last + 1)]
        return rng.choice([day for day in days if moscow.is_working_day(day)] or days[-1:])

    def in_time(self, planned_at: datetime, rng: Random) -> date:
        """A working day from tomorrow to the seventh day after the planning (R2), or that day when there is none."""
        last = planned_at.date() + HORIZON_DAYS * DAY
        return self.some_workday(min(1, (last - self.today).days), (last - self.today).days, rng)

    def call(self, day: date, timezone: str, rng: Random) -> datetime:
        """A moment of that working day at which a partner there may be called; it has passed already."""
        day = self.workday(day)
        opens, closes = calling_minutes(timezone, day)
        if day == self.today:
            closes = min(closes, self.minute_now - 5)
            if closes <= opens:
                return self.call(day - DAY, timezone, rng)
        return at_minute(day, rng.randrange(opens, closes))

    def plan(self, day: date, timezone: str, rng: Random) -> datetime:
        """A moment of that day for a task, on a quarter of an hour."""
        opens, closes = calling_minutes(timezone, day)
        first = -(-opens // 15) * 15
        return at_minute(day, rng.randrange(first, max(first + 1, closes), 15))

    def rest_of_today(self, count: int) -> list[datetime]:
        """So many moments from now to the end of the office day; in the evening, on until midnight."""
        first = max(OFFICE_MINUTES[0], (self.minute_now // 15 + 2) * 15)
        last = min(24 * 60 - 5, max(OFFICE_MINUTES[1], first + 180))
        step = max(0, last - first) // max(1, count)
        return [at_minute(self.today, min(24 * 60 - 1, first + index * step // 5 * 5)) for index in range(count)]
