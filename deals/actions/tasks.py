"""Planning and moving tasks (R2)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from core.errors import RuleViolation
from deals import hints
from deals.actions.locking import lock_open_deal, lock_task
from deals.models import Deal, Task
from deals.rules import check_horizon


@dataclass(frozen=True)
class NextStep:
    """The next task as somebody typed it: what, of which kind, when, and why later than seven days."""

    title: str
    due_at: datetime
    kind: str = Task.Kind.CALL
    long_term_reason: str = ""


def schedule_task(deal: Deal, step: NextStep, *, by: User | None, now: datetime, assignee: User | None = None) -> Task:
    """Plan a task on an open deal, for its manager unless somebody else is named.

    Raises `task_needs_title`, `task_in_past`, `task_horizon` (R2), `deal_closed`.
    """
    require(by, "task.create", deal)
    with operation("task.create", by=by):
        return plan(lock_open_deal(deal), step, by=by, now=now, assignee=assignee)


def plan(deal: Deal, step: NextStep, *, by: User | None, now: datetime, assignee: User | None = None) -> Task:
    """Create the task inside an operation that has checked the rights and locked the deal."""
    if not step.title.strip():
        raise RuleViolation("task_needs_title", _("Write what is to be done."), "title")
    check_horizon(now, step.due_at, step.long_term_reason)
    task = Task.objects.create(
        deal=deal,
        assignee=assignee or deal.manager,
        kind=step.kind,
        title=step.title.strip(),
        scheduled_at=now,
        due_at=step.due_at,
        long_term_reason=step.long_term_reason.strip(),
        created_by=by,
        created_at=now,
    )
    hints.task_changes(task)
    return task


def reschedule_task(
    task: Task,
    *,
    due_at: datetime,
    by: User | None,
    now: datetime,
    long_term_reason: str = "",
    version: int | None = None,
) -> Task:
    """Give an open task another date; the seven days count anew, and each postponing is counted (R2).

    Raises `task_done`, `task_in_past`, `task_horizon`, and VersionConflict when it was changed since `version`.
    """
    require(by, "task.update", task)
    with operation("task.update", by=by, why=long_term_reason):
        task = lock_task(task, version=version)
        if not task.is_open:
            raise RuleViolation("task_done", _("The task is already done."))
        check_horizon(now, due_at, long_term_reason)
        if due_at > task.due_at:
            task.postponed_count += 1
        task.due_at, task.scheduled_at, task.long_term_reason = due_at, now, long_term_reason.strip()
        task.version += 1
        task.save()
    return task


def undo_reschedule(task: Task, *, version: int, by: User | None, now: datetime) -> Task:
    """Put a task back where it stood before it was moved; the postponing is not counted then.

    `version` is the one that the moving gave it. Raises `task_done`, `task_changed` when something happened since.
    """
    require(by, "task.update", task)
    with operation("task.update", by=by, why="undo"):
        task = lock_task(task)
        if not task.is_open:
            raise RuleViolation("task_done", _("The task is already done."))
        former = task.events.order_by("-pgh_id")[1:2].first() if task.version == version else None
        if former is None:
            raise RuleViolation("task_changed", _("The task has been changed since; move it anew."))
        for name in ("due_at", "scheduled_at", "long_term_reason", "postponed_count"):
            setattr(task, name, getattr(former, name))
        task.version += 1
        task.save()
    return task


def finish(task: Task, *, by: User | None, now: datetime, result: str = "") -> Task:
    """Mark the task done inside an operation that has checked the rights."""
    Task.objects.open().filter(pk=task.pk).update(
        done_at=now, done_by=by, result=result.strip(), version=F("version") + 1
    )
    hints.task_changes(task)
    task.refresh_from_db()
    return task
