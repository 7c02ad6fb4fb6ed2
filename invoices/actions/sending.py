"""Sending an issued invoice: the letter with its PDF and the SMS, queued together in one transaction (R10)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from core.errors import RuleViolation
from invoices.actions.issuing import issue_invoice, stored_pdf
from invoices.actions.locking import lock_invoice, require_issued
from invoices.letters import letter_of, sms_goes_at, sms_of
from invoices.models import Delivery, Invoice
from messaging.actions import File, queue_email, queue_sms
from messaging.models import Message

KIND = "invoice"
"""The kind of its messages."""


def issue_and_send(
    invoice: Invoice, *, email: str, phone: str, by: User, now: datetime, version: int | None = None
) -> Invoice:
    """Issue the draft and queue its letter and SMS, all or nothing: pressed twice, it is issued and sent once.

    Raises what `issue_invoice` and `send_invoice` do.
    """
    require(by, "invoice.send", invoice)
    _require_email(email)
    with operation("invoice.send", by=by):
        issued = issue_invoice(invoice, by=by, now=now, version=version)
        send_invoice(issued, email=email, phone=phone, by=by, now=now)
    return issued


def send_invoice(
    invoice: Invoice, *, email: str, phone: str, by: User, now: datetime, request_key: UUID | None = None
) -> Sequence[Delivery]:
    """Queue the letter with the stored PDF to `email`, and the SMS to `phone` ("" for none), in the form +79001234567.

    The letter goes at once, the SMS between 9:00 and 20:00 by the partner's clock. Replies go to the manager. The same
    `request_key` again gives the messages that it made. Raises `invoice_not_issued`, `send_needs_email`, `email_wrong`.
    """
    require(by, "invoice.send", invoice)
    _require_email(email)
    with operation("invoice.send", by=by):
        invoice = lock_invoice(invoice)
        require_issued(invoice)
        sending = f"{KIND}:{invoice.pk}:{request_key or uuid4()}"
        deliveries = [_deliver(invoice, _queue_letter(invoice, email, sending, by, now))]
        if phone:
            deliveries.append(_deliver(invoice, _queue_sms(invoice, phone, sending, by, now)))
    return deliveries


def _require_email(email: str) -> None:
    if not email:
        message = _("Write the e-mail address: the PDF goes there.")
        raise RuleViolation("send_needs_email", message, "buyer_email")


def _queue_letter(invoice: Invoice, email: str, sending: str, by: User, now: datetime) -> Message:
    text = letter_of(invoice, invoice.number, invoice.purpose)
    name = f"Счёт № {invoice.number} от {invoice.dated_on:%d.%m.%Y}.pdf"
    return queue_email(
        kind=KIND,
        dedup_key=f"{sending}:email",
        to=email,
        to_name=invoice.buyer_name,
        reply_to=invoice.partner.manager.email,
        subject=text.subject,
        body=text.body,
        files=[File(name, stored_pdf(invoice))],
        by=by,
        now=now,
    )


def _queue_sms(invoice: Invoice, phone: str, sending: str, by: User, now: datetime) -> Message:
    return queue_sms(
        kind=KIND,
        dedup_key=f"{sending}:sms",
        to=phone,
        to_name=invoice.buyer_name,
        text=sms_of(invoice, invoice.number).body,
        not_before=sms_goes_at(invoice.partner.city.timezone, now),
        by=by,
        now=now,
    )


def _deliver(invoice: Invoice, message: Message) -> Delivery:
    return Delivery.objects.get_or_create(message=message, defaults={"invoice": invoice})[0]
