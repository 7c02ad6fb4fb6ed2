"""One verb for many rows: the very action of a single one for each, in a transaction of its own, with a report.

Each row is done or refused by itself: what a rule refuses, or what somebody has changed since it was previewed, stays
as it is and is named with its reason. But a row out of the person's scope refuses the whole request before anything.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core import moscow
from core.errors import RuleViolation
from deals.actions.editing import change_field
from deals.actions.stages import move_deal
from deals.actions.tasks import reschedule_task, undo_reschedule
from deals.models import Deal, Stage, StageRole, Task
from partners.actions import update_partner
from partners.models import Partner

MOST_ROWS = 500
"""So many rows are changed at once: a bounded request, and a preview that a person can still read."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was previewed: its number and the version that was seen; `stage` only where it is to go back to."""

    pk: int
    version: int
    stage: int = 0

    def __str__(self) -> str:
        """As it travels in a form."""
        return f"{self.pk}:{self.version}" + (f":{self.stage}" if self.stage else "")

    @classmethod
    def read(cls, text: str) -> "Row":
        """The row of such a text. Raises ValueError for any other text."""
        parts = text.split(":")
        if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdecimal() for part in parts):
            raise ValueError(text)
        return cls(*(min(int(part), 2**31 - 1) for part in parts))


@dataclass(slots=True)
class Report:
    """What came of it: numbers that were done, those refused with the words why, and the rows that can be undone."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    undoable: list[Row] = field(default_factory=list)


def move_deals(rows: Iterable[Row], stage: Stage, *, by: User, now: datetime) -> Report:
    """Move each deal to the stage, if it needs nothing more for that. A move that closes a deal has no way back."""
    handed_over = Stage.objects.filter(pipeline=stage.pipeline_id, role=StageRole.HANDED_OVER).values_list("pk")
    without_return = {pk for (pk,) in handed_over}

    def move(deal: Deal, row: Row) -> Row | None:
        moved = move_deal(deal, stage, by=by, now=now, version=row.version)
        can_return = moved.is_open and deal.stage_id != stage.pk and deal.stage_id not in without_return
        return Row(moved.pk, moved.version, deal.stage_id) if can_return else None

    return _each(Deal.objects.visible_to(by, "deal.move"), rows, move)


def undo_moves(rows: Iterable[Row], *, by: User, now: datetime) -> Report:
    """Put each deal back on the stage it came from, if nothing happened to it since."""
    rows = list(rows)
    stages = Stage.objects.in_bulk({row.stage for row in rows})

    def put_back(deal: Deal, row: Row) -> None:
        if row.stage not in stages:
            raise RuleViolation("unknown_stage", _("This status is no longer there."))
        move_deal(deal, stages[row.stage], by=by, now=now, version=row.version)

    return _each(Deal.objects.visible_to(by, "deal.move"), rows, put_back)


def reassign_deals(rows: Iterable[Row], manager: User, *, by: User, now: datetime) -> Report:
    """Give each deal, with the former manager's open tasks on it, to this manager."""

    def give(deal: Deal, row: Row) -> None:
        change_field(deal, "manager", manager, by=by, now=now, version=row.version)

    return _each(Deal.objects.visible_to(by, "deal.reassign"), rows, give)


def reassign_partners(rows: Iterable[Row], manager: User, *, by: User, now: datetime) -> Report:
    """Give each partner, with the former manager's open work, to this manager."""

    def give(partner: Partner, row: Row) -> None:
        update_partner(partner, {"manager": manager}, version=row.version, by=by, now=now)

    return _each(Partner.objects.visible_to(by, "partner.reassign"), rows, give)


def reschedule_tasks(rows: Iterable[Row], day: date, *, reason: str = "", by: User, now: datetime) -> Report:
    """Move each task to the day, at the time of day that it has (R2)."""

    def move(task: Task, row: Row) -> Row:
        due_at = on_day(task, day)
        moved = reschedule_task(task, due_at=due_at, long_term_reason=reason, by=by, now=now, version=row.version)
        return Row(moved.pk, moved.version)

    return _each(Task.objects.visible_to(by, "task.update"), rows, move)


def undo_reschedules(rows: Iterable[Row], *, by: User, now: datetime) -> Report:
    """Put each task back where it stood, if nothing happened to it since."""

    def put_back(task: Task, row: Row) -> None:
        undo_reschedule(task, version=row.version, by=by, now=now)

    return _each(Task.objects.visible_to(by, "task.update"), rows, put_back)


def on_day(task: Task, day: date) -> datetime:
    """The same time of day, Moscow, on another day."""
    return moscow.at(day, moscow.to_moscow(task.due_at).time())


def _each(visible: QuerySet, rows: Iterable[Row], act: Callable[[Any, Row], Row | None]) -> Report:
    """Do it with one row after another. Raises PermissionDenied, before the first, when any is not the person's."""
    rows = {row.pk: row for row in rows}
    if len(rows) > MOST_ROWS:
        raise RuleViolation("too_many_rows", _("Not more than %(n)s at once: narrow the filter.") % {"n": MOST_ROWS})
    found = visible.in_bulk(rows)
    if len(found) != len(rows):
        raise PermissionDenied
    report = Report()
    for pk, row in rows.items():
        try:
            undoable = act(found[pk], row)
        except RuleViolation as violation:
            report.refused[pk] = violation.message
        except PermissionDenied:
            report.refused[pk] = _("It is no longer yours to change.")
        else:
            report.done.append(pk)
            if undoable:
                report.undoable.append(undoable)
    return report
