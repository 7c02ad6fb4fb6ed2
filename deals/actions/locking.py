"""Reading a row again under a lock. Order of locks everywhere: partner, deal, task, invoice, payment."""

from django.utils.translation import gettext as _

from core.errors import RuleViolation, VersionConflict
from deals.models import Deal, Handoff, Task


def lock_deal(deal: Deal, *, version: int | None = None) -> Deal:
    """The deal as it is now, locked until the transaction ends.

    Raises VersionConflict when `version` is given and somebody has changed the deal since it was read.
    """
    locked = (
        Deal.objects.select_for_update(of=("self",))
        .select_related("stage", "partner", "package__service", "service", "manager")
        .get(pk=deal.pk)
    )
    if version is not None and locked.version != version:
        raise VersionConflict(_("Somebody has changed this deal meanwhile. Look at it as it is now and decide again."))
    return locked


def lock_open_deal(deal: Deal, *, version: int | None = None) -> Deal:
    """The same, for operations that a closed deal does not take."""
    locked = lock_deal(deal, version=version)
    if not locked.is_open:
        raise RuleViolation("deal_closed", _("The deal is closed. Work goes on in the partner's next deal."))
    return locked


def lock_task(task: Task) -> Task:
    return Task.objects.select_for_update(of=("self",)).select_related("deal").get(pk=task.pk)


def lock_handoff(handoff: Handoff) -> Handoff:
    return Handoff.objects.select_for_update(of=("self",)).select_related("deal", "package").get(pk=handoff.pk)
