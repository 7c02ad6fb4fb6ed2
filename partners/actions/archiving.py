"""Putting a partner into the archive and bringing it back."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from core.errors import RuleViolation
from partners.actions.locking import lock_any_partner, lock_partner
from partners.hooks import check_archiving
from partners.models import Partner


def archive_partner(partner: Partner, *, reason: str, by: User, now: datetime) -> Partner:
    """Put the partner out of the lists; its page, deals and money stay readable.

    Raises `reason_missing`, `partner_archived`, `partner_merged`, and what the higher rooms object (open deals).
    """
    require(by, "partner.archive", partner)
    if not reason.strip():
        raise RuleViolation("reason_missing", _("Write the reason."), "reason")
    with operation("partner.archive", by=by, why=reason.strip()):
        partner = lock_partner(partner)
        check_archiving(partner)
        partner.archived_at, partner.archive_reason = now, reason.strip()
        partner.version += 1
        partner.save()
    return partner


def restore_partner(partner: Partner, *, by: User) -> Partner:
    """Bring the partner back; doing so twice changes nothing. One that was merged comes back by undoing the merge."""
    require(by, "partner.archive", partner)
    with operation("partner.archive", by=by, why="undo"):
        partner = lock_any_partner(partner)
        if partner.merged_into_id:
            raise RuleViolation("partner_merged", _("This partner has been merged with another. Undo the merge."))
        if partner.archived_at:
            partner.archived_at, partner.archive_reason = None, ""
            partner.version += 1
            partner.save()
    return partner
