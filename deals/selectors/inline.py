"""The values of the card that can be changed in place, as they are shown."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Scope, acting_for, scope
from core import formatting
from deals.editing import EDITABLE, Editable
from deals.models import Deal, PipelineCode
from deals.rules import discounted
from partners.models import Contact


@dataclass(frozen=True)
class InlineValue:
    """A value with its name, what it is computed from, and whether this reader may change it here."""

    name: str
    label: Any
    words: str
    can_edit: bool
    href: str = ""
    note: str = ""


def inline_values(deal: Deal, user: User, contact: Contact | None) -> dict[str, InlineValue]:
    """What the rail shows, by name. `contact` is whom one calls, None when the reader may not see contacts."""
    return {each.name: _value(each, deal, user, contact) for each in EDITABLE.values() if _is_shown(each, contact)}


def may_edit(editable: Editable, deal: Deal, user: User) -> bool:
    """Whether the reader may change this value of this deal now."""
    granted = scope(user, editable.permission)
    if granted == Scope.NONE or not _is_changeable(editable, deal):
        return False
    manager = deal.manager_id if editable.owner == "deal" else deal.partner.manager_id
    return granted == Scope.ALL or manager in acting_for(user)


def _is_shown(editable: Editable, contact: Contact | None) -> bool:
    return contact is not None or not (editable.owner == "contact" or editable.name == "contact")


def _is_changeable(editable: Editable, deal: Deal) -> bool:
    """A closed deal keeps its values; an add-on service has neither package nor term."""
    if editable.owner != "deal":
        return True
    is_addon = deal.pipeline_id == PipelineCode.ADDON
    return deal.is_open and not (is_addon and editable.name in {"package", "term_ends_on"})


def _value(editable: Editable, deal: Deal, user: User, contact: Contact | None) -> InlineValue:
    owner = {"deal": deal, "partner": deal.partner, "contact": contact}[editable.owner]
    value = contact if editable.name == "contact" else editable.of(owner)
    words = editable.read(value)
    if editable.name == "discount_percent" and not value:
        words = ""
    return InlineValue(
        editable.name,
        editable.label,
        words,
        may_edit(editable, deal, user),
        _href(editable, value),
        _note(editable, deal),
    )


def _href(editable: Editable, value: Any) -> str:
    if editable.name == "phone" and value[0]:
        return f"tel:{value[0]}"
    if editable.name == "site":
        return value
    return f"mailto:{value}" if editable.name == "email" and value else ""


def _note(editable: Editable, deal: Deal) -> str:
    """What the amount was computed from, or that it was agreed apart from the price."""
    if editable.name != "amount" or deal.amount is None or deal.list_price is None:
        return ""
    words = {"price": formatting.money(deal.list_price), "percent": formatting.percent(deal.discount_percent)}
    if deal.amount != discounted(deal.list_price, deal.discount_percent):
        return _("agreed apart; the price is %(price)s") % words
    return _("%(price)s less %(percent)s") % words if deal.discount_percent else _("the full price")
