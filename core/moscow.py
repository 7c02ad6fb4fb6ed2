"""Time as the department lives it: stored in UTC, shown in Moscow, and for a partner in the partner's own zone.

Every function is pure: the present moment is an argument.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MOSCOW = ZoneInfo("Europe/Moscow")
OFFICE_OPENS, OFFICE_CLOSES = time(10), time(19)
CALLING_OPENS, CALLING_CLOSES = time(9), time(20)
CLOSING_MINUTES = 120


def to_moscow(moment: datetime) -> datetime:
    """The same moment on a Moscow clock."""
    return moment.astimezone(MOSCOW)


def today(now: datetime) -> date:
    """The date in Moscow at the moment `now`."""
    return now.astimezone(MOSCOW).date()


def at(day: date, clock: time) -> datetime:
    """The moment when a Moscow clock shows `clock` on `day`."""
    return datetime.combine(day, clock, MOSCOW)


def start_of_day(day: date) -> datetime:
    """The first moment of a Moscow day."""
    return at(day, time.min)


def end_of_day(day: date) -> datetime:
    """The last moment of a Moscow day, 23:59:59.999999: deadlines are met up to and including it (R1)."""
    return at(day, time.max)


def is_working_day(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < 5


def next_working_day(day: date) -> date:
    """The first working day after `day`."""
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def end_of_office_day(moment: datetime) -> datetime:
    """When the office closes on the working day that `moment` belongs to (R4).

    A moment after closing time or at a weekend belongs to the next working day.
    """
    local = to_moscow(moment)
    day = local.date()
    if not is_working_day(day) or local.time() > OFFICE_CLOSES:
        day = next_working_day(day)
    return at(day, OFFICE_CLOSES)


def after_office_minutes(moment: datetime, minutes: int) -> datetime:
    """The moment after so many minutes of the office's time: nights and weekends do not count."""
    left, start = timedelta(minutes=minutes), to_moscow(moment)
    while True:
        day = start.date()
        start = max(start, at(day, OFFICE_OPENS))
        closes = at(day, OFFICE_CLOSES)
        if is_working_day(day) and start + left <= closes:
            return start + left
        if is_working_day(day) and start < closes:
            left -= closes - start
        start = at(next_working_day(day), OFFICE_OPENS)


@dataclass(frozen=True, slots=True)
class CallingWindow:
    """May one call a partner now: working days, 9:00 to 20:00 on the partner's clock.

    `state`: open, closing (at most two hours left), early, late or weekend.
    `minutes_left` is 0 outside the window; `opens_at` is the next opening, on a Moscow clock.
    """

    state: str
    local: datetime
    minutes_left: int
    opens_at: datetime

    @property
    def is_open(self) -> bool:
        return self.state in {"open", "closing"}


def calling_window(timezone_name: str, now: datetime) -> CallingWindow:
    """The calling window of a partner in an IANA time zone."""
    local = now.astimezone(ZoneInfo(timezone_name))
    clock, day = local.time(), local.date()
    minutes_left = 0
    if not is_working_day(day):
        state = "weekend"
    elif clock < CALLING_OPENS:
        state = "early"
    elif clock >= CALLING_CLOSES:
        state = "late"
    else:
        minutes_left = CALLING_CLOSES.hour * 60 - clock.hour * 60 - clock.minute
        state = "closing" if minutes_left <= CLOSING_MINUTES else "open"
    opening_day = day if state == "early" else next_working_day(day)
    opens_at = datetime.combine(opening_day, CALLING_OPENS, local.tzinfo)
    return CallingWindow(state, local, minutes_left, to_moscow(opens_at))


def hours_from_moscow(timezone_name: str, now: datetime) -> float:
    """How far a zone is ahead of Moscow, in hours; negative to the west."""
    there, here = now.astimezone(ZoneInfo(timezone_name)), to_moscow(now)
    return (there.replace(tzinfo=None) - here.replace(tzinfo=None)) / timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A line of the partners' clock on the login page."""

    timezone_name: str
    cities: str
    hours: int
    window: CallingWindow

    @property
    def clock(self) -> str:
        """9:30 on the partners' clock."""
        return f"{self.window.local.hour}:{self.window.local.minute:02}"


PARTNER_CITIES = (
    ("Europe/Kaliningrad", "Калининград, Полтава"),
    ("Europe/Moscow", "Москва, Краснодар, Воронеж"),
    ("Europe/Samara", "Самара, Саратов, Ижевск"),
    ("Asia/Yekaterinburg", "Екатеринбург, Уфа, Алматы, Астана"),
    ("Asia/Omsk", "Омск"),
    ("Asia/Novosibirsk", "Новосибирск, Красноярск, Томск"),
    ("Asia/Irkutsk", "Иркутск, Улан-Удэ"),
    ("Asia/Yakutsk", "Якутск, Чита, Благовещенск"),
    ("Asia/Vladivostok", "Владивосток, Хабаровск"),
    ("Asia/Magadan", "Магадан, Южно-Сахалинск"),
    ("Asia/Kamchatka", "Петропавловск-Камчатский"),
)


def partner_clock(now: datetime) -> list[ClockRow]:
    """What the clocks of partners show now, from west to east: a few well-known cities of each zone."""
    return [
        ClockRow(name, cities, round(hours_from_moscow(name, now)), calling_window(name, now))
        for name, cities in PARTNER_CITIES
    ]
