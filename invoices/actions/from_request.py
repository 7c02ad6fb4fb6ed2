"""From a customer request to the draft of an invoice in one step (R20)."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core import moscow
from core.audit import operation
from core.errors import RuleViolation
from deals.models import Deal, PipelineCode
from invoices.actions.drafting import InvoiceDraft, LineDraft, save_draft
from invoices.actions.requests import begin, lock_request, require_open
from invoices.models import CustomerRequest, Invoice, Seller


def draft_from_request(request: CustomerRequest, *, by: User, now: datetime) -> Invoice:
    """A draft with the payer's details and a line for each service; asking again gives the same one.

    Raises `request_needs_partner`, `request_done`, `no_seller` and what save_draft may raise.
    """
    require(by, "customer_request.answer", request)
    with operation("customer_request.answer", by=by):
        request = lock_request(request)
        if request.invoice:
            return request.invoice
        require_open(request)
        if request.partner is None:
            raise RuleViolation("request_needs_partner", _("Say first whose request this is."), "partner")
        request.invoice = save_draft(_draft(request, now), by=by, now=now)
        begin(request, by=by, now=now)
        request.save()
        return request.invoice


def _draft(request: CustomerRequest, now: datetime) -> InvoiceDraft:
    seller = Seller.objects.filter(is_active=True).order_by("-is_default", "pk").first()
    if seller is None:
        raise RuleViolation("no_seller", _("Add our company with its bank account in the reference data first."))
    today = moscow.today(now)
    deal = _deal(request)
    return InvoiceDraft(
        partner=request.partner,
        seller=seller,
        dated_on=today,
        due_on=today + timedelta(days=seller.invoice_valid_days),
        buyer_name=request.payer_name,
        buyer_kind=request.payer_kind,
        buyer_inn=request.tax_number,
        buyer_kpp=request.kpp,
        buyer_address=request.address,
        buyer_email=request.email,
        buyer_phone=request.phone,
        deal=deal,
        contract_offer=request.partner.contract_offer,
        lines=_lines(request, deal),
    )


def _lines(request: CustomerRequest, deal: Deal | None) -> list[LineDraft]:
    """What is on sale of the services asked for; what the deal sells stands at the deal's exact sum (R6)."""
    lines = []
    sold = deal and (deal.service or (deal.package and deal.package.service))
    if sold and (request.wants_renewal or deal.service):
        lines.append(LineDraft(sold, sold.price if deal.amount is None else deal.amount, city=_city(request, sold)))
    for service in request.services.filter(is_active=True):
        if service != sold:
            lines.append(LineDraft(service, service.price, city=_city(request, service)))
    return lines


def _city(request: CustomerRequest, service):
    return request.city if service.is_marketing else None


def _deal(request: CustomerRequest) -> Deal | None:
    """The open deal that the request is about: the renewal, or the one offer of a service asked for."""
    deals = Deal.objects.open().filter(partner=request.partner).select_related("service", "package__service")
    if request.wants_renewal:
        return deals.filter(pipeline=PipelineCode.RENEWAL).order_by("pk").first()
    offered = list(deals.filter(pipeline=PipelineCode.ADDON, service__in=request.services.all()).order_by("pk")[:2])
    return offered[0] if len(offered) == 1 else None
