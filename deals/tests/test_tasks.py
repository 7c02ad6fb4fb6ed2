"""R2: a task lies within seven days, or says why; postponing is counted; the database refuses the rest."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, MarketerFactory, SupportFactory
from core.errors import RuleViolation
from deals.actions import NextStep, complete_task, reopen_task, reschedule_task, schedule_task, undo_reschedule
from deals.models import Task
from deals.tests.factories import DealFactory, TaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def test_a_task_is_planned_for_the_deals_manager(now):
    deal = DealFactory()

    task = schedule_task(deal, NextStep(" Позвонить ", now + timedelta(days=3)), by=deal.manager, now=now)

    assert (task.assignee, task.title, task.scheduled_at) == (deal.manager, "Позвонить", now)


def test_r2_a_later_date_needs_a_reason_which_is_kept(now):
    deal = DealFactory()
    later = now + timedelta(days=9)

    with pytest.raises(RuleViolation) as refused:
        schedule_task(deal, NextStep("Позвонить", later), by=deal.manager, now=now)
    task = schedule_task(deal, NextStep("Позвонить", later, long_term_reason="Отпуск"), by=deal.manager, now=now)

    assert (refused.value.code, refused.value.field) == ("task_horizon", "long_term_reason")
    assert task.long_term_reason == "Отпуск"
    assert Task.objects.count() == 1


def test_r2_the_database_refuses_a_late_task_without_a_reason(now):
    with pytest.raises(IntegrityError, match="task_within_seven_days_or_says_why"), transaction.atomic():
        TaskFactory(scheduled_at=now, due_at=now + timedelta(days=8))


def test_r2_an_imported_late_task_is_let_in_and_found(now):
    TaskFactory(scheduled_at=now, due_at=now + timedelta(days=8), is_imported=True)
    TaskFactory(scheduled_at=now, due_at=now + timedelta(days=8), long_term_reason="Отпуск")
    TaskFactory(scheduled_at=now, due_at=now + timedelta(days=2))

    assert [task.is_imported for task in Task.objects.beyond_horizon()] == [True]


def test_r2_postponing_is_counted_and_the_seven_days_begin_anew(now):
    task = TaskFactory(scheduled_at=now - timedelta(days=6), due_at=now)

    task = reschedule_task(task, due_at=now + timedelta(days=6), by=task.assignee, now=now)
    task = reschedule_task(task, due_at=now + timedelta(days=1), by=task.assignee, now=now)

    assert (task.postponed_count, task.scheduled_at) == (1, now)


def test_a_done_task_is_done_once_and_can_be_taken_back(now):
    task = TaskFactory()

    complete_task(task, by=task.assignee, now=now, result="Договорились")
    again = complete_task(task, by=HeadFactory(), now=now + timedelta(hours=1), result="ещё раз")

    assert (again.done_by, again.result) == (task.assignee, "Договорились")
    assert reopen_task(task, by=task.assignee, now=now).is_open


def test_a_done_task_is_not_moved(now):
    task = TaskFactory()
    complete_task(task, by=task.assignee, now=now)

    with pytest.raises(RuleViolation) as refused:
        reschedule_task(task, due_at=now + timedelta(days=1), by=task.assignee, now=now)

    assert refused.value.code == "task_done"


@pytest.mark.parametrize("stranger", [SupportFactory, MarketerFactory])
def test_a_stranger_changes_nothing(stranger, now):
    task = TaskFactory()

    with pytest.raises(PermissionDenied):
        complete_task(task, by=stranger(), now=now)

    task.refresh_from_db()
    assert task.is_open


def test_a_move_is_undone_whole_even_back_into_the_past(now):
    task = TaskFactory(scheduled_at=now - timedelta(days=4), due_at=now - timedelta(days=1))
    moved = reschedule_task(task, due_at=now + timedelta(days=9), long_term_reason="Отпуск", by=task.assignee, now=now)

    back = undo_reschedule(moved, version=moved.version, by=task.assignee, now=now)

    assert (back.due_at, back.scheduled_at) == (now - timedelta(days=1), now - timedelta(days=4))
    assert (back.postponed_count, back.long_term_reason) == (0, "")


def test_a_move_is_not_undone_after_another_change(now):
    task = TaskFactory()
    moved = reschedule_task(task, due_at=now + timedelta(days=2), by=task.assignee, now=now)
    reschedule_task(task, due_at=now + timedelta(days=3), by=task.assignee, now=now)

    with pytest.raises(RuleViolation) as refused:
        undo_reschedule(moved, version=moved.version, by=task.assignee, now=now)

    assert refused.value.code == "task_changed"


def test_moving_offers_to_undo_and_undoing_puts_the_task_back(client, now):
    task = TaskFactory()
    client.force_login(task.assignee)
    day = timezone.localdate() + timedelta(days=3)

    client.post(
        reverse("deals:task-reschedule", args=[task.pk]), {"day": day.isoformat(), "time": "12:30", "next": "/day/"}
    )
    page = client.get("/day/").content.decode()
    undo = reverse("deals:task-restore", args=[task.pk, 2])
    assert undo in page
    response = client.post(f"{undo}?next=/day/")

    due_at = task.due_at
    task.refresh_from_db()
    assert response.url == "/day/"
    assert task.due_at == due_at


def test_finishing_asks_for_a_result_and_keeps_it(client):
    task = TaskFactory(kind="letter")
    client.force_login(task.assignee)
    url = reverse("deals:task-complete", args=[task.pk])

    assert "Что получилось" in client.get(f"{url}?next=/day/").content.decode()
    response = client.post(url, {"result": "Запись отправлена", "next": "/day/"})

    task.refresh_from_db()
    assert response.url == "/day/"
    assert (task.is_open, task.result) == (False, "Запись отправлена")


@pytest.mark.parametrize("name", ["task-complete", "task-reschedule", "task-reopen"])
def test_a_colleagues_task_and_one_that_is_not_there_are_not_found(client, name):
    client.force_login(SupportFactory())

    assert client.post(reverse(f"deals:{name}", args=[TaskFactory().pk])).status_code == 404
    assert client.post(reverse(f"deals:{name}", args=[10**9])).status_code == 404
