"""What money does to a deal. Called by the invoices, inside their transaction; rights are checked there."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from deals.actions.delivery import begin_delivery, stop_delivery
from deals.actions.locking import lock_deal
from deals.actions.stages import close_as_won, enter_role, reopen_renewal
from deals.models import Deal, PipelineCode, StageRole

BEFORE_INVOICE = {StageRole.OFFERED, StageRole.AGREED}
BEFORE_PART_PAYMENT = {*BEFORE_INVOICE, StageRole.INVOICED}
PAID_STAGES = {StageRole.PART_PAID, StageRole.PAID, StageRole.IN_DELIVERY, StageRole.WON}


def invoice_was_issued(deal: Deal, *, due_on: date, by: User | None, now: datetime) -> Deal:
    """An add-on passes to «Счёт выставлен», a renewal with an exact amount to «Должен оплатить» (R6)."""
    deal = lock_deal(deal)
    if not deal.is_open:
        return deal
    deal.expected_payment_on = due_on
    if deal.pipeline_id == PipelineCode.ADDON and deal.stage.role in BEFORE_INVOICE:
        enter_role(deal, StageRole.INVOICED, by=by, now=now)
    if deal.pipeline_id == PipelineCode.RENEWAL and deal.stage.role != StageRole.DUE and deal.package and deal.amount:
        enter_role(deal, StageRole.DUE, by=by, now=now)
    deal.version += 1
    deal.save()
    return deal


def money_came(deal: Deal, *, paid_amount: Decimal, by: User | None, now: datetime) -> Deal:
    """Note how much of the deal is paid in all, and do what follows from it.

    An add-on becomes part paid, or paid and handed to delivery with a task for it (R14); a renewal that is fully paid
    is completed and continued (R5). `paid_amount` is the total of all allocations that stand, in roubles.
    """
    deal = lock_deal(deal)
    deal.paid_amount = paid_amount
    deal.version += 1
    deal.save()
    if not deal.is_open:
        return deal
    if deal.pipeline_id == PipelineCode.ADDON:
        _pay_addon(deal, by=by, now=now)
    elif deal.pipeline_id == PipelineCode.RENEWAL and deal.is_paid:
        close_as_won(deal, by=by, now=now)
    return deal


def money_was_taken_back(deal: Deal, *, paid_amount: Decimal, why: str, by: User | None, now: datetime) -> Deal:
    """The opposite of `money_came`: the deal goes back to where it would be with so much paid, and says why.

    An add-on leaves delivery, and the task for it is closed; one that is delivered is open again, to be paid. A renewal
    that the money had completed is open again, and the next term that it began is set aside until the money comes. When
    the next term is over already, the renewal stays completed, without payment, and the head sees why (R5).
    """
    deal = lock_deal(deal)
    was_paid = deal.is_paid
    deal.paid_amount = paid_amount
    deal.version += 1
    reason = _("The payment was taken back: %(why)s") % {"why": why}
    if was_paid and not deal.is_paid:
        if deal.pipeline_id == PipelineCode.ADDON and deal.outcome != Deal.Outcome.LOST:
            stop_delivery(deal, reason=reason, by=by, now=now)
        elif deal.pipeline_id == PipelineCode.RENEWAL and deal.outcome == Deal.Outcome.WON:
            reopen_renewal(deal, reason=reason, by=by, now=now)
    if deal.pipeline_id == PipelineCode.ADDON and deal.is_open and deal.stage.role in PAID_STAGES and not deal.is_paid:
        role = StageRole.PART_PAID if deal.paid_amount > 0 else StageRole.INVOICED
        if role != deal.stage.role:
            enter_role(deal, role, by=by, now=now, reason=reason)
    deal.save()
    return deal


def _pay_addon(deal: Deal, *, by: User | None, now: datetime) -> None:
    if deal.is_paid:
        begin_delivery(deal, by=by, now=now)
    elif deal.paid_amount > 0 and deal.stage.role in BEFORE_PART_PAYMENT:
        enter_role(deal, StageRole.PART_PAID, by=by, now=now)
        deal.save()
