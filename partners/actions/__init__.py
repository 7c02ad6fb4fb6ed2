"""Every verb that changes a partner or its contacts: one function, one transaction, one entry of the audit trail."""

from partners.actions.archiving import archive_partner, restore_partner
from partners.actions.contacts import (
    ContactDraft,
    add_contact,
    archive_contact,
    make_main,
    restore_contact,
    update_contact,
)
from partners.actions.creating import PartnerDraft, add_partner, create_partner
from partners.actions.editing import update_partner
from partners.actions.merging import merge_contacts, merge_partners, undo_contact_merge, undo_partner_merge

__all__ = [
    "ContactDraft",
    "PartnerDraft",
    "add_contact",
    "add_partner",
    "archive_contact",
    "archive_partner",
    "create_partner",
    "make_main",
    "merge_contacts",
    "merge_partners",
    "restore_contact",
    "restore_partner",
    "undo_contact_merge",
    "undo_partner_merge",
    "update_contact",
    "update_partner",
]
