"""A run through the day's calls (Обзвон): its order is fixed when it begins, and what is finished drops out of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import User
from core import moscow
from deals.models import Task
from reports.selectors.my_day import queue

RUN = "calls"
"""The key of the run in the session."""


@dataclass
class Run:
    """Numbers of the tasks in their order, and when the run began."""

    started_at: datetime
    tasks: list[int] = field(default_factory=list)

    @classmethod
    def start(cls, user: User, now: datetime) -> "Run":
        """The calls of today in the order of the day: overdue, closing windows, the rest."""
        groups = queue(user, now, "calls")
        rows = [row for group in groups if group.code != "tomorrow" for row in group.rows]
        return cls(now, [row.task_id for row in rows if row.kind == Task.Kind.CALL])

    @classmethod
    def of(cls, session: Any, now: datetime) -> "Run | None":
        """The run of this session; one of an earlier day is over."""
        kept = session.get(RUN)
        if not kept:
            return None
        run = cls(datetime.fromisoformat(kept["started_at"]), list(kept["tasks"]))
        return run if moscow.today(run.started_at) == moscow.today(now) else None

    def keep(self, session: Any) -> None:
        session[RUN] = {"started_at": self.started_at.isoformat(), "tasks": self.tasks}

    def to_the_end(self, task_id: int) -> None:
        self.tasks = [each for each in self.tasks if each != task_id] + [task_id]


@dataclass(frozen=True)
class Standing:
    """How far the run is: numbers of the tasks that still wait, in order, and what became of the others."""

    waiting: list[int]
    called: int
    moved: int
    by_others: int
    total: int

    @property
    def percent(self) -> float:
        """How much of the run is through."""
        return 100 * (self.total - len(self.waiting)) / self.total if self.total else 0


def standing(run: Run, user: User) -> Standing:
    """Read anew each time: colleagues finish and move the same tasks."""
    tasks = Task.objects.visible_to(user).filter(pk__in=run.tasks).only("pk", "done_at", "done_by", "scheduled_at")
    found = {task.pk: task for task in tasks}
    done = [task for task in found.values() if not task.is_open]
    called = sum(task.done_by_id == user.pk for task in done)
    moved = {task.pk for task in found.values() if task.is_open and task.scheduled_at >= run.started_at}
    waiting = [each for each in run.tasks if each in found and found[each].is_open and each not in moved]
    by_others = len(run.tasks) - len(waiting) - len(moved) - called
    return Standing(waiting, called, len(moved), by_others, len(run.tasks))


def after(run: Run, waiting: list[int], task_id: int) -> int | None:
    """The next task that waits, behind this one in the order and then from the beginning; None when there is none."""
    at = run.tasks.index(task_id) if task_id in run.tasks else -1
    order = run.tasks[at + 1 :] + run.tasks[: max(at, 0)]
    return next((each for each in order if each in waiting), None)


def before(run: Run, waiting: list[int], task_id: int) -> int | None:
    """The task that waits and stands last before this one; None at the beginning."""
    at = run.tasks.index(task_id) if task_id in run.tasks else 0
    return next((each for each in reversed(run.tasks[:at]) if each in waiting), None)
