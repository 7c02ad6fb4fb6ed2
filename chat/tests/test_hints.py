"""Live threads: news are told to who may read them, when they have happened and not before."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import MarketerFactory, SupportFactory
from chat.actions import answer_request, edit_message, mark_read
from chat.tests.factories import handed_over_deal, more_requests, say, thread_of
from live import publishing
from live.topics import may_hear

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch, django_capture_on_commit_callbacks):
    """The topics that a piece of work tells of, once its transaction has committed."""

    def during(work) -> set[str]:
        sent = []
        monkeypatch.setattr(publishing, "_send", lambda entry: sent.append(entry["topic"]))
        with django_capture_on_commit_callbacks(execute=True):
            work()
        return set(sent)

    return during


def test_a_message_an_answer_and_a_mending_are_told_to_the_thread_its_manager_and_marketing(told):
    deal, now = handed_over_deal(), timezone.now()
    marketer, request = MarketerFactory(), more_requests(deal)
    everybody = {f"chat:{deal.partner_id}", f"portfolio:{deal.manager_id}", "role:marketer"}

    assert told(lambda: say(deal, deal.manager)) == everybody
    assert told(lambda: answer_request(request, by=marketer, now=now)) == everybody
    assert told(lambda: edit_message(request, "Иначе", by=deal.manager, now=now + timedelta(minutes=1))) == everybody


def test_who_is_mentioned_and_who_has_read_gets_new_counters(told):
    deal, marketer = handed_over_deal(), MarketerFactory()

    assert f"person:{marketer.pk}" in told(lambda: say(deal, deal.manager, f"@{marketer.full_name}"))
    message = say(deal, deal.manager)
    assert told(lambda: mark_read(thread_of(deal), message, by=marketer, now=timezone.now())) == {
        f"person:{marketer.pk}"
    }


def test_a_thread_is_heard_by_who_may_read_it():
    deal = handed_over_deal()
    topic = f"chat:{deal.partner_id}"

    assert may_hear(deal.manager, topic) and may_hear(MarketerFactory(), topic)
    assert not may_hear(SupportFactory(), topic)
    assert not may_hear(deal.handoff.sold_by, topic)
    assert not may_hear(deal.manager, "chat:x")
