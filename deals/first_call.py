"""When to call a new partner for the first time: inside his calling hours and, where they meet, our office hours."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core import moscow
from core.moscow import CALLING_CLOSES, CALLING_OPENS, OFFICE_CLOSES, OFFICE_OPENS

STEP = timedelta(minutes=15)


def calling_hours(timezone_name: str, day: date) -> tuple[datetime, datetime]:
    """From when till when the partner may be called on this day of his calendar, on a Moscow clock."""
    zone = ZoneInfo(timezone_name)
    opens, closes = (datetime.combine(day, clock, zone) for clock in (CALLING_OPENS, CALLING_CLOSES))
    return moscow.to_moscow(opens), moscow.to_moscow(closes)


def may_call_at(timezone_name: str, moment: datetime) -> bool:
    """Whether it is between 9:00 and 20:00 at the partner's at this moment; at weekends, too."""
    return CALLING_OPENS <= moment.astimezone(ZoneInfo(timezone_name)).time() < CALLING_CLOSES


def suggest_first_call(timezone_name: str, now: datetime) -> datetime:
    """The nearest quarter of an hour, at least that far away, when both we and the partner work; a Moscow clock."""
    day = moscow.today(now)
    while True:
        starts, ends = _common_hours(timezone_name, day)
        start = max(starts, _rounded_up(now + STEP))
        if moscow.is_working_day(day) and start < ends:
            return start
        day += timedelta(days=1)


def _common_hours(timezone_name: str, day: date) -> tuple[datetime, datetime]:
    """Calling hours that fall into office hours; all calling hours where none do."""
    opens, closes = calling_hours(timezone_name, day)
    starts, ends = max(opens, moscow.at(day, OFFICE_OPENS)), min(closes, moscow.at(day, OFFICE_CLOSES))
    return (starts, ends) if starts < ends else (opens, closes)


def _rounded_up(moment: datetime) -> datetime:
    local = moscow.to_moscow(moment)
    midnight = datetime.combine(local.date(), time.min, local.tzinfo)
    return midnight + -(-(local - midnight) // STEP) * STEP
