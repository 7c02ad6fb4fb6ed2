"""What a person has opened lately: partners, deals and invoices, the last one first. Kept for a month in the cache."""

from datetime import datetime

from django.core.cache import cache

from accounts.models import User
from deals.models import Deal
from invoices.models import Invoice
from partners.models import Partner
from search.results import Result
from search.rows import deal_results, invoice_results, partner_results

KEPT = 8
SHOWN = 5
KEPT_FOR = 30 * 24 * 3600

Opened = tuple[str, int]


def remember(user: User, kind: str, pk: int) -> None:
    """Put this on top of what the person has opened."""
    opened = [each for each in _opened(user) if each != (kind, pk)]
    cache.set(_key(user), [(kind, pk), *opened][:KEPT], KEPT_FOR)


def recent(user: User, now: datetime) -> list[Result]:
    """What is still the person's to see, the last first; at most one query a kind."""
    opened = _opened(user)
    shown: dict[Opened, Result] = {}
    if partners := _of(opened, "partner"):
        results = partner_results(Partner.objects.visible_to(user).filter(pk__in=partners), user, now)
        shown |= {("partner", result.pk): result for result in results}
    if deals := _of(opened, "deal"):
        results = deal_results(Deal.objects.visible_to(user).filter(pk__in=deals), now)
        shown |= {("deal", result.pk): result for result in results}
    if invoices := _of(opened, "invoice"):
        results = invoice_results(Invoice.objects.visible_to(user).filter(pk__in=invoices), now)
        shown |= {("invoice", result.pk): result for result in results}
    return [shown[each] for each in opened if each in shown][:SHOWN]


def _opened(user: User) -> list[Opened]:
    return [(kind, pk) for kind, pk in cache.get(_key(user), [])]


def _of(opened: list[Opened], kind: str) -> list[int]:
    return [pk for each, pk in opened if each == kind]


def _key(user: User) -> str:
    return f"search.recent:{user.pk}"
