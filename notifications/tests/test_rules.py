"""When it is quiet, and when the morning letter goes: pure rules, by table."""

from datetime import date, time

import pytest

from core import moscow
from notifications.rules import is_digest_due, is_quiet

FRIDAY, SATURDAY = date(2026, 11, 27), date(2026, 11, 28)


@pytest.mark.parametrize(
    ("begins", "ends", "clock", "expected"),
    [
        (None, None, time(3), False),
        (20, 8, time(19, 59), False),
        (20, 8, time(20), True),
        (20, 8, time(0), True),
        (20, 8, time(7, 59), True),
        (20, 8, time(8), False),
        (13, 14, time(13, 30), True),
        (13, 14, time(14), False),
        (0, 9, time(0), True),
    ],
)
def test_quiet_hours_begin_and_end_on_a_moscow_clock(begins, ends, clock, expected):
    assert is_quiet(begins, ends, moscow.at(FRIDAY, clock)) is expected


@pytest.mark.parametrize(
    ("asked", "quiet", "day", "clock", "expected"),
    [
        (9, (None, None), FRIDAY, time(8, 59), False),
        (9, (None, None), FRIDAY, time(9), True),
        (9, (None, None), FRIDAY, time(14, 59), True),
        (9, (None, None), FRIDAY, time(15), False),
        (9, (None, None), SATURDAY, time(9), False),
        (None, (None, None), FRIDAY, time(9), False),
        (9, (20, 10), FRIDAY, time(9, 30), False),
        (9, (20, 10), FRIDAY, time(10), True),
    ],
)
def test_the_letter_goes_on_a_working_morning_after_the_quiet_hours(asked, quiet, day, clock, expected):
    assert is_digest_due(asked, *quiet, moscow.at(day, clock)) is expected
