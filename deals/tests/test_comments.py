"""R3: a comment is saved whole — text, metrics, next step, finished task — or not at all."""

from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import SupportFactory
from core import moscow
from core.errors import RuleViolation
from deals.actions import CommentIncomplete, NextStep, save_call_comment
from deals.comment_text import Numbers, parse_comment
from deals.models import CallComment, CommentDraft, Task
from deals.tests.factories import DealFactory, TaskFactory
from deals.tests.test_comment_text import RIGHT, WRONG
from partners.models import Metrics

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def deal():
    return DealFactory()


@pytest.fixture
def manager_client(client, deal):
    client.force_login(deal.manager)
    return client


def typed(moment, /, **changes):
    """The form as the manager fills it from the manual's right example."""
    parsed = parse_comment(RIGHT)
    return {
        "was": parsed.was,
        "now": parsed.now,
        "plans": parsed.plans,
        "requests": "30",
        "meetings": "4",
        "contracts": "1",
        "contracts_sum": "100 000",
        "title": parsed.next_step,
        "kind": "call",
        "day": (moscow.today(moment) + timedelta(days=3)).isoformat(),
        "time": "12:30",
        **changes,
    }


def test_saving_keeps_comment_metrics_next_step_and_finished_task_together(deal, now):
    task = TaskFactory(deal=deal)
    step = NextStep("Узнать, внедрил ли скрипт", now + timedelta(days=3))
    numbers = Numbers(30, 4, 1, Decimal(100_000))

    comment = save_call_comment(
        deal, was="Изучил скрипт", now_text="Работает", plans="Купить CRM", numbers=numbers, next_step=step,
        completed_task=task, by=deal.manager, now=now,
    )  # fmt: skip

    task.refresh_from_db()
    assert (comment.next_task.title, comment.next_task.due_at) == (step.title, step.due_at)
    assert (comment.metrics.requests, comment.metrics.contracts_sum) == (30, Decimal(100_000))
    assert comment.metrics.measured_on == moscow.today(now)
    assert not task.is_open


def test_when_the_next_step_is_refused_nothing_is_kept(deal, now):
    task = TaskFactory(deal=deal)

    with pytest.raises(RuleViolation) as refused:
        save_call_comment(
            deal, was="Изучил скрипт", now_text="Работает", plans="Купить CRM", numbers=Numbers(30),
            next_step=NextStep("Позвонить", now + timedelta(days=30)), completed_task=task, by=deal.manager, now=now,
        )  # fmt: skip

    task.refresh_from_db()
    assert refused.value.code == "task_horizon"
    assert task.is_open
    assert (CallComment.objects.count(), Metrics.objects.count(), Task.objects.count()) == (0, 0, 1)


def test_the_wrong_example_is_refused_naming_what_is_missing(deal, now):
    parsed = parse_comment(WRONG)

    with pytest.raises(CommentIncomplete) as refused:
        save_call_comment(
            deal, was=parsed.was, now_text=parsed.now, plans=parsed.plans, numbers=parsed.numbers, next_step=None,
            by=deal.manager, now=now,
        )  # fmt: skip

    assert refused.value.code == "comment_incomplete"
    assert refused.value.missing == ["was", "plans", "next_step", "due_at"]


def test_the_database_refuses_an_empty_part(deal, now):
    task = TaskFactory(deal=deal)
    fields = {"deal": deal, "author": deal.manager, "called_at": now, "next_task": task}

    with pytest.raises(IntegrityError, match="comment_has_three_parts"), transaction.atomic():
        CallComment.objects.create(was="Было", now="  ", plans="Будет", **fields)


def test_the_right_example_is_saved_from_the_form(manager_client, deal, now):
    response = manager_client.post(reverse("deals:comment", args=[deal.pk]), typed(now))

    comment = deal.call_comments.get()
    assert response.status_code == 302
    assert comment.metrics.contracts_sum == Decimal(100_000)
    assert comment.next_task.due_at == moscow.at(moscow.today(now) + timedelta(days=3), time(12, 30))


def test_the_form_with_the_wrong_example_says_what_is_missing_and_loses_nothing(manager_client, deal, now):
    wrong = typed(now, was="", now=WRONG, plans="", title="", day="", contracts_sum="")

    response = manager_client.post(reverse("deals:comment", args=[deal.pk]), wrong)

    page = response.content.decode()
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"was", "plans", "title", "day"}
    assert WRONG in page
    assert not deal.call_comments.exists()


def test_a_number_that_is_none_is_refused_at_its_field(manager_client, deal, now):
    response = manager_client.post(reverse("deals:comment", args=[deal.pk]), typed(now, requests="много"))

    assert list(response.context["form"].errors) == ["requests"]
    assert "много" in response.content.decode()


def test_what_is_typed_is_kept_as_a_draft_and_shown_again(manager_client, deal):
    manager_client.post(reverse("deals:draft", args=[deal.pk]), {"was": "Разобрали три звонка"})

    page = manager_client.get(reverse("deals:deal", args=[deal.pk])).content.decode()

    assert "Разобрали три звонка" in page


def test_a_saved_comment_takes_its_draft_away(manager_client, deal, now):
    manager_client.post(reverse("deals:draft", args=[deal.pk]), {"was": "Разобрали три звонка"})
    manager_client.post(reverse("deals:comment", args=[deal.pk]), typed(now))

    assert not CommentDraft.objects.exists()


def test_an_emptied_form_keeps_no_draft(manager_client, deal):
    manager_client.post(reverse("deals:draft", args=[deal.pk]), {"was": "Разобрали три звонка"})
    manager_client.post(reverse("deals:draft", args=[deal.pk]), {"was": " "})

    assert not CommentDraft.objects.exists()


def test_a_pasted_text_is_taken_apart_and_nothing_is_written(manager_client):
    answer = manager_client.post(reverse("deals:comment-parse"), {"text": RIGHT}).json()

    assert answer["metrics"]["requests"] == "30"
    assert answer["missing"] == []
    assert not CallComment.objects.exists()


def test_a_colleagues_deal_is_not_there(client, deal, now):
    client.force_login(SupportFactory())

    assert client.post(reverse("deals:comment", args=[deal.pk]), typed(now)).status_code == 404
    assert not CallComment.objects.exists()
