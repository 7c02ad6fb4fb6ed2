"""R19 under fire: two people answer one request at the same moment, with real threads on real PostgreSQL."""

from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.tests.factories import HeadFactory, MarketerFactory
from chat.actions import Draft, answer_request, refuse_request, send_message
from chat.models import Message
from chat.tests.factories import handed_over_deal, more_requests, thread_of
from core.tests.racing import at_once

ROUNDS = 15

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_two_answers_at_once_are_one_answer():
    deal, now = handed_over_deal(), timezone.now()
    marketer, colleague, head = MarketerFactory(), MarketerFactory(), HeadFactory()
    for _round in range(ROUNDS):
        request = more_requests(deal)
        results = at_once(
            lambda request=request: answer_request(request, by=marketer, now=now).answered_by_id,
            lambda request=request: answer_request(request, by=colleague, now=now).answered_by_id,
            lambda request=request: answer_request(request, by=head, now=now).answered_by_id,
        )
        request.refresh_from_db()

        assert sorted(map(str, results))[1:] == ["already_answered", "already_answered"]
        assert request.answered_by_id in results
        assert request.events.filter(state="answered").count() == 1


def test_an_answer_and_a_refusal_at_once_never_leave_a_closed_request_open():
    deal, now, marketer = handed_over_deal(), timezone.now(), MarketerFactory()
    for _round in range(ROUNDS):
        request = more_requests(deal)
        at_once(
            lambda request=request: answer_request(request, by=marketer, now=now).state,
            lambda request=request: refuse_request(request, "Передумали", by=deal.manager, now=now).state,
        )
        request.refresh_from_db()

        assert request.state == "refused"


def test_one_sending_twice_at_once_is_one_message():
    deal, now = handed_over_deal(), timezone.now()
    for _round in range(ROUNDS):
        key = uuid4()
        send = lambda key=key: send_message(thread_of(deal), Draft("Привет"), by=deal.manager, now=now, key=key).pk  # noqa: E731
        assert len(set(at_once(send, send))) == 1

    assert Message.objects.count() == ROUNDS
