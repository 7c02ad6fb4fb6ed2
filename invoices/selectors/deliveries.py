"""How an invoice went out: its messages, newest first, with every try (R10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.permissions import may
from deals.models import Deal
from invoices.models import Delivery, Invoice
from messaging.models import Attempt, Channel, Message
from messaging.selectors import Badge, state_badge

SOON = timedelta(minutes=2)


@dataclass(frozen=True)
class DeliveryRow:
    """A message of the invoice as its page shows it."""

    message: Message
    badge: Badge
    attempts: list[Attempt]

    @property
    def icon(self) -> str:
        return "mail" if self.message.channel == Channel.EMAIL else "message-square"

    def is_moving(self, now: datetime) -> bool:
        """Whether its state is about to change: the page looks again."""
        return self.message.state == Message.State.QUEUED and self.message.due_at < now + SOON


def delivery_rows(invoice: Invoice) -> list[DeliveryRow]:
    """Two queries, however many messages."""
    deliveries = invoice.deliveries.select_related("message__queued_by").prefetch_related("message__attempts")
    messages = [delivery.message for delivery in deliveries.order_by("-message__queued_at", "pk")]
    return [DeliveryRow(message, state_badge(message), list(message.attempts.all())) for message in messages]


def deals_with_undelivered() -> QuerySet[Deal]:
    """Deals with an issued invoice whose last letter or last SMS failed or is on hold.

    An invoice without a deal counts for its partner's newest open one: an alert stands on a deal.
    """
    later = Delivery.objects.filter(
        invoice=OuterRef("invoice"), message__channel=OuterRef("message__channel"), pk__gt=OuterRef("pk")
    )
    stuck = Delivery.objects.filter(
        ~Exists(later),
        invoice__state=Invoice.State.ISSUED,
        message__state__in=[Message.State.FAILED, Message.State.HELD],
    )
    newer = Deal.objects.open().filter(partner=OuterRef("partner"), pk__gt=OuterRef("pk"))
    is_newest = Q(closed_at__isnull=True) & ~Exists(newer)
    of_partner = Exists(stuck.filter(invoice__deal__isnull=True, invoice__partner=OuterRef("partner")))
    return Deal.objects.filter(Exists(stuck.filter(invoice__deal=OuterRef("pk"))) | (is_newest & of_partner))


def default_addressee(invoice: Invoice, user: User) -> tuple[str, str]:
    """Where it is sent unless somebody says otherwise: what the invoice says, else the main contact."""
    if invoice.buyer_email or invoice.buyer_phone:
        return invoice.buyer_email, invoice.buyer_phone
    contact = invoice.partner.contacts.in_use().first() if may(user, "partner.read_contacts") else None
    return (contact.email, contact.phone) if contact else ("", "")
