"""Delivering an add-on that is paid for: who gets the task, when it is done, what stops it (R14).

Every function takes the deal locked, inside the caller's operation.
"""

from datetime import datetime, time

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core import moscow
from deals.actions.stages import close_as_won, enter_role
from deals.actions.tasks import NextStep, plan
from deals.models import Deal, PipelineCode, StageChange, StageRole, Task
from deals.telling import DELIVERY_ASKED, DELIVERY_DONE, DELIVERY_STOPPED, tell_of_delivery

BEGINS_AT = time(12)


def begin_delivery(deal: Deal, *, by: User | None, now: datetime) -> None:
    """A paid add-on goes to whoever delivers its service, else to its manager, with a task for the next working day.

    Exactly once: while the task is open, or when the service has been delivered before, there is no second.
    """
    if deal.stage.role != StageRole.IN_DELIVERY:
        if deal.stage.role != StageRole.PAID:
            enter_role(deal, StageRole.PAID, by=by, now=now)
        enter_role(deal, StageRole.IN_DELIVERY, by=by, now=now)
        deal.save()
    if _delivery_tasks(deal).open().exists() or was_delivered(deal):
        return
    person = deal.service.delivered_by
    if person is None or not person.is_active:
        person = deal.manager
    words = _("Hand over to delivery: %(service)s") if person == deal.manager else _("Deliver: %(service)s")
    due_at = moscow.at(moscow.next_working_day(moscow.today(now)), BEGINS_AT)
    step = NextStep(words % {"service": deal.service}, due_at, Task.Kind.DELIVERY)
    task = plan(deal, step, by=by, now=now, assignee=person)
    if person != deal.manager:
        tell_of_delivery(task, DELIVERY_ASKED, to=person, by=by, now=now)


def end_delivery(deal: Deal, task: Task, *, by: User | None, now: datetime) -> None:
    """After a task of an add-on is done: the manager hears of the delivery; with nothing left to do it is completed."""
    if not deal.is_open or deal.stage.role != StageRole.IN_DELIVERY:
        return
    if task.kind == Task.Kind.DELIVERY:
        tell_of_delivery(task, DELIVERY_DONE, to=deal.manager, by=by, now=now)
    if not deal.tasks.open().exists() and was_delivered(deal):
        close_as_won(deal, by=by, now=now)


def resume_delivery(deal: Deal, task: Task, *, by: User | None, now: datetime) -> None:
    """Open an add-on again that was completed by finishing this task."""
    is_its_end = deal.pipeline_id == PipelineCode.ADDON and deal.outcome == Deal.Outcome.WON
    if not is_its_end or deal.closed_at != task.done_at:
        return
    deal.outcome, deal.closed_at = Deal.Outcome.OPEN, None
    enter_role(deal, StageRole.IN_DELIVERY, by=by, now=now, reason=task.title)
    deal.version += 1
    deal.save()


def stop_delivery(deal: Deal, *, reason: str, by: User | None, now: datetime) -> None:
    """The money was taken back: whoever was to deliver hears of it, and what was delivered is to be paid anew."""
    opened = list(_delivery_tasks(deal).open().select_related("assignee", "deal__partner", "deal__service"))
    is_delivered = not opened and was_delivered(deal)
    for task in opened:
        task.done_at, task.done_by, task.result = now, by, reason
        task.version += 1
        task.save()
        tell_of_delivery(task, DELIVERY_STOPPED, to=task.assignee, by=by, now=now)
    if is_delivered:
        deal.outcome, deal.closed_at = Deal.Outcome.OPEN, None
        title = _("%(service)s is delivered, and its payment was taken back: agree how it is paid")
        due_at = moscow.at(moscow.next_working_day(moscow.today(now)), BEGINS_AT)
        plan(deal, NextStep(title % {"service": deal.service}, due_at, Task.Kind.CALL), by=by, now=now)


def was_delivered(deal: Deal) -> bool:
    """Whether somebody has delivered it; a task that was closed because the money went does not say so."""
    left = StageChange.objects.filter(deal=deal, from_stage__role=StageRole.IN_DELIVERY, at=OuterRef("done_at"))
    stopped = left.exclude(to_stage__role=StageRole.WON)
    done = _delivery_tasks(deal).filter(~Exists(stopped), done_at__isnull=False)
    return done.exists() or deal.stage_changes.filter(to_stage__role=StageRole.WON).exists()


def _delivery_tasks(deal: Deal) -> QuerySet[Task]:
    return deal.tasks.filter(kind=Task.Kind.DELIVERY)
