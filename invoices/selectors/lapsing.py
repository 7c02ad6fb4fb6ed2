"""Invoices whose last day for paying is near or past while something is still owed: what the jobs look at."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from core import formatting, moscow
from deals.watching import Subject
from invoices.models import Invoice
from invoices.models.invoice import InvoiceQuerySet


def lapsed(now: datetime) -> dict[int, int | None]:
    """Invoices whose last day has passed, with the manager of each."""
    return _managers(_owed().filter(due_on__lt=moscow.today(now)))


def lapsing(now: datetime) -> dict[int, int | None]:
    """Invoices to be paid today or on the next working day at the latest, with the manager of each."""
    today = moscow.today(now)
    return _managers(_owed().filter(due_on__gte=today, due_on__lte=moscow.next_working_day(today)))


def show_invoices(keys: Sequence[int]) -> Mapping[int, Subject]:
    """How the bell shows them."""
    found = Invoice.objects.filter(pk__in=keys).select_related("partner__manager").with_paid_amount()
    return {
        invoice.pk: Subject(
            partner=invoice.partner.name,
            manager=invoice.partner.manager.full_name,
            what=_("Invoice № %(number)s: %(left)s left")
            % {"number": invoice.number, "left": formatting.money(invoice.amount - invoice.paid_amount)},
            since=moscow.end_of_day(invoice.due_on),
            url=reverse("invoices:invoice", args=[invoice.pk]),
        )
        for invoice in found
    }


def _owed() -> InvoiceQuerySet:
    issued = Invoice.objects.filter(state=Invoice.State.ISSUED, partner__archived_at__isnull=True)
    return issued.with_paid_amount().filter(paid_amount__lt=F("amount"))


def _managers(invoices: InvoiceQuerySet) -> dict[int, int | None]:
    return dict(invoices.order_by().values_list("pk", "partner__manager"))
