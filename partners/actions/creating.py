"""Bringing a partner into the house."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from catalog.models import City, ContractOffer
from core import moscow
from core.audit import operation
from core.errors import RuleViolation
from partners.duplicates import Signs, find_twins
from partners.models import Contact, LegalKind, Partner


@dataclass(frozen=True)
class PartnerDraft:
    """A new partner and its main contact, as somebody typed them."""

    name: str
    city: City
    legal_kind: str = LegalKind.COMPANY
    legal_name: str = ""
    inn: str = ""
    kpp: str = ""
    address: str = ""
    contact_name: str = ""
    phone: str = ""
    phone_extension: str = ""
    email: str = ""
    external_id: str = ""
    site: str = ""


def add_partner(draft: PartnerDraft, *, manager: User, partner_since: date) -> Partner:
    """Create the partner with its main contact, inside the caller's operation.

    Raises `partner_exists` when one with this INN, or with this name in this city, is already here.
    """
    same = Q(inn=draft.inn) if draft.inn else Q(name__iexact=draft.name, city=draft.city)
    if existing := Partner.objects.filter(same).first():
        message = _("This partner is already here: %(name)s.") % {"name": existing.name}
        raise RuleViolation("partner_exists", message, "inn" if draft.inn else "name")
    return _write(draft, manager=manager, partner_since=partner_since)


def create_partner(draft: PartnerDraft, *, manager: User, by: User, now: datetime, is_another: bool = False) -> Partner:
    """Write a partner down by hand. Whoever does it sees it from then on.

    Raises `partner_exists` when somebody very like is already here, unless `is_another` says that it is not the same;
    `not_a_support_manager`.
    """
    require(by, "partner.create")
    if not User.objects.support_managers().filter(pk=manager.pk).exists():
        raise RuleViolation("not_a_support_manager", _("Choose a support manager."), "manager")
    with operation("partner.create", by=by):
        if not is_another and find_twins(Signs.of_draft(draft)):
            raise RuleViolation("partner_exists", _("Such a partner seems to be here already. Look at it below."))
        partner = _write(draft, manager=manager, partner_since=moscow.today(now))
        partner.created_by = by
        partner.save(update_fields=["created_by"])
    return partner


def _write(draft: PartnerDraft, *, manager: User, partner_since: date) -> Partner:
    partner = Partner.objects.create(
        name=draft.name.strip(),
        legal_kind=draft.legal_kind,
        legal_name=draft.legal_name.strip(),
        inn=draft.inn,
        kpp=draft.kpp,
        address=draft.address.strip(),
        city=draft.city,
        manager=manager,
        contract_offer=ContractOffer.objects.order_by("-dated_on", "-pk").first(),
        partner_since=partner_since,
        external_id=draft.external_id,
        site=draft.site,
    )
    if draft.contact_name or draft.phone or draft.email:
        Contact.objects.create(
            partner=partner,
            name=draft.contact_name.strip() or draft.name.strip(),
            phone=draft.phone,
            phone_extension=draft.phone_extension,
            email=draft.email,
            is_primary=True,
        )
    return partner
