"""Live pages: a change is told to who may see it, when it has happened and not before."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from accounts.tests.factories import AdministratorFactory, MarketerFactory, SalesFactory, SupportFactory
from core.errors import RuleViolation
from deals.actions import NextStep, complete_task, lose_deal, move_deal, schedule_task
from deals.tests.factories import DealFactory, HandoffFactory, TaskFactory, stage
from live import publishing, tickets

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch, django_capture_on_commit_callbacks):
    """The topics that a piece of work tells of, once its transaction has committed."""

    def during(work) -> list[str]:
        sent = []
        monkeypatch.setattr(publishing, "_send", lambda entry: sent.append(entry["topic"]))
        with django_capture_on_commit_callbacks(execute=True):
            work()
        return sent

    return during


def heard(client, *asked: str) -> set[str]:
    answer = client.get("/me/live/?" + urlencode([("topic", topic) for topic in asked]))
    return set(tickets.read(answer.json()["ticket"]).topics)


def test_a_move_is_told_on_the_board_to_the_manager_and_beside_the_partner(told):
    deal, now = DealFactory(), timezone.now()

    topics = told(lambda: move_deal(deal, stage("renewal", "troubled"), by=deal.manager, now=now))

    assert set(topics) == {"board:renewal", f"portfolio:{deal.manager_id}", f"partner:{deal.partner_id}"}


def test_a_refused_move_is_told_to_nobody(told):
    deal, now = DealFactory(), timezone.now()

    def refused():
        with pytest.raises(RuleViolation):
            lose_deal(deal, by=deal.manager, now=now, reason=" ")
            move_deal(deal, stage("new", "accepted"), by=deal.manager, now=now)

    assert told(refused) == []


def test_a_task_is_told_to_who_has_to_do_it(told):
    deal, now, colleague = DealFactory(), timezone.now(), SupportFactory()
    step = NextStep("Позвонить", now + timedelta(hours=1))

    planned = told(lambda: schedule_task(deal, step, by=deal.manager, now=now, assignee=colleague))
    done = told(lambda: complete_task(TaskFactory(deal=deal), by=deal.manager, now=now))

    assert f"person:{colleague.pk}" in planned
    assert {f"person:{deal.manager_id}", "board:renewal"} <= set(done)


def test_a_partner_is_heard_by_who_may_see_it(client):
    deal, foreign, handoff = DealFactory(), DealFactory(), HandoffFactory()
    own, handed = f"partner:{deal.partner_id}", f"partner:{handoff.deal.partner_id}"
    asked = [own, f"partner:{foreign.partner_id}", handed, "partner:0", "partner:x"]
    expected = {
        deal.manager: {own},
        handoff.sold_by: {handed},
        MarketerFactory(): {handed},
        SalesFactory(): set(),
        AdministratorFactory(): set(),
    }

    for person, topics in expected.items():
        client.force_login(person)
        assert heard(client, *asked) == topics


def test_boards_and_handoffs_are_heard_by_who_reads_them(client):
    client.force_login(SalesFactory())
    assert heard(client, "board:renewal", "handoffs") == {"board:renewal", "handoffs"}
    client.force_login(AdministratorFactory())
    assert heard(client, "board:renewal", "handoffs") == set()
