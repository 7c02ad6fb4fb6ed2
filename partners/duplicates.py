"""Who is very like: the same phone, e-mail or tax number, or nearly the same name in the same city."""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalog.models import City
from partners.models import FOLDED_NAME, Contact, Partner

if TYPE_CHECKING:
    from partners.actions.creating import PartnerDraft

LIKE_ENOUGH = 0.65
"""How much of the name, of 1, stands in the other one in the same city, counted in trigrams."""

TWINS_SHOWN = 8
CONTACTS_READ = 20
LEGAL_FORMS = re.compile(r"\b(ООО|ИП|АО|ПАО|ТОО|ФОП|ТОВ|ЮРИДИЧЕСКАЯ КОМПАНИЯ|ЮК)\b|[«»\"'.,]")

REASONS = {
    "inn": _("the same INN"),
    "phone": _("the same phone"),
    "email": _("the same e-mail"),
    "name": _("a like name in the same city"),
}


@dataclass(frozen=True)
class Signs:
    """What a partner is recognised by. Phones in E.164."""

    name: str
    city: City | None
    inn: str = ""
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()

    @classmethod
    def of_draft(cls, draft: "PartnerDraft") -> "Signs":
        phones, emails = filter(None, [draft.phone]), filter(None, [draft.email.lower()])
        return cls(draft.name, draft.city, draft.inn, frozenset(phones), frozenset(emails))

    @classmethod
    def of_partner(cls, partner: Partner) -> "Signs":
        contacts = list(partner.contacts.in_use())
        phones = {phone for each in contacts for phone in (each.phone, each.second_phone) if phone}
        emails = {each.email.lower() for each in contacts if each.email}
        return cls(partner.name, partner.city, partner.inn, frozenset(phones), frozenset(emails))


@dataclass
class Twin:
    """A partner that may be the same, and by what."""

    partner: Partner
    reasons: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        return ", ".join(str(REASONS[reason]) for reason in self.reasons)


def find_twins(signs: Signs, *, besides: Partner | None = None) -> list[Twin]:
    """The partners in work that are very like, the surest first; at most eight. Three queries."""
    partners = Partner.objects.filter(archived_at__isnull=True).exclude(pk=besides.pk if besides else None)
    twins: dict[int, Twin] = {}

    def add(found: Iterable[Partner], reason: str) -> None:
        for partner in found:
            twin = twins.setdefault(partner.pk, Twin(partner))
            if reason not in twin.reasons:
                twin.reasons.append(reason)

    partners = partners.select_related("city", "manager")
    if signs.inn:
        add(partners.filter(inn=signs.inn).order_by("pk")[:TWINS_SHOWN], "inn")
    for contact in contacts_reached(signs.phones, signs.emails).filter(partner__in=partners)[:CONTACTS_READ]:
        by_phone = {contact.phone, contact.second_phone} & signs.phones
        add([contact.partner], "phone" if by_phone else "email")
    if signs.city and core_of(signs.name):
        add(_namesakes(partners, signs), "name")
    return sorted(twins.values(), key=lambda twin: -len(twin.reasons))[:TWINS_SHOWN]


def contacts_reached(phones: Set[str], emails: Set[str]) -> QuerySet[Contact]:
    """The contacts in use that one of these phones (E.164) or e-mails reaches, at partners in work."""
    if not phones and not emails:
        return Contact.objects.none()
    reached = Q(phone__in=phones) | Q(second_phone__in=phones) | Q(email__in=emails)
    people = Contact.objects.in_use().filter(reached, partner__archived_at__isnull=True)
    return people.select_related("partner__city", "partner__manager").order_by("pk")


def core_of(name: str) -> str:
    """The name without its legal form and quotation marks, folded as the database folds it."""
    return " ".join(LEGAL_FORMS.sub(" ", name.upper().replace("Ё", "Е")).split())


def _namesakes(partners: QuerySet[Partner], signs: Signs) -> QuerySet[Partner]:
    like = partners.filter(city=signs.city).annotate(likeness=TrigramWordSimilarity(core_of(signs.name), FOLDED_NAME))
    return like.filter(likeness__gte=LIKE_ENOUGH).order_by("-likeness", "pk")[:TWINS_SHOWN]
