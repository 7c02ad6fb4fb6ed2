"""«Сроки»: deals by the end of their term, with counts and sums of the whole; moving a card changes the date."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.urls import reverse

from accounts.tests.factories import SupportFactory
from deals.models import FieldChange
from deals.selectors.terms import day_in, periods
from deals.tests.factories import AddonFactory, DealFactory
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db
URL = "/deals/terms/renewal/"
MONDAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def manager(client):
    person = SupportFactory()
    client.force_login(person)
    return person


def ending(manager, day):
    return DealFactory(partner=PartnerFactory(manager=manager), term_ends_on=day)


def columns(client, url=URL):
    return {column.period.code: column for column in client.get(url).context["columns"]}


def move(client, deal, period, **more):
    url = reverse("deals:deal-term", args=[deal.pk])
    return client.post(
        f"{url}?seen={deal.term_ends_on or ''}", {"stage": period, **more}, headers={"HX-Request": "true"}
    )


def test_every_deal_stands_in_the_period_of_its_date(client, manager):
    days = {
        "late": date(2026, 11, 20), "week": date(2026, 11, 29), "next-week": date(2026, 11, 30),
        "next-month": date(2026, 12, 31), "later": date(2027, 3, 1), "none": None,
    }  # fmt: skip
    deals = {code: ending(manager, day) for code, day in days.items()}
    DealFactory(term_ends_on=date(2026, 11, 25))

    found = columns(client)

    assert {code: [card.pk for card in column.cards] for code, column in found.items()} == {
        code: [deal.pk] for code, deal in deals.items()
    }
    assert all(column.count == 1 and column.total == 186_000 for column in found.values())


@pytest.mark.parametrize("today", [MONDAY + timedelta(days=ahead) for ahead in range(0, 400, 7)] + [date(2027, 1, 31)])
def test_the_periods_follow_each_other_without_gap_or_overlap(today):
    dated = [period for period in periods(today) if period.code not in {"late", "none"}]

    assert dated[0].starts_on == today
    for former, later in pairwise(dated):
        assert later.starts_on == former.ends_on + timedelta(days=1)
        assert former.starts_on <= former.ends_on


def test_a_card_keeps_its_weekday_or_its_number(client, manager):
    week, next_week, next_month = periods(MONDAY)[1:4]

    assert day_in(next_week, date(2026, 11, 26), MONDAY) == date(2026, 12, 3)
    assert day_in(next_month, date(2026, 11, 26), MONDAY) == date(2026, 12, 26)
    assert day_in(next_month, date(2026, 11, 2), MONDAY) == date(2026, 12, 7)
    assert day_in(week, None, MONDAY) == date(2026, 11, 29)


def test_moving_a_card_changes_the_date_and_can_be_undone(client, manager):
    deal = ending(manager, date(2026, 11, 26))

    answer = move(client, deal, "next-week")

    deal.refresh_from_db()
    assert deal.term_ends_on == date(2026, 12, 3)
    assert FieldChange.objects.get(deal=deal).field == "term_ends_on"
    assert "undo" in answer.headers["HX-Trigger"]
    client.post(reverse("deals:deal-term", args=[deal.pk]) + "?on=2026-11-26&seen=2026-12-03")
    deal.refresh_from_db()
    assert deal.term_ends_on == date(2026, 11, 26)


def test_a_date_that_somebody_has_changed_meanwhile_stays(client, manager):
    deal = ending(manager, date(2026, 11, 26))
    type(deal).objects.filter(pk=deal.pk).update(term_ends_on=date(2027, 1, 15))

    answer = move(client, deal, "next-week")

    deal.refresh_from_db()
    assert deal.term_ends_on == date(2027, 1, 15)
    assert "deal:refused" in answer.headers["HX-Trigger"]


@pytest.mark.parametrize("period", ["late", "later", "none", "", "moon"])
def test_nothing_is_dropped_into_the_past_or_nowhere(client, manager, period):
    deal = ending(manager, date(2026, 11, 26))

    assert move(client, deal, period).status_code == 404
    deal.refresh_from_db()
    assert deal.term_ends_on == date(2026, 11, 26)


@pytest.mark.parametrize("on", ["2026-13-99", "x", "99999-01-01"])
def test_an_undo_that_is_no_date_is_refused(client, manager, on):
    deal = ending(manager, date(2026, 11, 26))
    assert client.post(reverse("deals:deal-term", args=[deal.pk]) + f"?on={on}").status_code == 404


def test_a_stranger_moves_nothing(client, manager):
    deal = DealFactory(term_ends_on=date(2026, 11, 26))

    assert move(client, deal, "next-week").status_code == 404


def test_addons_go_by_their_expected_payment(client, manager):
    deal = AddonFactory(partner=PartnerFactory(manager=manager), expected_payment_on=date(2026, 11, 25))

    assert [card.pk for card in columns(client, "/deals/terms/addon/")["week"].cards] == [deal.pk]


@pytest.mark.parametrize("size", [2, 20])
def test_the_page_asks_the_same_number_of_queries_at_any_size(client, manager, django_assert_max_num_queries, size):
    for number in range(size):
        ending(manager, MONDAY + timedelta(days=number))
    client.get(URL)
    with django_assert_max_num_queries(14):
        client.get(URL)
