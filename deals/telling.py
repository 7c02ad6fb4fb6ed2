"""What of deals is told to people: the kinds of alerts, and what sales and support tell each other about a handoff."""

from collections.abc import Mapping
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from deals.models import Alert, Deal, Handoff
from deals.models.alert import KIND
from notifications.actions import notify
from notifications.kinds import Kind, register_kind

HANDOFF_RETURNED = Kind("handoff.returned", _("A handoff was returned to me"), {Role.SALES_MANAGER})
HANDOFF_COMPLETED = Kind("handoff.completed", _("Sales has completed a handoff"), {Role.SUPPORT_MANAGER})
HANDOFF_ACCEPTED = Kind("handoff.accepted", _("My partner was accepted into work"), {Role.SALES_MANAGER})
HANDOFF_ASKED = Kind("handoff.asked", _("A question about my handoff"), {Role.SALES_MANAGER})
HANDOFF_ANSWERED = Kind(
    "handoff.answered", _("Sales has answered my question"), {Role.SUPPORT_MANAGER, Role.HEAD, Role.DIRECTOR}
)
COMPULSORY = Alert.ESCALATED
"""What the head hears of, too, its manager cannot switch off."""


def register() -> None:
    """Called once, when the app is ready."""
    for kind in Alert.Kind:
        roles = {Role.SUPPORT_MANAGER, *([Role.HEAD] if kind in Alert.ESCALATED else [])}
        if kind == Alert.Kind.HANDOFF_UNACCEPTED:
            roles.add(Role.SALES_MANAGER)
        register_kind(Kind(f"{KIND}{kind}", kind.label, roles, is_optional=kind not in COMPULSORY))
    for kind in (HANDOFF_RETURNED, HANDOFF_COMPLETED, HANDOFF_ACCEPTED, HANDOFF_ASKED, HANDOFF_ANSWERED):
        register_kind(kind)


def about(deal: Deal) -> str:
    """What the bell groups the deal's notices by."""
    return f"deal:{deal.pk}"


def tell_of_handoff(
    handoff: Handoff,
    kind: Kind,
    text: Promise,
    *,
    to: User,
    by: User,
    now: datetime,
    values: Mapping[str, object] | None = None,
) -> None:
    """Tell the other side, unless it is the one who has done it."""
    if to == by:
        return
    notify(
        to,
        kind.code,
        text,
        key=f"{kind.code}:{handoff.pk}:{now.isoformat()}",
        url=f"{reverse('deals:handoffs')}?handoff={handoff.pk}",
        now=now,
        values=values,
        title=handoff.deal.partner.name,
        about=about(handoff.deal),
    )
