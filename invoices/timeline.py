"""What invoices and payments add to the timeline of a deal."""

from django.db.models import QuerySet, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext as _

from core import formatting
from deals.timeline import Entry, Line, Reach, Source, lines, register_source
from invoices.models import Allocation, Delivery, Invoice
from messaging.models import Channel, Message


def register() -> None:
    """Called once, when the app is ready."""
    for source in (
        Source("invoice", "money", "invoice.read", _issued, _issued_entry),
        Source("invoice_cancelled", "money", "invoice.read", _cancelled, _cancelled_entry),
        Source("invoice_sent", "money", "invoice.read", _sent, _sent_entry),
        Source("payment", "money", "payment.read", _payments, _payment_entry),
    ):
        register_source(source)


def _issued(reach: Reach) -> QuerySet:
    issued = Invoice.objects.filter(deal__in=reach.deals, issued_at__isnull=False)
    return lines(issued, at="issued_at", by="issued_by", a="number", b="pk", amount="amount")


def _issued_entry(line: Line) -> Entry:
    text = _("№ %(number)s for %(amount)s") % {"number": line.a, "amount": formatting.money(line.amount)}
    return Entry(line.at, "receipt-text", _("Invoice issued"), text, url=_url(line))


def _cancelled(reach: Reach) -> QuerySet:
    cancelled = Invoice.objects.filter(deal__in=reach.deals, cancelled_at__isnull=False)
    return lines(cancelled, at="cancelled_at", by="cancelled_by", a="number", b="pk", c="cancel_reason")


def _cancelled_entry(line: Line) -> Entry:
    text = _("№ %(number)s: %(reason)s") % {"number": line.a, "reason": line.c}
    return Entry(line.at, "receipt-text", _("Invoice cancelled"), text, url=_url(line))


def _sent(reach: Reach) -> QuerySet:
    """Letters only: the SMS goes with its letter."""
    letters = Delivery.objects.filter(invoice__deal__in=reach.deals, message__channel=Channel.EMAIL)
    return lines(
        letters,
        at="message__queued_at",
        by="message__queued_by",
        a="invoice__number",
        b="invoice__pk",
        c=Concat("message__state", Value(" "), "message__recipient"),
        deal="invoice__deal_id",
    )


def _sent_entry(line: Line) -> Entry:
    state, _space, recipient = line.c.partition(" ")
    words = {"number": line.a, "recipient": recipient, "state": Message.State(state).label.lower()}
    text = _("№ %(number)s to %(recipient)s: %(state)s") % words
    return Entry(line.at, "send", _("Invoice sent"), text, url=_url(line))


def _payments(reach: Reach) -> QuerySet:
    standing = Allocation.objects.standing().filter(invoice__deal__in=reach.deals)
    return lines(
        standing,
        at="created_at",
        by="created_by",
        a="invoice__number",
        b="invoice__pk",
        amount="amount",
        deal="invoice__deal_id",
    )


def _payment_entry(line: Line) -> Entry:
    words = {"amount": formatting.money(line.amount), "number": line.a}
    return Entry(line.at, "wallet", _("Payment"), _("%(amount)s for invoice № %(number)s") % words, url=_url(line))


def _url(line: Line) -> str:
    return reverse("invoices:invoice", args=[line.b])
