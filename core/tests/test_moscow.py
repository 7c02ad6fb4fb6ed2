"""Moscow days and partners' calling windows."""

from datetime import UTC, date, datetime
from zoneinfo import available_timezones

import pytest

from core import moscow


def msk(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 (the 23rd is a Monday) by the clock of Moscow, in UTC as it is stored."""
    return datetime(2026, 11, day, hour, minute, tzinfo=moscow.MOSCOW).astimezone(UTC)


def test_the_day_changes_at_midnight_in_moscow_and_not_in_greenwich() -> None:
    assert moscow.today(datetime(2026, 11, 23, 20, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert moscow.today(datetime(2026, 11, 23, 21, 0, tzinfo=UTC)) == date(2026, 11, 24)


def test_a_day_holds_its_last_microsecond_r1() -> None:
    day = date(2026, 11, 23)
    assert moscow.start_of_day(day) == datetime(2026, 11, 22, 21, tzinfo=UTC)
    assert moscow.end_of_day(day) == datetime(2026, 11, 23, 20, 59, 59, 999999, tzinfo=UTC)
    assert moscow.today(moscow.end_of_day(day)) == day


@pytest.mark.parametrize(
    ("moment", "closes"),
    [
        (msk(23, 12), msk(23, 19)),
        (msk(23, 19), msk(23, 19)),
        (msk(23, 19, 1), msk(24, 19)),
        (msk(27, 21), msk(30, 19)),
        (msk(28, 12), msk(30, 19)),
    ],
    ids=["in hours", "at closing", "in the evening", "on Friday night", "on Saturday"],
)
def test_a_moment_belongs_to_an_office_day_r4(moment: datetime, closes: datetime) -> None:
    assert moscow.end_of_office_day(moment) == closes


@pytest.mark.parametrize(
    ("zone", "now", "state", "left"),
    [
        ("Asia/Yekaterinburg", msk(23, 11, 40), "open", 380),
        ("Asia/Vladivostok", msk(23, 11, 40), "closing", 80),
        ("Asia/Kamchatka", msk(23, 11, 40), "late", 0),
        ("Europe/Moscow", msk(23, 8, 59), "early", 0),
        ("Europe/Moscow", msk(23, 9), "open", 660),
        ("Europe/Moscow", msk(23, 17, 59), "open", 121),
        ("Europe/Moscow", msk(23, 18), "closing", 120),
        ("Europe/Moscow", msk(23, 19, 59), "closing", 1),
        ("Europe/Moscow", msk(23, 20), "late", 0),
        ("Europe/Moscow", msk(28, 12), "weekend", 0),
        ("Asia/Kamchatka", msk(22, 23), "early", 0),
    ],
)
def test_a_partner_may_be_called_from_nine_to_eight_on_working_days(
    zone: str, now: datetime, state: str, left: int
) -> None:
    window = moscow.calling_window(zone, now)
    assert (window.state, window.minutes_left) == (state, left)
    assert window.is_open == (left > 0)


@pytest.mark.parametrize(
    ("zone", "now", "opens"),
    [
        ("Asia/Yekaterinburg", msk(23, 6), msk(23, 7)),
        ("Asia/Kamchatka", msk(23, 11, 40), msk(24, 0)),
        ("Europe/Kaliningrad", msk(27, 22), msk(30, 10)),
        ("Europe/Moscow", msk(28, 12), msk(30, 9)),
    ],
    ids=["later this morning", "tomorrow there, tonight here", "after the weekend", "on Saturday"],
)
def test_a_shut_window_says_when_it_opens_in_moscow(zone: str, now: datetime, opens: datetime) -> None:
    assert moscow.calling_window(zone, now).opens_at == opens


def test_the_clock_of_a_zone_with_summer_time_follows_it() -> None:
    july, november = datetime(2026, 7, 1, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert moscow.hours_from_moscow("Europe/Kyiv", july) == 0
    assert moscow.hours_from_moscow("Europe/Kyiv", november) == -1


def test_the_partners_clock_goes_from_west_to_east_through_known_zones() -> None:
    rows = moscow.partner_clock(msk(23, 11, 40))
    assert [row.hours for row in rows] == list(range(-1, 10))
    assert [row.clock for row in rows][:3] == ["10:40", "11:40", "12:40"]
    assert {row.timezone_name for row in rows} <= available_timezones()
