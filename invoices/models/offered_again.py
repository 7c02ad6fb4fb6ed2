"""That an unpaid service was put before the manager to be offered again (R11, R14)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from deals.models import Task
from invoices.models.invoice import InvoiceLine


class OfferedAgain(models.Model):
    """One line of an issued invoice, reminded of exactly once."""

    line = models.OneToOneField(InvoiceLine, models.PROTECT, related_name="offered_again")
    task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("reminder of an unpaid service")
        verbose_name_plural = _("reminders of unpaid services")

    def __str__(self) -> str:
        return f"{self.line_id}"
