"""Reading partners and contacts for their own pages."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import User
from partners.duplicates import Signs, Twin, find_twins
from partners.filters import search_partners
from partners.models import Contact, ContactMerge, Partner, PartnerMerge

CANDIDATES_SHOWN = 20


def get_partner(user: User, pk: int, permission: str = "partner.read") -> Partner:
    """The partner, or 404 when it is not the user's to see."""
    partners = Partner.objects.visible_to(user, permission).select_related("city", "manager", "contract_offer")
    return get_object_or_404(partners, pk=pk)


def get_contact(user: User, pk: int) -> Contact:
    """The contact, or 404 when it is not the user's to see."""
    contacts = Contact.objects.visible_to(user).select_related("partner__city", "partner__manager")
    return get_object_or_404(contacts, pk=pk)


def heir_of(pk: int) -> int:
    """Where a partner's page is now: its own key, or that of the one it has been merged into, however often."""
    seen = {pk}
    while (following := Partner.objects.filter(pk=pk).values_list("merged_into", flat=True).first()) is not None:
        if following in seen:
            raise Http404
        seen.add(following)
        pk = following
    return pk


def merge_candidates(user: User, partner: Partner, text: str) -> tuple[list[Twin], list[Partner]]:
    """With whom the partner may be merged: those very like, and those found by what was typed."""
    others = Partner.objects.visible_to(user, "partner.merge").filter(archived_at__isnull=True).exclude(pk=partner.pk)
    found = (
        search_partners(others, text).select_related("city", "manager").order_by("name", "pk")
        if text
        else others.none()
    )
    return find_twins(Signs.of_partner(partner), besides=partner), list(found[:CANDIDATES_SHOWN])


def standing_merges(partner: Partner) -> QuerySet[PartnerMerge]:
    """What has been merged into the partner and not taken apart again, the latest first."""
    return partner.merges_won.filter(undone_at__isnull=True).select_related("loser", "by").order_by("-at")


def contacts_of(partner: Partner) -> dict[str, list[Contact]]:
    """The people at the partner's: in use, and archived ones, these with the merge that can be undone in `merge_pk`."""
    undoable = ContactMerge.objects.filter(loser=OuterRef("pk"), undone_at__isnull=True).values("pk")[:1]
    people = list(partner.contacts.annotate(merge_pk=Subquery(undoable)))
    return {
        "contacts": [each for each in people if not each.archived_at],
        "archived_contacts": [each for each in people if each.archived_at],
    }


def last_change(record: Partner | Contact) -> dict[str, Any]:
    """Who has changed the record last, by the audit trail, and when: {"who", "when"}; "" when nobody is known."""
    event = record.events.select_related("pgh_context").order_by("-pgh_id").first()
    person = event and event.pgh_context and event.pgh_context.metadata.get("user")
    user = User.objects.filter(pk=person).first() if person else None
    return {"who": user.full_name if user else "", "when": event.pgh_created_at if event else None}
