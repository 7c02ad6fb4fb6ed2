"""How an invoice went out: its messages, newest first, with every try (R10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from accounts.permissions import may
from invoices.models import Invoice
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


def default_addressee(invoice: Invoice, user: User) -> tuple[str, str]:
    """Where it is sent unless somebody says otherwise: what the invoice says, else the main contact."""
    if invoice.buyer_email or invoice.buyer_phone:
        return invoice.buyer_email, invoice.buyer_phone
    contact = invoice.partner.contacts.in_use().first() if may(user, "partner.read_contacts") else None
    return (contact.email, contact.phone) if contact else ("", "")
