"""What deals have to say when a partner is archived, merged or given to another manager."""

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import RuleViolation
from deals import hints
from deals.models import Deal, FieldChange, PipelineCode, Task
from partners import hooks
from partners.models import Partner


def register() -> None:
    """Called once, when the app is ready."""
    hooks.ARCHIVE_CHECKS.append(no_open_deals)
    hooks.MERGE_CHECKS.append(one_open_renewal)
    hooks.REASSIGN_FOLLOWERS.append(hand_open_work_over)


def no_open_deals(partner: Partner) -> None:
    """A partner with open deals is not put away: each is finished or lost first. Raises `partner_has_open_deals`."""
    if numbers := _numbers(Deal.objects.open().filter(partner=partner)):
        message = _("There are open deals: %(numbers)s. Complete them or mark them as lost first.")
        raise RuleViolation("partner_has_open_deals", message % {"numbers": numbers})


def one_open_renewal(winner: Partner, loser: Partner) -> None:
    """A partner has one chain of terms that goes on. Raises `two_open_renewals`."""
    renewals = Deal.objects.open().filter(pipeline=PipelineCode.RENEWAL)
    mine, theirs = (_numbers(renewals.filter(partner=each)) for each in (winner, loser))
    if mine and theirs:
        message = _("Both have an open renewal: %(numbers)s. Close the one that is not wanted first.")
        raise RuleViolation("two_open_renewals", message % {"numbers": f"{mine}, {theirs}"})


def hand_open_work_over(partner: Partner, former: User, *, by: User, now: datetime) -> None:
    """With the partner its new manager gets the former one's open deals and tasks."""
    deals = Deal.objects.open().filter(partner=partner, manager=former)
    keys = list(deals.order_by("pk").values_list("pk", flat=True))
    for deal in deals:
        hints.deal_changes(deal)
    Deal.objects.filter(pk__in=keys).update(manager=partner.manager, version=F("version") + 1)
    for deal in Deal.objects.filter(pk__in=keys):
        hints.deal_changes(deal)
    FieldChange.objects.bulk_create(
        FieldChange(
            deal_id=key, field="manager", before=former.full_name, after=partner.manager.full_name, by=by, at=now
        )
        for key in keys
    )
    tasks = Task.objects.open().filter(deal__in=keys, assignee=former)
    Task.objects.filter(pk__in=list(tasks.values_list("pk", flat=True))).update(
        assignee=partner.manager, version=F("version") + 1
    )


def _numbers(deals) -> str:
    return ", ".join(f"№ {pk}" for pk in deals.order_by("pk").values_list("pk", flat=True)[:10])
