"""The pure rules, by table."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from core import moscow
from core.errors import RuleViolation
from deals.rules import (
    Health,
    Signs,
    acceptance_deadline,
    add_months,
    check_horizon,
    discounted,
    health,
    next_term,
    next_try,
)

MONDAY_LATE = datetime(2026, 11, 23, 20, 59, 59, tzinfo=UTC)  # 23:59:59 in Moscow


@pytest.mark.parametrize(
    ("paid_on", "accept_by"),
    [
        (date(2026, 11, 22), date(2026, 11, 23)),
        (date(2028, 2, 28), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_r1_a_new_partner_is_accepted_by_the_day_after_the_payment(paid_on, accept_by):
    assert acceptance_deadline(paid_on) == accept_by


@pytest.mark.parametrize(
    ("scheduled_at", "days"),
    [
        (MONDAY_LATE, 7),
        (MONDAY_LATE, 0),
        (datetime(2026, 11, 23, 9, tzinfo=UTC), 7),
    ],
)
def test_r2_seven_moscow_days_need_no_reason(scheduled_at, days):
    check_horizon(scheduled_at, scheduled_at + timedelta(days=days), "")


def test_r2_the_eighth_day_needs_a_reason():
    with pytest.raises(RuleViolation) as refused:
        check_horizon(MONDAY_LATE, MONDAY_LATE + timedelta(days=7, seconds=1), "  ")

    assert refused.value.code == "task_horizon"
    check_horizon(MONDAY_LATE, MONDAY_LATE + timedelta(days=30), "Партнёр в отпуске")


def test_r2_a_task_is_not_planned_for_yesterday():
    with pytest.raises(RuleViolation) as refused:
        check_horizon(MONDAY_LATE, MONDAY_LATE - timedelta(days=1), "")

    assert refused.value.code == "task_in_past"


@pytest.mark.parametrize(
    ("price", "percent", "amount"),
    [
        ("161290", "7", "150000.00"),
        ("186000", "0", "186000.00"),
        ("100.50", "0", "101.00"),
        ("100", "100", "0.00"),
    ],
)
def test_a_discounted_price_is_a_whole_rouble(price, percent, amount):
    assert discounted(Decimal(price), Decimal(percent)) == Decimal(amount)


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 6, 1), 12, date(2027, 6, 1)),
    ],
)
def test_months_are_added_as_people_count_them(day, months, result):
    assert add_months(day, months) == result


def test_r5_the_next_term_follows_the_previous_one_without_a_gap():
    assert next_term(date(2026, 11, 30), 6, date(2026, 11, 23)) == (date(2026, 12, 1), date(2027, 5, 31))
    assert next_term(None, 3, date(2026, 11, 23)) == (date(2026, 11, 23), date(2027, 2, 22))


@pytest.mark.parametrize(
    ("signs", "state"),
    [
        (Signs("healthy", silent_days=2, last_requests=30), Health.GOOD),
        (Signs("due", silent_days=2), Health.DOUBTFUL),
        (Signs("healthy", silent_days=9), Health.DOUBTFUL),
        (Signs("healthy", overdue_days=4, silent_days=9), Health.PROBLEM),
        (Signs("healthy", silent_days=1, last_requests=0), Health.PROBLEM),
        (Signs("handed_over"), Health.UNKNOWN),
    ],
)
def test_health_is_judged_by_stated_signs(signs, state):
    assert health(signs) == state


@pytest.mark.parametrize(
    ("zone", "hour", "day", "again"),
    [
        ("Europe/Moscow", 12, 23, "2026-11-23 14:00"),
        ("Europe/Moscow", 17, 23, "2026-11-24 10:00"),
        ("Asia/Vladivostok", 10, 23, "2026-11-23 12:00"),
        ("Asia/Vladivostok", 12, 23, "2026-11-24 10:00"),
        ("Europe/Moscow", 18, 27, "2026-11-30 10:00"),
        ("Europe/Kaliningrad", 18, 23, "2026-11-24 10:00"),
        ("Europe/Moscow", 23, 23, "2026-11-24 10:00"),
    ],
)
def test_who_has_not_answered_is_called_in_two_hours_or_the_next_morning(zone, hour, day, again):
    now = moscow.at(date(2026, 11, day), time(hour))

    assert f"{moscow.to_moscow(next_try(zone, now)):%Y-%m-%d %H:%M}" == again
