"""R3: a comment is saved whole — text, metrics, next step, finished task — or not at all."""

from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import SupportFactory, UserFactory
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


@pytest.fixture
def promised(deal, now):
    """The call before, in which the partner promised two things."""
    return save_call_comment(
        deal, was="Изучил скрипт", now_text="Работает", plans="Прислать записи. Купить CRM", numbers=Numbers(),
        next_step=NextStep("Узнать про CRM", now + timedelta(days=3)), by=deal.manager, now=now - timedelta(days=4),
    )  # fmt: skip


def test_r3_the_form_asks_what_became_of_the_last_plans(manager_client, deal, promised):
    page = manager_client.get(reverse("deals:deal", args=[deal.pk]) + "?comment=1")

    assert page.context["form"].promises == ["Прислать записи", "Купить CRM"]
    assert page.context["previous"] == promised


def test_r3_the_verdicts_stand_in_the_timeline_at_the_promise_and_at_the_next_call(manager_client, deal, promised, now):
    verdicts = {"promise_of": promised.pk, "promise_0": "done", "promise_1": "no"}
    manager_client.post(reverse("deals:comment", args=[deal.pk]), typed(now, **verdicts))

    page = manager_client.get(reverse("deals:deal", args=[deal.pk])).content.decode()
    assert [(each.text, each.outcome) for each in promised.verdicts.all()] == [
        ("Прислать записи", "done"),
        ("Купить CRM", "no"),
    ]
    assert page.count("Купить CRM: не сделано") == 2


def test_a_promise_need_not_be_judged(manager_client, deal, promised, now):
    manager_client.post(reverse("deals:comment", args=[deal.pk]), typed(now, promise_of=promised.pk, promise_0=""))

    assert deal.call_comments.count() == 2
    assert not promised.verdicts.exists()


def test_verdicts_on_promises_that_a_newer_call_has_answered_are_left_out(manager_client, deal, promised, now):
    manager_client.post(reverse("deals:comment", args=[deal.pk]), typed(now))
    manager_client.post(reverse("deals:comment", args=[deal.pk]), typed(now, promise_of=promised.pk, promise_0="done"))

    assert deal.call_comments.count() == 3
    assert not promised.verdicts.exists()


def test_an_outcome_that_there_is_none_is_refused_and_nothing_is_lost(manager_client, deal, promised, now):
    answer = manager_client.post(
        reverse("deals:comment", args=[deal.pk]), typed(now, promise_of=promised.pk, promise_0="perhaps")
    )

    assert answer.status_code == 422
    assert deal.call_comments.count() == 1


def test_two_tabs_do_not_write_over_each_others_draft(manager_client, deal):
    url = reverse("deals:draft", args=[deal.pk])
    first = manager_client.post(url, {"was": "Первая вкладка", "draft_stamp": ""}).json()
    refused = manager_client.post(url, {"was": "Вторая вкладка", "draft_stamp": ""})

    assert refused.status_code == 409
    assert refused.json()["fields"]["was"] == "Первая вкладка"
    assert CommentDraft.objects.get().fields["was"] == "Первая вкладка"
    again = manager_client.post(url, {"was": "Первая вкладка, дальше", "draft_stamp": first["stamp"]})
    assert again.status_code == 200
    assert manager_client.post(url, {"was": "Вторая", "draft_stamp": "", "force": "1"}).status_code == 200
    assert CommentDraft.objects.get().fields["was"] == "Вторая"


def test_a_draft_is_its_authors_alone(client, manager_client, deal):
    manager_client.post(reverse("deals:draft", args=[deal.pk]), {"was": "Разобрали три звонка"})
    client.force_login(UserFactory(role=Role.HEAD))

    assert "Разобрали три звонка" not in client.get(reverse("deals:deal", args=[deal.pk])).content.decode()


def test_the_meter_advises_and_writes_nothing(manager_client, deal):
    page = manager_client.post(reverse("deals:comment-advice", args=[deal.pk]), {"now": "Всё хорошо"}).content.decode()

    assert "Ещё нет:" in page
    assert "Нет чисел" in page
    assert not CommentDraft.objects.exists()


def test_after_saving_one_goes_on_where_one_came_from_but_never_to_a_stranger(manager_client, deal, now):
    url = reverse("deals:comment", args=[deal.pk])

    assert manager_client.post(url, typed(now, next="/day/")).url == "/day/"
    assert manager_client.post(url, typed(now, next="https://example.org/")).url == reverse(
        "deals:deal", args=[deal.pk]
    )
