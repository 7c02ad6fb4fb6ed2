"""What an invoice is put together from, loaded once for a page: services, cities, offers, sellers, open deals."""

from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from catalog.models import City, ContractOffer, Service
from deals.models import Deal
from invoices.models import Invoice, Seller
from partners.models import Partner


@dataclass(frozen=True)
class Catalogue:
    services: list[Service]
    cities: list[City]
    offers: list[ContractOffer]
    sellers: list[Seller]
    deals: list[Deal]


def deal_name(deal: Deal) -> str:
    """A deal as the list of choices names it: «Продления, № 2318»."""
    return f"{deal.pipeline.name}, №\N{NO-BREAK SPACE}{deal.pk}"


def load_catalogue(user: User, partner: Partner, invoice: Invoice | None = None) -> Catalogue:
    """What is on sale now, and what the draft already uses even if it is not on sale any more."""
    used_services = invoice.lines.values("service") if invoice else []
    deal = Q(closed_at__isnull=True) | Q(pk=invoice.deal_id if invoice else None)
    return Catalogue(
        services=list(Service.objects.filter(Q(is_active=True) | Q(pk__in=used_services))),
        cities=list(City.objects.order_by("name")),
        offers=list(ContractOffer.objects.all()),
        sellers=list(Seller.objects.filter(Q(is_active=True) | Q(pk=invoice.seller_id if invoice else None))),
        deals=list(
            Deal.objects.visible_to(user)
            .filter(deal, partner=partner)
            .select_related("pipeline", "stage", "package__service", "service")
            .order_by("-pk")
        ),
    )
