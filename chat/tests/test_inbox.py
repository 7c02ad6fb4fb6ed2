"""«Чаты»: whose turn it is, the oldest first, unread threads, filters in the address; the badge and my day."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Substitution
from accounts.tests.factories import AdministratorFactory, HeadFactory, MarketerFactory, SupportFactory
from chat.actions import answer_request, finish_request, mark_read, refuse_request
from chat.selectors.inbox import unread_messages
from chat.tests.factories import connect_network, handed_over_deal, more_requests, say, thread_of
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db

URL = "/chats/"
NOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, 12:00 in Moscow


@pytest.fixture(autouse=True)
def monday_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def marketer():
    return MarketerFactory()


@pytest.fixture
def deal():
    return handed_over_deal()


def groups(client, query=""):
    shown = client.get(URL + query).context["groups"]
    return {group.title: [row.pk for row in group.rows] for group in shown}


def threads(client, query):
    return [row.thread for row in client.get(URL + query).context["threads"]]


def test_marketing_sees_open_requests_by_age_and_what_it_has_in_work(client, deal, marketer):
    old = more_requests(deal, now=NOON - timedelta(days=4))
    new, newer = more_requests(handed_over_deal(), now=NOON - timedelta(hours=2)), more_requests(deal)
    taken = answer_request(more_requests(handed_over_deal()), by=marketer, now=NOON)
    finish_request(more_requests(deal), by=marketer, now=NOON)
    connect_network(deal, marketer)
    client.force_login(marketer)

    assert groups(client) == {
        "Ответ просрочен": [old.pk],
        "Ждут ответа": [new.pk, newer.pk],
        "В работе": [taken.pk],
    }


def test_a_manager_sees_what_waits_for_him_and_what_he_waits_for(client, deal, marketer):
    asked = connect_network(deal, marketer)
    own = more_requests(deal)
    taken = answer_request(more_requests(deal), by=marketer, now=NOON)
    connect_network(handed_over_deal(), marketer)
    client.force_login(deal.manager)

    assert groups(client) == {"Ждут ответа": [asked.pk]}
    assert groups(client, "?view=asked") == {"Ждут ответа": [own.pk], "В работе": [taken.pk]}
    assert client.get(URL).context["counts"] == {"mine": 1, "asked": 2, "unread": 1}


def test_the_head_begins_with_everything_that_is_open(client, deal, marketer):
    both = [connect_network(deal, marketer).pk, more_requests(handed_over_deal()).pk]
    client.force_login(HeadFactory())

    assert groups(client) == {"Ждут ответа": both}


def test_a_substitute_has_the_absent_colleagues_chats(client, deal, marketer):
    substitute = SupportFactory()
    request = connect_network(deal, marketer)
    client.force_login(substitute)
    assert groups(client) == {}

    Substitution.objects.create(substitute=substitute, absent=deal.manager, starts_on=NOON.date(), ends_on=NOON.date())
    assert groups(client) == {"Ждут ответа": [request.pk]}


def test_a_substitute_goes_on_reading_where_the_absent_colleague_has_stopped(deal, marketer):
    substitute, today = SupportFactory(), NOON.date()
    mark_read(thread_of(deal), say(deal, marketer, "Прочитано"), by=deal.manager, now=NOON)
    news = say(deal, marketer, "Новость")
    Substitution.objects.create(substitute=substitute, absent=deal.manager, starts_on=today, ends_on=today)
    assert list(unread_messages(substitute, NOON)) == [news]

    mark_read(thread_of(deal), news, by=substitute, now=NOON)
    assert list(unread_messages(substitute, NOON)) == []
    assert list(unread_messages(deal.manager, NOON)) == [news], "the one who comes back reads it, too"


def test_threads_with_news_the_latest_first_and_all_of_them(client, deal, marketer):
    other = handed_over_deal(deal__partner=PartnerFactory(manager=deal.manager))
    mark_read(thread_of(deal), say(deal, marketer, "Прочитано"), by=deal.manager, now=timezone.now())
    say(other, marketer, "Новость")
    client.force_login(deal.manager)

    assert threads(client, "?view=unread") == [other.partner_id]
    assert threads(client, "?view=all") == [other.partner_id, deal.partner_id]


def test_filters_stand_in_the_address(client, deal, marketer):
    deal.partner.name = "ООО «Сибзащита»"
    deal.partner.save()
    here, other = more_requests(deal), handed_over_deal()
    say(other, other.manager, "Нет", kind="no_requests")
    client.force_login(marketer)

    for query in ("?q=сибз", "?kind=more_requests", f"?manager={deal.manager_id}"):
        assert groups(client, query) == {"Ждут ответа": [here.pk]}
    assert len(groups(client, "?kind=nonsense&manager=x")["Ждут ответа"]) == 2
    assert "Сбросьте фильтры" in client.get(f"{URL}?q=нетакого").content.decode().replace("\xa0", " ")


def test_a_thread_opens_beside_the_list_and_alone_for_htmx(client, deal, marketer):
    connect_network(deal, marketer)
    client.force_login(deal.manager)
    query = f"?thread={deal.partner_id}"

    whole = client.get(URL + query).content.decode()
    alone = client.get(URL + query, headers={"HX-Request": "true", "HX-Target": "chat"}).content.decode()

    assert ("<nav" in whole and 'id="chat-composer"' in whole) and 'class="sidebar"' not in alone
    assert alone.lstrip().startswith('<aside class="rail rail--chat"')
    assert reverse("chat:deal", args=[deal.pk]) in alone


@pytest.mark.parametrize("pk", ["987654", "9" * 30, "x", "-1"])
def test_a_thread_of_nobody(client, deal, pk):
    client.force_login(deal.manager)

    assert client.get(f"{URL}?thread={pk}").status_code in {200, 404}
    assert client.get(f"{URL}?thread=987654").status_code == 404


def badge(client):
    items = [item for group in client.get(URL).context["navigation"] for item in group["items"]]
    return next(item["badge"] for item in items if item["url"] == URL)


def test_the_badge_counts_what_is_unread_in_ones_own_threads(client, deal, marketer):
    say(deal, marketer), say(deal, marketer), say(deal, deal.manager)
    say(handed_over_deal(), marketer)
    client.force_login(deal.manager)
    assert badge(client) == 2

    head = HeadFactory()
    client.force_login(head)
    assert badge(client) == 0
    say(deal, marketer, f"@{head.full_name}, решите")
    assert badge(client) > 0


def test_sales_begins_with_the_threads_into_which_it_was_called(client, deal):
    seller = deal.handoff.sold_by
    say(deal, deal.manager, f"@{seller.full_name}, что обещали?")
    more_requests(deal)
    client.force_login(seller)

    assert threads(client, "") == [deal.partner_id]
    assert client.get(f"{URL}?thread={deal.partner_id}").status_code == 200


def test_the_administrator_has_no_chats(client):
    client.force_login(AdministratorFactory())

    assert client.get(URL).status_code == 403


def test_my_day_shows_what_marketing_asks_and_has_answered(client, deal, marketer):
    asked = connect_network(deal, marketer)
    answered = answer_request(more_requests(deal), by=marketer, now=NOON)
    refused = refuse_request(more_requests(deal), "Нет бюджета", by=marketer, now=NOON)
    answer_request(more_requests(deal), by=marketer, now=NOON - timedelta(days=3))
    more_requests(deal)
    connect_network(handed_over_deal(), marketer)
    client.force_login(deal.manager)

    shown = client.get("/day/")

    assert {message.pk for message, _card, _when in shown.context["marketing_news"]} == {
        asked.pk, answered.pk, refused.pk,
    }  # fmt: skip
    assert "Маркетинг ответил" in shown.content.decode()


@pytest.mark.parametrize("query", ["", "?view=asked", "?view=unread", "?view=all"])
def test_the_number_of_queries_does_not_grow(client, marketer, query):
    def fill(count):
        for _number in range(count):
            deal = handed_over_deal()
            more_requests(deal)
            connect_network(deal, marketer)
            answer_request(more_requests(deal), by=marketer, now=timezone.now())

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(URL + query).status_code == 200
        return len(captured)

    reader = MarketerFactory()
    client.force_login(reader)
    fill(2)
    queries()
    few = queries()
    fill(15)

    assert queries() == few <= 9
