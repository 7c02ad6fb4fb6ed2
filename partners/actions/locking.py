"""Reading partners and contacts again under a lock. Order of locks everywhere: partner, contact, deal."""

from django.utils.translation import gettext as _

from core.errors import RuleViolation, VersionConflict
from partners.models import Contact, Partner


def lock_partner(partner: Partner, *, version: int | None = None) -> Partner:
    """The partner in work as it is now, locked until the transaction ends.

    Raises `partner_merged`, `partner_archived`, and VersionConflict when somebody has changed it since `version`.
    """
    locked = lock_any_partner(partner)
    check_in_work(locked)
    if version is not None and locked.version != version:
        raise VersionConflict(_("Somebody has changed this partner meanwhile. Look at it as it is now."))
    return locked


def check_in_work(partner: Partner) -> None:
    """Raises `partner_merged`, `partner_archived`."""
    if partner.merged_into_id:
        raise RuleViolation("partner_merged", _("This partner has been merged with another. Open that one."))
    if partner.archived_at:
        raise RuleViolation("partner_archived", _("The partner is in the archive. Bring it back first."))


def lock_any_partner(partner: Partner) -> Partner:
    """The same of a partner in whatever state.

    Not a lock of the key: a comment being saved on a deal refers to the partner while it holds the deal, for which we
    may wait next.
    """
    Partner.objects.select_for_update(no_key=True).only("pk").get(pk=partner.pk)
    return Partner.objects.select_related("city", "manager").get(pk=partner.pk)


def lock_contact(contact: Contact) -> Contact:
    """The contact in use as it is now; its partner is locked first. Raises `contact_archived` too."""
    lock_partner(contact.partner)
    locked = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if locked.archived_at:
        raise RuleViolation("contact_archived", _("This contact is in the archive. Bring it back first."))
    return locked
