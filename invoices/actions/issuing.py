"""Issuing: from here on the invoice never changes (R9)."""

from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core import moscow
from core.audit import operation
from core.errors import RuleViolation
from deals.actions import invoice_was_issued
from invoices import qr
from invoices.actions.locking import lock_invoice
from invoices.document import compose_purpose, document_of, payee
from invoices.models import CustomerRequest, Invoice, InvoiceCounter, InvoicePdf, IssueRequest, Seller
from invoices.pdf import invoice_pdf
from invoices.telling import tell_of_answer


def issue_invoice(invoice: Invoice, *, by: User | None, now: datetime, version: int | None = None) -> Invoice:
    """Give the draft its number, keep the seller's details, purpose and PDF as they are, and move the deal on.

    The number is the next one of the seller in the year of the invoice's date, without a gap: it is taken in the same
    transaction, so that a failure gives it back. Raises `invoice_already_issued`, `invoice_needs_lines`,
    `invoice_needs_buyer`, `invoice_needs_amount`, `invoice_date_in_future`, `due_has_passed`, `service_not_on_sale`,
    `purpose_…` (R7), `qr_…`, `pdf_unavailable`, version_conflict.
    """
    require(by, "invoice.issue", invoice)
    with operation("invoice.issue", by=by):
        invoice = lock_invoice(invoice, version=version)
        lines = list(invoice.lines.select_related("service", "city"))
        _check(invoice, lines, now)
        if invoice.deal:
            invoice_was_issued(invoice.deal, due_on=invoice.due_on, by=by, now=now)
        invoice.seller_details = invoice.seller.details()
        invoice.vat_mode = invoice.seller.vat_mode
        invoice.year = invoice.dated_on.year
        invoice.number = take_number(invoice.seller, invoice.year)
        invoice.purpose = compose_purpose(invoice, lines, invoice.number).require()
        qr.payload(payee(invoice.seller_details), invoice.amount, invoice.purpose)
        invoice.state, invoice.issued_by, invoice.issued_at = Invoice.State.ISSUED, by, now
        invoice.version += 1
        content = invoice_pdf(document_of(invoice, lines, invoice.number))
        invoice.save()
        InvoicePdf.objects.create(invoice=invoice, content=content, sha256=sha256(content).hexdigest())
        CustomerRequest.objects.filter(invoice=invoice).update(state=CustomerRequest.State.INVOICED)
        _answer_asker(invoice, by=by, now=now)
    return invoice


def check_draft(invoice: Invoice, now: datetime) -> None:
    """Raise what issuing the draft would refuse now, without the picture."""
    lines = list(invoice.lines.select_related("service", "city"))
    _check(invoice, lines, now)
    compose_purpose(invoice, lines, next_number(invoice.seller, invoice.dated_on.year)).require()


def stored_pdf(invoice: Invoice) -> bytes:
    """The document as it was issued; for an invoice that came here by import, made from what it keeps and stored."""
    stored = InvoicePdf.objects.filter(invoice=invoice).first()
    if stored is None:
        lines = list(invoice.lines.select_related("city"))
        content = invoice_pdf(document_of(invoice, lines, invoice.number))
        defaults = {"content": content, "sha256": sha256(content).hexdigest()}
        stored, _created = InvoicePdf.objects.get_or_create(invoice=invoice, defaults=defaults)
    return bytes(stored.content)


def take_number(seller: Seller, year: int) -> int:
    """The next number, inside the caller's transaction; the row stays locked until that ends."""
    counter, _created = InvoiceCounter.objects.get_or_create(seller=seller, year=year)
    InvoiceCounter.objects.filter(pk=counter.pk).update(last_number=F("last_number") + 1)
    return InvoiceCounter.objects.values_list("last_number", flat=True).get(pk=counter.pk)


def next_number(seller: Seller, year: int) -> int:
    """The number that would be taken now: for showing only, somebody else may take it first."""
    last = InvoiceCounter.objects.filter(seller=seller, year=year).values_list("last_number", flat=True).first()
    return (last or 0) + 1


def _answer_asker(invoice: Invoice, *, by: User | None, now: datetime) -> None:
    """Whoever has issued it: the colleague who asked for it is told (R15)."""
    asked = IssueRequest.objects.open().select_related("asked_by").filter(invoice=invoice).first()
    if asked is None:
        return
    asked.answered_by, asked.answered_at = by, now
    asked.save(update_fields=["answered_by", "answered_at"])
    asked.invoice = invoice
    tell_of_answer(asked, now)


def _check(invoice: Invoice, lines: list, now: datetime) -> None:
    """What a draft may lack and an invoice may not."""
    today = moscow.today(now)
    if invoice.state != Invoice.State.DRAFT:
        raise RuleViolation("invoice_already_issued", _("This invoice is already issued and never changes."))
    if not lines:
        raise RuleViolation("invoice_needs_lines", _("Add a service: each one is a line of its own."), "lines")
    if not invoice.buyer_name.strip():
        raise RuleViolation("invoice_needs_buyer", _("Write who pays."), "buyer_name")
    if invoice.amount <= Decimal(0):
        raise RuleViolation("invoice_needs_amount", _("An invoice is for a sum above zero. Enter the prices."), "lines")
    if not invoice.seller.is_active:
        raise RuleViolation("seller_not_active", _("This seller issues no invoices any more."), "seller")
    if invoice.dated_on > today:
        raise RuleViolation("invoice_date_in_future", _("The date of an invoice is today or earlier."), "dated_on")
    if invoice.due_on < today:
        raise RuleViolation("due_has_passed", _("The last day for paying has passed. Choose a later one."), "due_on")
    for index, line in enumerate(lines):
        if not line.service.is_active:
            message = _("Line %(n)s: this service is no longer on sale.") % {"n": index + 1}
            raise RuleViolation("service_not_on_sale", message, f"lines-{index}-service")
