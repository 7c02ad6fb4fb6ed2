"""Changing what is known of a partner."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from core.errors import RuleViolation
from partners.actions.locking import lock_partner
from partners.hooks import tell_reassigned
from partners.models import Partner

EDITABLE = (
    "name", "city", "site", "legal_kind", "legal_name", "inn", "kpp", "address", "contract_offer", "manager",
)  # fmt: skip


def update_partner(partner: Partner, values: dict[str, Any], *, version: int, by: User, now: datetime) -> Partner:
    """Give the partner these values; only the names of EDITABLE. Another manager also gets the partner's open work.

    Raises VersionConflict, `partner_archived`, `partner_merged`, `not_a_support_manager`; PermissionDenied for another
    manager without the right to reassign.
    """
    require(by, "partner.update", partner)
    if unknown := set(values) - set(EDITABLE):
        raise KeyError(unknown)
    with operation("partner.update", by=by):
        partner = lock_partner(partner, version=version)
        former = partner.manager
        changed = {name: value for name, value in values.items() if getattr(partner, name) != value}
        if "manager" in changed:
            _check_manager(changed["manager"], partner, by)
        for name, value in changed.items():
            setattr(partner, name, value)
        if changed:
            partner.version += 1
            partner.save()
        if "manager" in changed:
            tell_reassigned(partner, former, by=by, now=now)
    return partner


def _check_manager(manager: User, partner: Partner, by: User) -> None:
    require(by, "partner.reassign", partner)
    if not User.objects.support_managers().filter(pk=manager.pk).exists():
        raise RuleViolation("not_a_support_manager", _("Choose a support manager."), "manager")
