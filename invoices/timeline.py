"""What invoices and payments add to the timeline of a deal."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from core import formatting
from deals.models import Deal
from deals.timeline import Entry, register_source
from invoices.models import Allocation, Invoice


def register() -> None:
    """Called once, when the app is ready."""
    for source in (invoices_issued, invoices_cancelled, payments):
        register_source(source)


def invoices_issued(deal: Deal, before: datetime, limit: int) -> list[Entry]:
    issued = Invoice.objects.filter(deal=deal, issued_at__lt=before).select_related("issued_by")
    return [
        Entry(
            at=invoice.issued_at,
            icon="receipt-text",
            title=_("Invoice issued"),
            text=_("№ %(number)s for %(amount)s")
            % {"number": invoice.number, "amount": formatting.money(invoice.amount)},
            by=invoice.issued_by.full_name if invoice.issued_by else "",
            url=reverse("invoices:invoice", args=[invoice.pk]),
        )
        for invoice in issued.order_by("-issued_at", "-pk")[:limit]
    ]


def invoices_cancelled(deal: Deal, before: datetime, limit: int) -> list[Entry]:
    cancelled = Invoice.objects.filter(deal=deal, cancelled_at__lt=before).select_related("cancelled_by")
    return [
        Entry(
            at=invoice.cancelled_at,
            icon="receipt-text",
            title=_("Invoice cancelled"),
            text=_("№ %(number)s: %(reason)s") % {"number": invoice.number, "reason": invoice.cancel_reason},
            by=invoice.cancelled_by.full_name if invoice.cancelled_by else "",
            url=reverse("invoices:invoice", args=[invoice.pk]),
        )
        for invoice in cancelled.order_by("-cancelled_at", "-pk")[:limit]
    ]


def payments(deal: Deal, before: datetime, limit: int) -> list[Entry]:
    standing = Allocation.objects.standing().filter(invoice__deal=deal, created_at__lt=before)
    return [
        Entry(
            at=allocation.created_at,
            icon="wallet",
            title=_("Payment"),
            text=_("%(amount)s for invoice № %(number)s")
            % {"amount": formatting.money(allocation.amount), "number": allocation.invoice.number},
            by=allocation.created_by.full_name if allocation.created_by else "",
            url=reverse("invoices:invoice", args=[allocation.invoice_id]),
        )
        for allocation in standing.select_related("invoice", "created_by").order_by("-created_at", "-pk")[:limit]
    ]
