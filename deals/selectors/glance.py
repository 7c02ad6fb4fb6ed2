"""A quick look at a deal from a board or a list: what one must know before calling, without leaving the place."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from accounts.permissions import may
from deals.models import CallComment, Deal, Task
from deals.rules import Health, health
from deals.selectors.deal_card import signs_of
from partners.models import Contact, Metrics


@dataclass(frozen=True)
class Glance:
    """A deal in short. No contact and no comment for who may not see them."""

    deal: Deal
    health: Health
    contact: Contact | None
    next_task: Task | None
    last_comment: CallComment | None
    last_metrics: Metrics | None


def glance(deal: Deal, user: User, now: datetime) -> Glance:
    """Four short reads beside the deal itself, which comes from get_deal."""
    tasks = list(deal.tasks.open().order_by("due_at", "pk")[:1])
    metrics = list(Metrics.objects.filter(partner=deal.partner_id).order_by("-measured_on", "-pk")[:1])
    return Glance(
        deal=deal,
        health=health(signs_of(deal, tasks, metrics, deal.has_problem, now)),
        contact=_contact(deal, user),
        next_task=tasks[0] if tasks else None,
        last_comment=_last_comment(deal, user),
        last_metrics=metrics[0] if metrics else None,
    )


def _contact(deal: Deal, user: User) -> Contact | None:
    """Whom to call: the deal's own contact, else the partner's main one."""
    if not may(user, "partner.read_contacts"):
        return None
    return deal.contact or deal.partner.contacts.in_use().order_by("-is_primary", "pk").first()


def _last_comment(deal: Deal, user: User) -> CallComment | None:
    if not may(user, "call_comment.read"):
        return None
    return deal.call_comments.select_related("author").order_by("-called_at").first()
