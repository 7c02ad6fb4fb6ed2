"""The table of invoices, and the invoices of one deal and of one partner."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.permissions import may, permission
from core import moscow
from deals.models import Deal
from invoices.models import Invoice
from invoices.rules import PAYMENT_STATE_NAMES
from invoices.selectors import (
    InvoiceFilter,
    deal_invoices,
    deal_payments,
    list_page,
    partner_invoices,
    partner_payments,
    totals,
)
from partners.models import Partner

SHOWN_OF_PARTNER = 50


@permission("invoice.read")
def invoice_list(request: HttpRequest) -> HttpResponse:
    """The invoices of the reader's partners with filters in the address; the figures are for the same filter."""
    today = moscow.today(timezone.now())
    narrowed = InvoiceFilter.of(request.GET)
    rows, next_key = list_page(request.user, narrowed, today, request.GET.get("after", ""))
    context = {
        "filter": narrowed,
        "rows": rows,
        "next_key": next_key,
        "totals": totals(request.user, narrowed, today),
        "today": today,
        "states": Invoice.State.choices,
        "payment_states": PAYMENT_STATE_NAMES.items(),
        "can_draft": may(request.user, "invoice.draft"),
    }
    return render(request, "invoices/list.html", context)


@permission("invoice.read")
def of_deal(request: HttpRequest, deal_pk: int) -> HttpResponse:
    """The invoices of a deal: a fragment for the deal card, a page of their own without scripts."""
    deal = get_object_or_404(Deal.objects.visible_to(request.user).select_related("partner", "pipeline"), pk=deal_pk)
    today = moscow.today(timezone.now())
    rows, paid = deal_invoices(deal, request.user, today), deal_payments(deal, request.user)
    context = {
        "deal": deal,
        "rows": rows,
        "payments": paid,
        "paid": sum(each.amount for each in paid),
        "today": today,
        "can_draft": deal.is_open and may(request.user, "invoice.draft"),
    }
    return render(request, "invoices/_deal_invoices.html" if request.htmx else "invoices/of_deal.html", context)


@permission("invoice.read")
def of_partner(request: HttpRequest, partner_pk: int) -> HttpResponse:
    """The invoices and payments of a partner: a fragment for its page, a page of its own without scripts."""
    partner = get_object_or_404(Partner.objects.visible_to(request.user), pk=partner_pk)
    today = moscow.today(timezone.now())
    context = {
        "partner": partner,
        "rows": partner_invoices(partner, request.user, today, limit=SHOWN_OF_PARTNER),
        "payments": partner_payments(partner, request.user, limit=SHOWN_OF_PARTNER),
        "today": today,
    }
    template = "invoices/_partner_invoices.html" if request.htmx else "invoices/of_partner.html"
    return render(request, template, context)
