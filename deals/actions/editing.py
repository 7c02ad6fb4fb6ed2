"""Changing one value of the card in place, without ever writing over what somebody else has just written."""

from datetime import datetime
from typing import Any

from django.db.models import F, Model
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from core.errors import RuleViolation, VersionConflict
from deals.actions.history import values_of, write_changes
from deals.actions.locking import lock_open_deal
from deals.actions.pricing import set_price
from deals.editing import EDITABLE, PRICE, Editable, contact_of, key
from deals.models import Deal, FieldChange, StageRole
from partners.actions.locking import lock_partner
from partners.models import Partner


class EditConflict(VersionConflict):
    """The value is no longer what the editor saw: what it is now, and who made it so, when that is known."""

    def __init__(self, editable: Editable, theirs: Any, change: FieldChange | None) -> None:
        super().__init__(_("Somebody has changed this value meanwhile. Choose which one stays."))
        self.editable = editable
        self.theirs = theirs
        self.by = change.by if change else None
        self.at = change.at if change else None


def change_field(
    deal: Deal,
    name: str,
    value: Any,
    *,
    by: User,
    now: datetime,
    seen: str | None = None,
    version: int | None = None,
) -> None:
    """Give one value of the deal, its contact or its partner; `name` is of deals.editing.EDITABLE.

    `seen` is the key of the value that the editor began from. Raises EditConflict when it is another one by now,
    `deal_closed` for the deal's own values, and what the value itself may violate. Whoever has seen the whole deal
    gives its `version`; VersionConflict when anything of it has been changed since.
    """
    editable = EDITABLE[name]
    require(by, editable.permission, deal if editable.owner == "deal" else deal.partner)
    with operation(editable.permission, by=by, why=name):
        owner = _lock_owner(deal, editable, version)
        current = editable.of(owner)
        if key(current) == key(value):
            return
        if seen is not None and key(current) != seen:
            raise EditConflict(editable, current, last_change(deal, name))
        if isinstance(owner, Deal):
            _change_deal(owner, editable, value, by=by, now=now)
        else:
            _change_neighbour(deal, owner, editable, value, by=by, now=now)


def last_change(deal: Deal, name: str) -> FieldChange | None:
    """Who gave this value last. A partner's and a contact's values are changed on any of the partner's deals."""
    changes = FieldChange.objects.filter(deal__partner=deal.partner_id, field=name).select_related("by")
    if EDITABLE[name].owner == "deal":
        changes = changes.filter(deal=deal)
    return changes.order_by("-at", "-pk").first()


def _lock_owner(deal: Deal, editable: Editable, version: int | None) -> Model:
    if editable.owner == "deal":
        return lock_open_deal(deal, version=version)
    partner = lock_partner(deal.partner)
    if editable.owner == "partner":
        return partner
    contact = contact_of(Deal.objects.select_related("partner", "contact").get(pk=deal.pk))
    if contact is None:
        raise RuleViolation("no_contact", _("The partner has no contact yet. Add one on the partner's page."))
    return contact


def _change_deal(deal: Deal, editable: Editable, value: Any, *, by: User, now: datetime) -> None:
    before = values_of(deal)
    former_manager = deal.manager_id
    if editable.name in PRICE:
        set_price(deal, **_price(deal, editable.name, value))
    else:
        editable.put(deal, value)
    _check(deal)
    deal.version += 1
    deal.save()
    if deal.manager_id != former_manager:
        deal.tasks.open().filter(assignee=former_manager).update(assignee=deal.manager, version=F("version") + 1)
    write_changes(deal, before, by=by, now=now)


def _price(deal: Deal, name: str, value: Any) -> dict[str, Any]:
    """The arguments of set_price: a new package or discount computes the amount anew."""
    if name == "discount_percent" and deal.list_price is None:
        raise RuleViolation("no_list_price", _("Choose the package first: the discount counts from its price."))
    return {"package": None, "discount_percent": None, "amount": None, name: value}


def _check(deal: Deal) -> None:
    """What a deal must never be, said at the field before the database says it."""
    if deal.term_starts_on and deal.term_ends_on and deal.term_ends_on < deal.term_starts_on:
        raise RuleViolation("term_ends_before_start", _("The term cannot end before it starts."), "term_ends_on")
    if deal.stage.role == StageRole.DUE and not (deal.amount and deal.package):
        raise RuleViolation("stage_needs_amount", _("On this status the renewal has its exact amount."), "amount")
    if deal.contact and (deal.contact.partner_id != deal.partner_id or deal.contact.archived_at):
        raise RuleViolation("foreign_contact", _("Choose a contact of this partner."), "contact")


def _change_neighbour(deal: Deal, owner: Model, editable: Editable, value: Any, *, by: User, now: datetime) -> None:
    before = editable.read(editable.of(owner))
    editable.put(owner, value)
    if isinstance(owner, Partner):
        owner.version += 1
    owner.save()
    after = editable.read(editable.of(owner))
    FieldChange.objects.create(deal=deal, field=editable.name, before=before, after=after, by=by, at=now)
