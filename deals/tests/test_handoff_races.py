"""Several people at one handoff at the same moment, with real threads on real PostgreSQL (R1, R18)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import HeadFactory
from core.tests.racing import refusals
from deals.actions import NextStep, accept_handoff, answer_question, ask_sales, hand_over_again, return_handoff
from deals.models import Handoff
from deals.tests.factories import HandoffFactory

ROUNDS = 12

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_r1_of_accepting_and_returning_at_once_one_wins_and_the_other_is_told():
    head, now = HeadFactory(), timezone.now()
    step = NextStep("Познакомиться", now + timedelta(days=1))
    for _round in range(ROUNDS):
        handoff = HandoffFactory()
        manager = handoff.deal.manager

        told = refusals(
            lambda: accept_handoff(handoff, first_task=step, by=manager, now=now),  # noqa: B023
            lambda: return_handoff(handoff, "Нет доступа", by=head, now=now),  # noqa: B023
        )

        handoff.refresh_from_db()
        if handoff.state == Handoff.State.ACCEPTED:
            assert (told, handoff.returns.count()) == (["already_accepted"], 0)
        else:
            assert (told, handoff.returns.count()) == (["handoff_returned"], 1)
        assert handoff.deal.tasks.open().count() == 1


def test_of_two_who_hand_over_again_one_is_told_that_it_is_done():
    handoff, head, now = HandoffFactory(), HeadFactory(), timezone.now()
    for number in range(ROUNDS):
        return_handoff(handoff, "Нет доступа", by=head, now=now + timedelta(minutes=2 * number))
        later = now + timedelta(minutes=2 * number + 1)

        told = refusals(
            lambda: hand_over_again(handoff, by=handoff.sold_by, now=later),  # noqa: B023
            lambda: hand_over_again(handoff, by=head, now=later),  # noqa: B023
        )

        assert told == ["not_returned"]

    handoff.refresh_from_db()
    assert handoff.time_with_sales == timedelta(minutes=ROUNDS)
    assert handoff.deal.tasks.open().count() == 1


def test_questions_asked_at_once_get_numbers_of_their_own_and_one_answer_each():
    handoff, head, now = HandoffFactory(), HeadFactory(), timezone.now()
    asking = [lambda n=n: ask_sales(handoff, f"Вопрос {n}?", by=handoff.deal.manager, now=now) for n in range(4)]
    asked = refusals(*asking)
    question = handoff.questions.first()

    answered = refusals(
        lambda: answer_question(question, "Да", by=handoff.sold_by, now=now),
        lambda: answer_question(question, "Нет", by=head, now=now),
    )

    assert asked == []
    assert [each.number for each in handoff.questions.all()] == [1, 2, 3, 4]
    assert answered == ["already_answered"]
