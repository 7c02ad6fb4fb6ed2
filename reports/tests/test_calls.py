"""Обзвон: the day's calls one by one, in an order that stays while colleagues work beside."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import SalesFactory, SupportFactory
from catalog.tests.factories import CityFactory, PackageFactory
from core import moscow
from deals.models import Task
from deals.tests.factories import DealFactory, TaskFactory
from partners.tests.factories import ContactFactory, MetricsFactory, PartnerFactory

NOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 12:00 in Moscow
START = "/day/calls/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def manager(client):
    person = SupportFactory()
    client.force_login(person)
    return person


def plan(manager, hours, zone="Europe/Moscow", kind="call", **fields):
    partner = PartnerFactory(manager=manager, city=CityFactory(timezone=zone))
    ContactFactory(partner=partner, is_primary=True)
    due_at = NOON + timedelta(hours=hours)
    return TaskFactory(
        deal=DealFactory(partner=partner, **fields), kind=kind, scheduled_at=NOON - timedelta(days=4), due_at=due_at
    )


def page_of(task):
    return reverse("reports:call", args=[task.pk])


def typed():
    return {
        "was": "Разобрали три звонка",
        "now": "Работает, 30 заявок",
        "plans": "Внедрить скрипт до пятницы",
        "title": "Узнать про скрипт",
        "kind": "call",
        "day": (moscow.today(NOON) + timedelta(days=3)).isoformat(),
        "time": "12:30",
    }


def test_the_run_takes_todays_calls_in_the_order_of_the_day(client, manager):
    today = plan(manager, 3)
    vladivostok = plan(manager, 4, "Asia/Vladivostok")
    late = plan(manager, -30)
    plan(manager, 2, kind="letter")
    plan(manager, 26)

    response = client.get(START)

    assert response.url == page_of(late)
    assert client.session["calls"]["tasks"] == [late.pk, vladivostok.pk, today.pk]


def test_saving_the_comment_closes_the_call_and_goes_on_to_the_next(client, manager):
    first, second = plan(manager, -30), plan(manager, 3)
    client.get(START)

    response = client.post(page_of(first), typed() | {"completed_task": first.pk})

    assert response.url == page_of(second)
    first.refresh_from_db()
    assert not first.is_open
    assert client.get(page_of(second)).context["number"] == 2


def test_an_incomplete_comment_stays_on_the_page_with_what_is_missing(client, manager):
    first = plan(manager, -30)
    client.get(START)

    response = client.post(page_of(first), typed() | {"plans": ""})

    assert response.status_code == 422
    assert "Разобрали три звонка" in response.content.decode()
    assert list(response.context["form"].errors) == ["plans"]


def test_a_skipped_call_comes_again_at_the_end(client, manager):
    first, second, third = plan(manager, -30), plan(manager, -3), plan(manager, 3)
    client.get(START)

    response = client.post(reverse("reports:call-skip", args=[first.pk]))

    assert response.url == page_of(second)
    assert client.session["calls"]["tasks"] == [second.pk, third.pk, first.pk]


def test_no_answer_moves_the_call_within_seven_days_counts_it_and_goes_on(client, manager):
    first, second = plan(manager, -30), plan(manager, 3)
    client.get(START)

    response = client.post(reverse("reports:call-missed", args=[first.pk]))

    first.refresh_from_db()
    assert response.url == page_of(second)
    assert (first.due_at, first.postponed_count) == (NOON + timedelta(hours=2), 1)


def test_what_a_colleague_finishes_drops_out_and_the_summary_tells_it(client, manager, clock):
    first, second, third = plan(manager, -30), plan(manager, -3), plan(manager, 3)
    client.get(START)
    client.post(page_of(first), typed() | {"completed_task": first.pk})
    Task.objects.filter(pk=second.pk).update(done_at=NOON, done_by=SupportFactory())

    assert client.get(START).url == page_of(third)
    client.post(reverse("reports:call-missed", args=[third.pk]))
    standing = client.get(START).context["standing"]

    assert (standing.called, standing.moved, standing.by_others, standing.total) == (1, 1, 1, 3)


def test_new_calls_do_not_disturb_a_run_and_are_offered_at_its_end(client, manager):
    first = plan(manager, -30)
    client.get(START)
    plan(manager, 4)
    client.post(page_of(first), typed() | {"completed_task": first.pk})

    assert client.get(START).context["fresh"] == 1
    assert client.post(START).status_code == 302


def test_a_run_of_yesterday_is_over(client, manager, clock):
    plan(manager, -30)
    client.get(START)
    Task.objects.update(done_at=NOON, done_by=manager)
    fresh = plan(manager, 25)
    clock.move_to(NOON + timedelta(days=1))
    client.force_login(manager)

    assert client.get(START).url == page_of(fresh)


def test_a_day_without_calls_says_so(client, manager):
    assert "На сегодня звонков нет" in client.get(START).content.decode()


@pytest.mark.parametrize("name", ["call", "call-skip", "call-missed"])
def test_a_colleagues_call_and_one_that_is_not_there_are_not_found(client, manager, name):
    foreign = plan(SupportFactory(), 3)

    assert client.post(reverse(f"reports:{name}", args=[foreign.pk])).status_code == 404
    assert client.post(reverse(f"reports:{name}", args=[10**9])).status_code == 404


def test_who_writes_no_comments_has_no_calling(client):
    client.force_login(SalesFactory())
    allowed = client.get("/day/").content.decode()

    client.force_login(SupportFactory())
    assert client.get(START).status_code == 200
    assert START not in allowed


def test_a_finished_call_leads_back_into_the_run(client, manager):
    first = plan(manager, -30)
    Task.objects.filter(pk=first.pk).update(done_at=NOON, done_by=manager)

    assert client.get(page_of(first)).url == START


def test_the_number_of_queries_does_not_grow(client, manager):
    package = PackageFactory()

    def fill(count):
        for number in range(count):
            MetricsFactory(partner=plan(manager, -number % 9 - 1, package=package).deal.partner)

    def queries():
        client.post(START)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page_of(Task.objects.first())).status_code == 200
        return len(captured)

    fill(2)
    queries()
    few = queries()
    fill(20)

    assert queries() == few <= 18
