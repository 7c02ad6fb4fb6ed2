"""Loading the demo company at other sizes, other days and in places where it must not be."""

from datetime import date, time

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.tests.factories import SupportFactory
from core import moscow
from demo.calendar import Calendar
from demo.company import found_company
from demo.loading import load_demo, tell_stories
from partners.models import Partner
from reports.selectors.my_day import day_facts

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def test_the_same_seed_and_day_tell_the_same_stories_another_seed_other_ones():
    calendar = Calendar(moscow.at(date(2026, 11, 23), time(11, 40)))
    company = found_company(6, calendar.today)

    first, again, other = (tell_stories(company, 240, calendar, seed) for seed in (1, 1, 2))

    assert len(first) == 240
    assert first == again
    assert first != other


def test_the_size_factor_multiplies_partners_and_keeps_portfolios_bearable():
    loaded = load_demo(scale=2, seed=1, now=moscow.at(date(2026, 11, 23), time(11, 40)))

    assert Partner.objects.count() == loaded.partners == 480
    assert max(user.portfolio.count() for user in User.objects.support_managers()) <= 85


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        (date(2026, 11, 27), time(17, 30)),
        (date(2027, 1, 3), time(12)),
        (date(2028, 2, 29), time(23, 50)),
    ],
    ids=["on a Friday evening", "on a Sunday", "at midnight of 29 February"],
)
def test_loaded_at_any_hour_of_any_day_the_first_managers_tasks_of_today_still_lie_ahead(day, clock):
    now = moscow.at(day, clock)

    load_demo(scale=1, seed=3, now=now)

    facts = day_facts(User.objects.get(email="support@demo.local"), now)
    assert (facts.overdue, facts.without_task) == (3, 2)
    assert facts.today - facts.done_today == 8


def test_it_refuses_a_database_with_a_single_person_in_it():
    SupportFactory()

    with pytest.raises(CommandError):
        call_command("load_demo")

    assert not Partner.objects.exists()


def test_it_never_loads_in_production(settings):
    settings.IS_PRODUCTION = True

    with pytest.raises(CommandError, match="production"):
        call_command("load_demo", if_empty=True)

    assert not User.objects.exists()


@pytest.mark.parametrize("option", ["--scale=0", "--scale=many", "--today=23.11.2026"])
def test_an_option_that_makes_no_sense_is_refused(option):
    with pytest.raises(CommandError):
        call_command("load_demo", option)
