"""My day: whom to call, in which order, and what waits beside it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Substitution
from accounts.tests.factories import AdministratorFactory, SupportFactory
from catalog.tests.factories import CityFactory, PackageFactory
from deals.tests.factories import DealFactory, HandoffFactory, NewDealFactory, TaskFactory
from partners.tests.factories import ContactFactory, MetricsFactory, PartnerFactory

NOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 12:00 in Moscow
URL = "/day/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def manager(client):
    person = SupportFactory()
    client.force_login(person)
    return person


def deal_of(manager, zone="Europe/Moscow", **fields):
    partner = PartnerFactory(manager=manager, city=CityFactory(timezone=zone))
    ContactFactory(partner=partner)
    return DealFactory(partner=partner, **fields)


def plan(deal, hours):
    return TaskFactory(deal=deal, scheduled_at=NOON - timedelta(days=4), due_at=NOON + timedelta(hours=hours))


def groups(client, query=""):
    response = client.get(URL + query)
    return {group.title: [row.task_id for row in group.rows] for group in response.context["groups"]}


def test_the_queue_puts_the_overdue_first_and_then_whose_calling_time_ends(client, manager):
    late = plan(deal_of(manager), -30)
    today = plan(deal_of(manager), 3)
    vladivostok = plan(deal_of(manager, "Asia/Vladivostok"), 4)
    tomorrow = plan(deal_of(manager), 26)
    plan(deal_of(manager), 60)

    shown = groups(client)

    assert list(shown.values()) == [[late.pk], [vladivostok.pk], [today.pk], [tomorrow.pk]]


def test_by_time_is_a_plain_order(client, manager):
    today = plan(deal_of(manager), 3)
    vladivostok = plan(deal_of(manager, "Asia/Vladivostok"), 4)

    assert list(groups(client, "?order=time").values()) == [[today.pk, vladivostok.pk]]


def test_a_colleagues_tasks_are_not_in_it_unless_one_stands_in_for_him(client, manager):
    colleague = SupportFactory()
    task = plan(deal_of(colleague), 3)

    assert groups(client) == {}
    Substitution.objects.create(substitute=manager, absent=colleague, starts_on=NOON.date(), ends_on=NOON.date())

    assert list(groups(client).values()) == [[task.pk]]


def test_the_figures_tell_the_day(client, manager):
    plan(deal_of(manager), -30)
    plan(deal_of(manager), 3)
    deal_of(manager, role="due", expected_payment_on=date(2026, 11, 28), paid_amount=Decimal(86_000))
    deal_of(manager, role="due", expected_payment_on=date(2026, 12, 1))

    facts = client.get(URL).context["facts"]

    assert (facts.today, facts.overdue, facts.oldest_overdue_days, facts.without_task) == (1, 1, 1, 2)
    assert (facts.expected, facts.expected_count) == (Decimal(100_000), 1)


def test_a_waiting_handoff_stands_beside_with_its_countdown(client, manager):
    deal = NewDealFactory(partner=PartnerFactory(manager=manager))
    HandoffFactory(deal=deal, paid_on=date(2026, 11, 22))

    page = client.get(URL).content.decode()

    assert deal.partner.name.split("«")[1][:10] in page
    assert "осталось 12\N{NO-BREAK SPACE}ч" in page


def test_the_number_of_queries_does_not_grow(client, manager):
    package = PackageFactory()

    def fill(count):
        for number in range(count):
            deal = deal_of(manager, package=package)
            plan(deal, number % 40 - 20)
            MetricsFactory(partner=deal.partner)
            HandoffFactory(deal=NewDealFactory(partner=deal.partner, package=package), paid_on=date(2026, 11, 22))

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(URL).status_code == 200
        return len(captured)

    fill(2)
    client.get(URL)
    few = queries()
    fill(30)

    assert queries() == few <= 16


def test_an_empty_day_says_so(client, manager):
    assert "На сегодня дел нет" in client.get(URL).content.decode()


def test_the_administrator_has_no_day_here(client):
    client.force_login(AdministratorFactory())

    assert client.get(reverse("reports:my-day")).status_code == 403


def test_the_far_east_goes_first_among_the_overdue(client, manager):
    moscow_call = plan(deal_of(manager), -30)
    novosibirsk = plan(deal_of(manager, "Asia/Novosibirsk"), -3)

    assert groups(client)["Просрочено"] == [novosibirsk.pk, moscow_call.pk]


def test_a_letter_to_the_far_east_need_not_go_first(client, manager):
    letter = plan(deal_of(manager, "Asia/Vladivostok"), 4)
    letter.kind = "letter"
    letter.save()

    assert list(groups(client)) == ["Сегодня"]


@pytest.fixture
def full_day(manager):
    """A row or two behind each figure, and rows that belong to none."""
    plan(deal_of(manager), -30)
    plan(deal_of(manager), 3)
    plan(deal_of(manager), 26)
    done = plan(deal_of(manager), 1)
    done.done_at, done.done_by, done.result = NOON, manager, "Отправлено"
    done.save()
    expected = deal_of(manager, role="due", expected_payment_on=date(2026, 11, 28))
    plan(expected, 30)
    deal_of(manager, role="due", expected_payment_on=date(2026, 12, 1))
    waiting = NewDealFactory(partner=PartnerFactory(manager=manager))
    HandoffFactory(deal=waiting, paid_on=date(2026, 11, 22))


def rows(client, show):
    return [row for group in client.get(f"{URL}?show={show}").context["groups"] for row in group.rows]


def test_each_figure_opens_exactly_the_rows_that_it_counts(client, full_day):
    facts = client.get(URL).context["facts"]

    assert len(rows(client, "overdue")) == facts.overdue == 1
    today = client.get(f"{URL}?show=today").context
    assert len(rows(client, "today")) + len(today["done"]) == facts.today == 2
    assert len(client.get(f"{URL}?show=idle").context["deals"]) == facts.without_task == 2
    expected = client.get(f"{URL}?show=expected").context["deals"]
    assert (len(expected), sum(deal.left for deal in expected)) == (facts.expected_count, facts.expected)
    received = client.get(f"{URL}?show=received").context["payments"]
    assert sum(each.amount for each in received) == facts.received


def test_a_figure_that_there_is_none_shows_the_whole_day(client, full_day):
    assert client.get(f"{URL}?show=everything").context["show"] == ""


def test_what_is_done_today_stands_folded_with_its_result(client, full_day):
    page = client.get(URL).content.decode()

    assert "Сделано: 1" in page
    assert "Отправлено" in page


def test_what_lies_further_than_tomorrow_is_told(client, manager):
    plan(deal_of(manager), 3)
    plan(deal_of(manager), 60)

    assert "Ещё 1\N{NO-BREAK SPACE}дело позже завтрашнего дня" in client.get(URL).content.decode().replace(
        "Ещё 1 дело", "Ещё 1\N{NO-BREAK SPACE}дело"
    )


def test_a_call_is_finished_with_its_comment_and_a_letter_with_a_result(client, manager):
    call = plan(deal_of(manager), 3)
    letter = plan(deal_of(manager), 4)
    letter.kind = "letter"
    letter.save()

    page = client.get(URL).content.decode()

    assert f"/deals/{call.deal_id}/?comment=1&amp;task={call.pk}" in page or f"?comment=1&task={call.pk}" in page
    assert f'hx-get="/deals/tasks/{letter.pk}/complete/' in page
    assert f'hx-get="/deals/tasks/{call.pk}/complete/' not in page
