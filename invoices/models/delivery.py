"""What carries an invoice to who pays: the letter with its PDF, and the SMS that tells of the letter (R10)."""

from django.db import models

from invoices.models.invoice import Invoice
from messaging.models import Message


class Delivery(models.Model):
    """One message of a sending; its state, tries and reasons are the message's own."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="deliveries")
    message = models.OneToOneField(Message, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.invoice_id} → {self.message_id}"
