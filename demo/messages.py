"""What has left the house: the letters and SMS of the last invoices, kept here because nothing is connected (R10)."""

from datetime import datetime, timedelta

from core.errors import RuleViolation
from invoices.actions import send_invoice
from invoices.models import Invoice
from messaging.gateways.base import Accepted, Refused
from messaging.models import Channel
from messaging.sending import claim, settle

SENT = 5
SECONDS = timedelta(seconds=20)
NO_SUCH_BOX = "550 5.1.1 Такого почтового ящика нет"


def send_last_invoices(now: datetime) -> None:
    """Send the last invoices as their managers did; one address is wrong, so that one letter has failed.

    Where no PDF can be made for want of Pango, the demo goes without.
    """
    issued = Invoice.objects.filter(state=Invoice.State.ISSUED).select_related("partner__manager")
    for index, invoice in enumerate(issued.order_by("-issued_at", "-pk")[:SENT]):
        contact = invoice.partner.contacts.in_use().first()
        if contact is None or not contact.email:
            continue
        sent_at = invoice.issued_at
        try:
            send_invoice(invoice, email=contact.email, phone=contact.phone, by=invoice.partner.manager, now=sent_at)
        except RuleViolation as violation:
            if violation.code != "pdf_unavailable":
                raise
            return
        moment = min(sent_at + SECONDS, now)
        while turn := claim(moment):
            is_wrong = index == 2 and turn.message.channel == Channel.EMAIL
            settle(turn, Refused(NO_SUCH_BOX) if is_wrong else Accepted(), moment)
