"""What money does to a deal. Called by the invoices, inside their transaction; rights are checked there."""

from datetime import date, datetime, time
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from core import moscow
from deals.actions.locking import lock_deal
from deals.actions.stages import close_as_won, enter, reopen_renewal
from deals.actions.tasks import NextStep, plan
from deals.models import Deal, PipelineCode, Stage, StageRole, Task

BEFORE_INVOICE = {StageRole.OFFERED, StageRole.AGREED}
PAID_STAGES = {StageRole.PART_PAID, StageRole.PAID, StageRole.IN_DELIVERY}
BEFORE_FULL_PAYMENT = {StageRole.OFFERED, StageRole.AGREED, StageRole.INVOICED, StageRole.PART_PAID}


def invoice_was_issued(deal: Deal, *, due_on: date, by: User | None, now: datetime) -> Deal:
    """An add-on passes to «Счёт выставлен», a renewal with an exact amount to «Должен оплатить» (R6)."""
    deal = lock_deal(deal)
    if not deal.is_open:
        return deal
    deal.expected_payment_on = due_on
    if deal.pipeline_id == PipelineCode.ADDON and deal.stage.role in BEFORE_INVOICE:
        _enter_role(deal, StageRole.INVOICED, by=by, now=now)
    if deal.pipeline_id == PipelineCode.RENEWAL and deal.stage.role != StageRole.DUE and deal.package and deal.amount:
        _enter_role(deal, StageRole.DUE, by=by, now=now)
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
    if deal.pipeline_id == PipelineCode.ADDON and deal.stage.role in BEFORE_FULL_PAYMENT:
        _pay_addon(deal, by=by, now=now)
    elif deal.pipeline_id == PipelineCode.RENEWAL and deal.is_paid:
        close_as_won(deal, by=by, now=now)
    return deal


def money_was_taken_back(deal: Deal, *, paid_amount: Decimal, why: str, by: User | None, now: datetime) -> Deal:
    """The opposite of `money_came`: the deal goes back to where it would be with so much paid, and says why.

    An add-on leaves delivery, and the task for it is closed; a renewal that the money had completed is open again, and
    the next term that it began is set aside until the money comes. When the next term is over already, the renewal
    stays completed, without payment, and the head sees why (R5).
    """
    deal = lock_deal(deal)
    was_paid = deal.is_paid
    deal.paid_amount = paid_amount
    deal.version += 1
    reason = _("The payment was taken back: %(why)s") % {"why": why}
    if was_paid and not deal.is_paid:
        if deal.pipeline_id == PipelineCode.ADDON and deal.is_open:
            deal.tasks.open().filter(kind=Task.Kind.DELIVERY).update(done_at=now, done_by=by, result=reason)
        elif deal.pipeline_id == PipelineCode.RENEWAL and deal.outcome == Deal.Outcome.WON:
            reopen_renewal(deal, reason=reason, by=by, now=now)
    if deal.pipeline_id == PipelineCode.ADDON and deal.is_open and deal.stage.role in PAID_STAGES and not deal.is_paid:
        role = StageRole.PART_PAID if deal.paid_amount > 0 else StageRole.INVOICED
        if role != deal.stage.role:
            _enter_role(deal, role, by=by, now=now, reason=reason)
    deal.save()
    return deal


def _pay_addon(deal: Deal, *, by: User | None, now: datetime) -> None:
    if not deal.is_paid:
        if deal.paid_amount > 0 and deal.stage.role != StageRole.PART_PAID:
            _enter_role(deal, StageRole.PART_PAID, by=by, now=now)
            deal.save()
        return
    _enter_role(deal, StageRole.PAID, by=by, now=now)
    _enter_role(deal, StageRole.IN_DELIVERY, by=by, now=now)
    deal.save()
    next_day = moscow.next_working_day(moscow.today(now))
    step = NextStep(
        title=_("Hand over to delivery: %(service)s") % {"service": deal.service},
        kind=Task.Kind.DELIVERY,
        due_at=moscow.at(next_day, time(12)),
    )
    plan(deal, step, by=by, now=now)


def _enter_role(deal: Deal, role: str, *, by: User | None, now: datetime, reason: str = "") -> None:
    enter(deal, Stage.objects.get(pipeline=deal.pipeline_id, role=role), by=by, now=now, reason=reason)
