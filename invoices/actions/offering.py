"""Unpaid services are offered again (R11, R14): a task for the manager, some weeks after they were not paid."""

from datetime import datetime, time, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from core import moscow
from core.audit import operation
from deals.actions import NextStep
from deals.actions.locking import lock_deal
from deals.actions.tasks import plan
from deals.models import Deal, PipelineCode, Task
from invoices.models import Invoice, InvoiceLine, OfferedAgain

AFTER = timedelta(days=30)
"""After the last day for paying."""

CALL_AT = time(12)
WORTH_ASKING = [reason for reason in InvoiceLine.UnpaidReason.values if reason != InvoiceLine.UnpaidReason.BY_MISTAKE]


def remind_of_unpaid(now: datetime) -> int:
    """Plan "offer again" on the newest open deal of each partner with such a line, once for a line; how many."""
    return sum(_remind(line, now) for line in lines_to_offer_again(now))


def lines_to_offer_again(now: datetime) -> QuerySet[InvoiceLine]:
    """Lines that were not paid for a reason that may have passed, of services still on sale.

    Not by mistake, not of a package (that is its renewal's business), not paid after all, and not offered since.
    """
    owed = Invoice.objects.with_paid_amount().filter(pk=OuterRef("invoice"), paid_amount__lt=F("amount"))
    of_partner = Deal.objects.filter(partner=OuterRef("invoice__partner"))
    offered = of_partner.filter(pipeline=PipelineCode.ADDON, service=OuterRef("service")).filter(
        Q(closed_at__isnull=True) | Q(created_at__gt=OuterRef("invoice__issued_at"))
    )
    return InvoiceLine.objects.filter(
        ~Exists(offered),
        Exists(owed),
        Exists(of_partner.open()),
        unpaid_reason__in=WORTH_ASKING,
        offered_again__isnull=True,
        service__is_active=True,
        service__package__isnull=True,
        invoice__state=Invoice.State.ISSUED,
        invoice__due_on__lte=moscow.today(now) - AFTER,
        invoice__partner__archived_at__isnull=True,
    ).select_related("invoice", "service")


def _remind(line: InvoiceLine, now: datetime) -> bool:
    with operation("addon.remind", by=None):
        newest = Deal.objects.open().filter(partner=line.invoice.partner_id).order_by("-pk").first()
        if newest is None:
            return False
        deal = lock_deal(newest)
        if not deal.is_open or OfferedAgain.objects.filter(line=line).exists():
            return False
        words = {"service": line.name, "why": line.get_unpaid_reason_display().lower()}
        title = _("Offer again: %(service)s (was not paid: %(why)s)") % words
        due_at = moscow.at(moscow.next_working_day(moscow.today(now)), CALL_AT)
        task = plan(deal, NextStep(title, due_at, Task.Kind.CALL), by=None, now=now)
        OfferedAgain.objects.create(line=line, task=task, at=now)
    return True
