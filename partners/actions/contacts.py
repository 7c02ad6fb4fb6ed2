"""The people at a partner's: adding, changing, whom to call first, archiving."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from core.errors import RuleViolation, VersionConflict
from partners.actions.locking import lock_contact, lock_partner
from partners.duplicates import contacts_reached
from partners.models import Contact, Partner


@dataclass(frozen=True)
class ContactDraft:
    """A person as typed; phones in E.164."""

    name: str
    position: str = ""
    phone: str = ""
    phone_extension: str = ""
    second_phone: str = ""
    email: str = ""
    messenger: str = ""

    @property
    def phones(self) -> frozenset[str]:
        return frozenset(filter(None, (self.phone, self.second_phone)))

    @property
    def emails(self) -> frozenset[str]:
        return frozenset(filter(None, (self.email,)))


def add_contact(partner: Partner, draft: ContactDraft, *, by: User, is_another: bool = True) -> Contact:
    """Write one more person down; the first is the main contact.

    Raises `contact_needs_name`, `partner_archived`; and `contact_exists` when somebody with this phone or e-mail is
    here already, unless `is_another`.
    """
    require(by, "contact.update", partner)
    _check(draft)
    with operation("contact.update", by=by):
        partner = lock_partner(partner)
        if not is_another and contacts_reached(draft.phones, draft.emails).exists():
            raise RuleViolation("contact_exists", _("Somebody with this phone or e-mail is here already."))
        is_first = not partner.contacts.in_use().exists()
        return Contact.objects.create(partner=partner, is_primary=is_first, **asdict(draft))


def update_contact(contact: Contact, draft: ContactDraft, *, by: User, seen: ContactDraft | None = None) -> Contact:
    """Raises `contact_needs_name`, `contact_archived`, `partner_archived`; VersionConflict when it is not as `seen`."""
    require(by, "contact.update", contact)
    _check(draft)
    with operation("contact.update", by=by):
        contact = lock_contact(contact)
        if seen and any(getattr(contact, name) != value for name, value in asdict(seen).items()):
            raise VersionConflict(_("Somebody has changed this contact meanwhile. Look at it as it is now."))
        for name, value in asdict(draft).items():
            setattr(contact, name, value)
        contact.save()
    return contact


def make_main(contact: Contact, *, by: User) -> Contact:
    """From now on this one is called first. Doing so twice changes nothing."""
    require(by, "contact.update", contact)
    with operation("contact.update", by=by):
        contact = lock_contact(contact)
        _give_main(contact)
    return contact


def archive_contact(contact: Contact, *, by: User, now: datetime) -> Contact:
    """Take the person out of the lists; deals that name him keep doing so. The next one becomes the main contact."""
    require(by, "contact.archive", contact)
    with operation("contact.archive", by=by):
        contact = lock_contact(contact)
        contact.archived_at, contact.is_primary = now, False
        contact.save()
        ensure_main(contact.partner)
    return contact


def restore_contact(contact: Contact, *, by: User) -> Contact:
    """Bring the person back; doing so twice changes nothing. Raises `contact_merged`."""
    require(by, "contact.archive", contact)
    with operation("contact.archive", by=by, why="undo"):
        lock_partner(contact.partner)
        contact = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
        if contact.merged_into_id:
            raise RuleViolation("contact_merged", _("This contact has been merged with another. Undo the merge."))
        if contact.archived_at:
            contact.archived_at = None
            contact.is_primary = not contact.partner.contacts.in_use().filter(is_primary=True).exists()
            contact.save()
    return contact


def ensure_main(partner: Partner) -> None:
    """Whoever has been there longest is the main contact, when there is none. Inside an operation."""
    people = partner.contacts.in_use().order_by("pk")
    if not people.filter(is_primary=True).exists() and (first := people.first()):
        _give_main(first)


def _give_main(contact: Contact) -> None:
    """The database allows one main contact: the former one is relieved first."""
    for former in contact.partner.contacts.filter(is_primary=True).exclude(pk=contact.pk):
        former.is_primary = False
        former.save(update_fields=["is_primary"])
    if not contact.is_primary:
        contact.is_primary = True
        contact.save(update_fields=["is_primary"])


def _check(draft: ContactDraft) -> None:
    if not draft.name.strip():
        raise RuleViolation("contact_needs_name", _("Enter whom to call."), "name")
