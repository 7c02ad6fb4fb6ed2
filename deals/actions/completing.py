"""Marking a task done, and taking that back; the delivery of an add-on ends with its task (R14)."""

from datetime import datetime

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from deals.actions.delivery import end_delivery, resume_delivery
from deals.actions.locking import check_open, lock_deal, lock_task
from deals.actions.tasks import finish
from deals.models import PipelineCode, Task


def complete_task(task: Task, *, by: User | None, now: datetime, result: str = "") -> Task:
    """Mark the task done; doing so twice changes nothing."""
    require(by, "task.complete", task)
    with operation("task.complete", by=by):
        deal = lock_deal(task.deal) if task.deal.pipeline_id == PipelineCode.ADDON else None
        task = finish(task, by=by, now=now, result=result)
        if deal:
            end_delivery(deal, task, by=by, now=now)
    return task


def reopen_task(task: Task, *, by: User | None, now: datetime) -> Task:
    """Take "done" back, as long as the deal is open; an add-on that this very task has closed is open again."""
    require(by, "task.complete", task)
    with operation("task.complete", by=by, why="undo"):
        deal = lock_deal(task.deal)
        task = lock_task(task)
        resume_delivery(deal, task, by=by, now=now)
        check_open(deal)
        task.done_at = task.done_by = None
        task.result = ""
        task.version += 1
        task.save()
    return task
