"""Writing a draft: anything may still change, and nothing is final."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from catalog.models import City, ContractOffer, Service
from core.audit import operation
from core.errors import RuleViolation
from deals.models import Deal
from invoices.actions.locking import lock_invoice
from invoices.models import CustomerRequest, Invoice, InvoiceLine, Seller
from invoices.rules import line_amount
from partners.models import LegalKind, Partner

MAX_LINES = 30
MAX_SUM = Decimal("9999999999.99")
"""What the column of the amount holds."""


@dataclass(frozen=True)
class LineDraft:
    """A line as somebody chose it: the rest comes from the catalogue. Price in roubles."""

    service: Service
    price: Decimal
    quantity: int = 1
    city: City | None = None


@dataclass(frozen=True)
class InvoiceDraft:
    """An invoice as somebody typed it. Parts may be missing: what an invoice needs is asked when it is issued."""

    partner: Partner
    seller: Seller
    dated_on: date
    due_on: date
    buyer_name: str
    buyer_kind: str = LegalKind.COMPANY
    buyer_inn: str = ""
    buyer_kpp: str = ""
    buyer_address: str = ""
    buyer_email: str = ""
    buyer_phone: str = ""
    deal: Deal | None = None
    contract_offer: ContractOffer | None = None
    lines: Sequence[LineDraft] = field(default_factory=list)


def save_draft(
    draft: InvoiceDraft,
    *,
    by: User | None,
    now: datetime,
    invoice: Invoice | None = None,
    version: int | None = None,
    request_key: UUID | None = None,
) -> Invoice:
    """Write a new draft, or an existing one anew. The same `request_key` sent again writes to the draft it made.

    Raises `invoice_already_issued` (R9), `deal_of_another_partner`, `too_many_lines`, `sum_too_large`,
    `purpose_needs_city` (R8), `due_before_date`, version_conflict.
    """
    require(by, "invoice.draft", draft.partner)
    if draft.deal:
        require(by, "deal.read", draft.deal)
    _check(draft)
    with operation("invoice.draft", by=by):
        if invoice is None and request_key:
            _one_after_another(request_key)
            invoice = Invoice.objects.filter(request_key=request_key, created_by=by).first()
        if invoice is not None:
            require(by, "invoice.draft", invoice)
            invoice = lock_invoice(invoice, version=version)
            if invoice.state != Invoice.State.DRAFT:
                raise RuleViolation("invoice_already_issued", _("This invoice is already issued and never changes."))
            invoice.lines.all().delete()
            invoice.version += 1
            fill(invoice, draft)
            invoice.save()
        else:
            invoice = fill(Invoice(created_by=by, request_key=request_key), draft)
            invoice.save()
        InvoiceLine.objects.bulk_create(lines_of(draft, invoice))
    return invoice


def _one_after_another(request_key: UUID) -> None:
    """Let the same form sent twice at once wait for its twin, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(request_key)])


def discard_draft(invoice: Invoice, *, by: User | None, now: datetime) -> None:
    """Throw a draft away; its number was never taken, its request waits anew. Raises `invoice_already_issued`."""
    require(by, "invoice.draft", invoice)
    with operation("invoice.draft", by=by, why="discarded"):
        invoice = lock_invoice(invoice)
        if invoice.state != Invoice.State.DRAFT:
            raise RuleViolation("invoice_already_issued", _("This invoice is already issued and never changes."))
        CustomerRequest.objects.filter(invoice=invoice).update(invoice=None)
        invoice.delete()


def fill(invoice: Invoice, draft: InvoiceDraft) -> Invoice:
    """Put what the draft says into the invoice, without saving it: the preview does this too."""
    invoice.partner, invoice.deal, invoice.seller = draft.partner, draft.deal, draft.seller
    invoice.dated_on, invoice.due_on, invoice.contract_offer = draft.dated_on, draft.due_on, draft.contract_offer
    invoice.buyer_kind, invoice.buyer_name = draft.buyer_kind, draft.buyer_name.strip()
    invoice.buyer_inn, invoice.buyer_kpp = draft.buyer_inn, draft.buyer_kpp
    invoice.buyer_address = draft.buyer_address.strip()
    invoice.buyer_email, invoice.buyer_phone = draft.buyer_email, draft.buyer_phone
    invoice.vat_mode = draft.seller.vat_mode
    invoice.amount = sum((line_amount(line.quantity, line.price) for line in draft.lines), Decimal(0))
    return invoice


def lines_of(draft: InvoiceDraft, invoice: Invoice) -> list[InvoiceLine]:
    """The lines with name, numbers and unit as the catalogue has them now (R8); not saved."""
    return [
        InvoiceLine(
            invoice=invoice,
            order=order,
            service=line.service,
            name=line.service.name,
            unit=line.service.unit,
            appendix_number=line.service.appendix_number,
            service_number=line.service.service_number,
            is_marketing=line.service.is_marketing,
            city=line.city if line.service.is_marketing else None,
            quantity=line.quantity,
            price=line.price,
            amount=line_amount(line.quantity, line.price),
        )
        for order, line in enumerate(draft.lines, start=1)
    ]


def _check(draft: InvoiceDraft) -> None:
    if draft.deal and draft.deal.partner_id != draft.partner.pk:
        raise RuleViolation("deal_of_another_partner", _("This deal belongs to another partner."), "deal")
    if draft.due_on < draft.dated_on:
        raise RuleViolation(
            "due_before_date", _("The last day for paying is before the date of the invoice."), "due_on"
        )
    if len(draft.lines) > MAX_LINES:
        message = _("An invoice has at most %(n)s lines. Make a second one for the rest.") % {"n": MAX_LINES}
        raise RuleViolation("too_many_lines", message, "lines")
    if sum(line_amount(line.quantity, line.price) for line in draft.lines) > MAX_SUM:
        raise RuleViolation("sum_too_large", _("This sum is larger than any invoice. Check the prices."), "lines")
    for index, line in enumerate(draft.lines):
        if line.service.is_marketing and line.city is None:
            message = _("Line %(n)s: choose the city; a marketing service needs it in the purpose of payment.")
            raise RuleViolation("purpose_needs_city", message % {"n": index + 1}, f"lines-{index}-city")
