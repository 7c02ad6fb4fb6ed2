"""Reading a row again under a lock. Order of locks everywhere: partner, deal, task, invoice, payment.

Who locks a row changes it, so live pages are told of it here, once the transaction has committed.
"""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.errors import RuleViolation, VersionConflict
from deals import hints
from deals.models import Deal, Handoff, Task

NEIGHBOURS = ("stage", "partner", "package__service", "service", "manager", "contact")


def lock_deal(deal: Deal, *, version: int | None = None) -> Deal:
    """The deal as it is now, locked until the transaction ends.

    Raises VersionConflict when `version` is given and somebody has changed the deal since it was read.
    """
    locked = _lock(Deal.objects.select_related(*NEIGHBOURS), deal.pk)
    if version is not None and locked.version != version:
        raise VersionConflict(_("Somebody has changed this deal meanwhile. Look at it as it is now and decide again."))
    hints.deal_changes(locked)
    return locked


def lock_open_deal(deal: Deal, *, version: int | None = None) -> Deal:
    """The same, for operations that a closed deal does not take."""
    locked = lock_deal(deal, version=version)
    check_open(locked)
    return locked


def check_open(deal: Deal) -> None:
    if not deal.is_open:
        raise RuleViolation("deal_closed", _("The deal is closed. Work goes on in the partner's next deal."))


def lock_task(task: Task, *, version: int | None = None) -> Task:
    """The task as it is now. Raises VersionConflict when somebody has changed it since `version`."""
    locked = _lock(Task.objects.select_related("deal"), task.pk)
    if version is not None and locked.version != version:
        raise VersionConflict(_("Somebody has changed this task meanwhile. Look at it as it is now and decide again."))
    hints.task_changes(locked)
    return locked


def lock_handoff(handoff: Handoff) -> Handoff:
    locked = _lock(Handoff.objects.select_related("deal", "package"), handoff.pk)
    hints.handoff_changes(locked)
    return locked


def _lock(queryset: QuerySet, pk: int) -> Any:
    """Lock the row alone and read it with its neighbours afterwards.

    In one query, with joins, a row whose foreign key was changed by the transaction we waited for drops out.
    """
    queryset.model.objects.select_for_update().only("pk").get(pk=pk)
    return queryset.get(pk=pk)
