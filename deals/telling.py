"""What of deals is told to people: the kinds of alerts, and what sales and support tell each other about a handoff."""

from collections.abc import Mapping
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from deals.models import Alert, Deal, Handoff, Task
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
DELIVERS = (Role.SUPPORT_MANAGER, Role.SALES_MANAGER, Role.MARKETER, Role.HEAD, Role.DIRECTOR)
DELIVERY_ASKED = Kind("delivery.asked", _("A paid service is to be delivered by me"), DELIVERS)
DELIVERY_STOPPED = Kind("delivery.stopped", _("A service is not to be delivered after all"), DELIVERS)
DELIVERY_DONE = Kind("delivery.done", _("A service is delivered to my partner"), {Role.SUPPORT_MANAGER, Role.HEAD})
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
    for kind in (DELIVERY_ASKED, DELIVERY_STOPPED, DELIVERY_DONE):
        register_kind(kind)


DELIVERY_WORDS = {
    DELIVERY_ASKED.code: _("Paid, to be delivered by you: %(service)s"),
    DELIVERY_STOPPED.code: _("The payment was taken back, do not deliver: %(service)s"),
    DELIVERY_DONE.code: _("Delivered: %(service)s. Tell the partner."),
}


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


def tell_of_delivery(task: Task, kind: Kind, *, to: User, by: User | None, now: datetime) -> None:
    """Tell who delivers a paid service, or whose partner it is, unless it is the one who has done it (R14)."""
    if to == by:
        return
    notify(
        to,
        kind.code,
        DELIVERY_WORDS[kind.code],
        key=f"{kind.code}:{task.pk}",
        url=reverse("deals:task-complete", args=[task.pk]) if kind == DELIVERY_ASKED else _page(task.deal, to),
        now=now,
        values={"service": task.deal.service},
        title=task.deal.partner.name,
        about=about(task.deal),
    )


def _page(deal: Deal, reader: User) -> str:
    """The deal, where its reader may open it; else his day."""
    is_visible = Deal.objects.visible_to(reader).filter(pk=deal.pk).exists()
    return reverse("deals:deal", args=[deal.pk]) if is_visible else reverse("reports:my-day")
