"""A mistake in an issued invoice is cancelled and issued anew, both linked (R9)."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core import moscow
from core.audit import operation
from core.errors import RuleViolation
from invoices.actions.locking import lock_invoice, require_issued
from invoices.models import Invoice, InvoiceLine


def cancel_invoice(
    invoice: Invoice, *, reason: str, by: User | None, now: datetime, version: int | None = None
) -> Invoice:
    """Mark an issued invoice as cancelled, with the reason; it stays, with its number.

    Raises `cancel_needs_reason`, `invoice_not_issued`, `invoice_has_payments`, version_conflict.
    """
    require(by, "invoice.cancel", invoice)
    if not reason.strip():
        raise RuleViolation("cancel_needs_reason", _("Write why the invoice is cancelled."), "reason")
    with operation("invoice.cancel", by=by, why=reason):
        invoice = lock_invoice(invoice, version=version)
        require_issued(invoice)
        if invoice.allocations.standing().exists():
            message = _("Money has come for this invoice, so it cannot be cancelled.")
            raise RuleViolation("invoice_has_payments", message, "reason")
        invoice.state, invoice.cancel_reason = Invoice.State.CANCELLED, reason.strip()
        invoice.cancelled_at, invoice.cancelled_by = now, by
        invoice.version += 1
        invoice.save()
    return invoice


def reissue_invoice(invoice: Invoice, *, by: User | None, now: datetime) -> Invoice:
    """A draft with all that the cancelled invoice says, to be mended and issued instead of it; asking again gives it.

    Dated today, with the seller's term for paying. Raises `invoice_not_cancelled`.
    """
    require(by, "invoice.draft", invoice)
    with operation("invoice.draft", by=by, why="reissue"):
        invoice = lock_invoice(invoice)
        if invoice.state != Invoice.State.CANCELLED:
            raise RuleViolation("invoice_not_cancelled", _("Cancel the invoice first, then issue it anew."))
        if replacement := Invoice.objects.filter(replaces=invoice).first():
            return replacement
        return _copy(invoice, by=by, now=now)


def _copy(invoice: Invoice, *, by: User | None, now: datetime) -> Invoice:
    today = moscow.today(now)
    draft = Invoice.objects.create(
        seller=invoice.seller,
        partner=invoice.partner,
        deal=invoice.deal,
        dated_on=today,
        due_on=today + timedelta(days=invoice.seller.invoice_valid_days),
        contract_offer=invoice.contract_offer,
        buyer_kind=invoice.buyer_kind,
        buyer_name=invoice.buyer_name,
        buyer_inn=invoice.buyer_inn,
        buyer_kpp=invoice.buyer_kpp,
        buyer_address=invoice.buyer_address,
        buyer_email=invoice.buyer_email,
        buyer_phone=invoice.buyer_phone,
        vat_mode=invoice.seller.vat_mode,
        amount=invoice.amount,
        created_by=by,
        replaces=invoice,
    )
    lines = list(invoice.lines.all())
    for line in lines:
        line.pk, line.invoice, line.unpaid_reason, line.unpaid_note = None, draft, "", ""
    InvoiceLine.objects.bulk_create(lines)
    return draft
