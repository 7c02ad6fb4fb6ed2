"""Everything that the page of one invoice shows, read once."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.shortcuts import get_object_or_404

from accounts.models import User
from accounts.permissions import may
from invoices.models import Allocation, Invoice, InvoiceLine, Payment
from invoices.rules import Badge, PaymentState, is_overdue, payment_state, remainder
from invoices.selectors.listing import state_badge


@dataclass(frozen=True)
class InvoicePage:
    """An invoice with its lines, the money that came, and what this reader may do with it. Sums in roubles."""

    invoice: Invoice
    lines: list[InvoiceLine]
    allocations: list[Allocation]
    taken_back: list[Allocation]
    waiting: list[Payment]
    paid: Decimal
    left: Decimal
    payment_state: PaymentState
    is_overdue: bool
    badge: Badge
    replaced_by: Invoice | None
    can_record: bool
    can_confirm: bool
    can_explain: bool
    can_cancel: bool
    can_reissue: bool
    can_offer: bool
    can_send: bool


def get_invoice(user: User, pk: int) -> Invoice:
    """The invoice with its neighbours and `paid_amount`, or 404 when it is not the user's to see."""
    invoices = Invoice.objects.visible_to(user).with_paid_amount()
    related = ("seller", "partner__city", "partner__manager", "deal__stage", "deal__pipeline", "contract_offer")
    people = ("created_by", "issued_by", "cancelled_by", "replaces", "replaced_by", "request")
    return get_object_or_404(invoices.select_related(*related, *people), pk=pk)


def invoice_page(invoice: Invoice, user: User, today: date) -> InvoicePage:
    """The context of the page; `invoice` comes from get_invoice."""
    paid = invoice.paid_amount
    payment = payment_state(invoice.amount, paid)
    issued = invoice.state == Invoice.State.ISSUED
    left = remainder(invoice.amount, paid)
    found = invoice.allocations.select_related("payment__recorded_by", "payment__confirmed_by", "reversed_by")
    allocations = list(found.order_by("payment__paid_on", "pk"))
    waiting = Payment.objects.filter(recorded_for=invoice, confirmed_at__isnull=True, declined_at__isnull=True)
    return InvoicePage(
        invoice=invoice,
        lines=list(invoice.lines.select_related("city")),
        allocations=[each for each in allocations if each.reversed_at is None],
        taken_back=[each for each in allocations if each.reversed_at],
        waiting=list(waiting.select_related("recorded_by").order_by("pk")) if issued else [],
        paid=paid,
        left=left,
        payment_state=payment,
        is_overdue=issued and is_overdue(invoice.amount, paid, invoice.due_on, today),
        badge=state_badge(invoice.state, invoice.amount, paid),
        replaced_by=getattr(invoice, "replaced_by", None),
        can_record=issued and left > 0 and may(user, "payment.record"),
        can_confirm=issued and may(user, "payment.confirm"),
        can_explain=issued and left > 0 and may(user, "payment.explain"),
        can_cancel=issued and paid == 0 and may(user, "invoice.cancel"),
        can_reissue=invoice.state == Invoice.State.CANCELLED and may(user, "invoice.draft"),
        can_offer=may(user, "deal.create") and may(user, "deal.update"),
        can_send=issued and may(user, "invoice.send"),
    )
