"""The bell: by deal, what is wrong and what has happened; what sales and support hear of a handoff (R1, R18)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, SupportFactory
from deals import alerting
from deals.actions import (
    NextStep,
    accept_handoff,
    answer_question,
    ask_sales,
    hand_over_again,
    return_handoff,
)
from deals.tests.factories import DealFactory, HandoffFactory, TaskFactory
from notifications.actions import notify
from notifications.models import Notice

pytestmark = pytest.mark.django_db

URL = "/deals/notifications/"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def handoff():
    return HandoffFactory()


def told(person) -> list[tuple[str, str]]:
    return list(Notice.objects.visible_to(person).order_by("pk").values_list("kind", "title"))


def test_r1_sales_is_told_of_a_return_and_support_of_what_was_completed(handoff, now):
    manager, seller = handoff.deal.manager, handoff.sold_by

    returned = return_handoff(handoff, "Нет доступа к сайту", by=manager, now=now)
    hand_over_again(returned, "Доступ есть", by=seller, now=now)

    partner = handoff.deal.partner.name
    assert told(seller) == [("handoff.returned", partner)]
    assert told(manager) == [("handoff.completed", partner)]
    assert "Нет доступа к сайту" in Notice.objects.get(recipient=seller).text


def test_r18_a_question_is_told_to_sales_and_its_answer_to_who_asked(handoff, now):
    head = HeadFactory()
    question = ask_sales(handoff, "Какая география?", by=head, now=now)

    answer_question(question, "Самара", by=handoff.sold_by, now=now)

    assert [kind for kind, _partner in told(handoff.sold_by)] == ["handoff.asked"]
    assert [kind for kind, _partner in told(head)] == ["handoff.answered"]
    assert told(handoff.deal.manager) == []


def test_sales_is_told_when_its_partner_is_accepted(handoff, now):
    step = NextStep("Первый звонок", now + timedelta(hours=1))

    accept_handoff(handoff, first_task=step, by=handoff.deal.manager, now=now)

    assert "handoff.accepted" in [kind for kind, _partner in told(handoff.sold_by)]


def test_the_bell_groups_by_deal_what_is_new_first_the_gravest_on_top(client, now):
    manager = SupportFactory()
    sick = DealFactory(partner__manager=manager, partner__name="ООО «Гарант»")
    TaskFactory(deal=sick, scheduled_at=now - timedelta(days=10), due_at=now - timedelta(days=9))
    alerting.check_tasks(now)
    words = {"kind": "handoff.answered", "url": "/deals/1/", "title": sick.partner.name, "about": f"deal:{sick.pk}"}
    notify(manager, text="Ответ: да", key="1", now=now, **words)
    old = notify(manager, text="Прочитано", key="2", now=now, **words | {"about": "deal:0", "title": "ИП Гусев"})
    Notice.objects.filter(pk=old.pk).update(seen_at=now)
    client.force_login(manager)

    response = client.get(URL)

    groups = response.context["groups"]
    assert [(group.title.replace("\xa0", " "), group.new_count) for group in groups] == [
        ("ООО «Гарант»", 2),
        ("ИП Гусев", 0),
    ]
    assert [line.alert for line in groups[0].lines] == ["task_overdue_7d", None]
    assert response.context["unread_alerts"] == 2


def test_marking_all_as_read_from_the_bell_comes_back_to_it(client, now, handoff):
    ask_sales(handoff, "Какая география?", by=handoff.deal.manager, now=now)
    client.force_login(handoff.sold_by)

    response = client.post(reverse("deals:alerts-seen"), {"back": "bell"}, follow=True)

    assert response.redirect_chain == [(URL, 302)]
    assert [group.new_count for group in response.context["groups"]] == [0]
    assert reverse("deals:alerts-seen") not in response.content.decode()


def test_nothing_at_all_says_so(client):
    client.force_login(HeadFactory())

    assert 'class="empty"' in client.get(URL).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_lines(client, now):
    manager = SupportFactory()
    client.force_login(manager)
    counted = []
    for rows in (2, 20):
        for row in range(rows):
            DealFactory(partner__manager=manager)
            notify(manager, "handoff.answered", "Ответ", key=f"{rows}-{row}", url="/deals/1/", now=now)
        alerting.check_next_steps(now)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counted.append(len(queries))

    assert counted[0] == counted[1] <= 8
