"""Files of a partner: attaching, archiving, bringing back."""

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from core.errors import RuleViolation
from deals.models import Deal, PartnerFile
from files.actions import keep_file, set_archived
from partners.actions.locking import lock_partner
from partners.models import Partner


def attach_file(
    partner: Partner, sent: UploadedFile, *, by: User, now: datetime, deal: Deal | None = None
) -> PartnerFile:
    """Keep one file with the partner, and with one of its deals when it is named.

    Raises `deal_of_another` and what `files.actions.keep_file` raises.
    """
    require(by, "file.upload", partner)
    if deal is not None and deal.partner_id != partner.pk:
        raise RuleViolation("deal_of_another", _("This deal belongs to another partner."), "files")
    with operation("file.upload", by=by):
        partner = lock_partner(partner)
        stored = keep_file(sent, by=by, now=now)
        return PartnerFile.objects.create(partner=partner, deal=deal, file=stored)


def archive_file(attached: PartnerFile, *, by: User, now: datetime) -> PartnerFile:
    """Take the file out of the lists; nothing is deleted. Doing so twice changes nothing."""
    return _set_archived(attached, True, by, now)


def restore_file(attached: PartnerFile, *, by: User, now: datetime) -> PartnerFile:
    """Bring an archived file back."""
    return _set_archived(attached, False, by, now)


def _set_archived(attached: PartnerFile, is_archived: bool, by: User, now: datetime) -> PartnerFile:
    require(by, "file.archive", attached)
    with operation("file.archive", by=by, why="" if is_archived else "undo"):
        attached.file = set_archived(attached.file, is_archived, by=by, now=now)
    return attached
