"""What it means that a payment pays an invoice, and that it does no longer (R11). Inside the caller's operation."""

from collections.abc import Iterable
from datetime import datetime, time
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from core import formatting, moscow
from core.errors import RuleViolation
from deals.actions import NextStep, money_came, money_was_taken_back
from deals.actions.locking import lock_deal
from deals.actions.tasks import finish, plan
from deals.models import Deal, Task
from invoices.actions.locking import require_issued
from invoices.actions.months import require_open_month
from invoices.models import Allocation, Invoice, Payment
from invoices.rules import KOPECK, remainder
from invoices.telling import CAME, TAKEN_BACK, tell_of_money

TELL_TODAY_UNTIL = time(17)
TELL_TODAY_AT, TELL_NEXT_DAY_AT = time(18), time(12)


def put(
    payment: Payment,
    invoice: Invoice,
    amount: Decimal,
    *,
    by: User | None,
    now: datetime,
    rule: str = Allocation.Rule.PERSON,
    reason: str = "",
) -> Allocation:
    """So much of the payment pays the invoice, both locked; the manager is asked to tell the partner.

    Raises `month_locked`, `payment_not_positive`, `invoice_not_issued`, `payment_exceeds_remainder`.
    """
    require_issued(invoice)
    require_open_month(payment.paid_on)
    if amount <= 0 or amount != amount.quantize(KOPECK):
        raise RuleViolation("payment_not_positive", _("Enter a sum above zero."), "amount")
    paid_before = paid_amount(invoice)
    left = remainder(invoice.amount, paid_before)
    if amount > left:
        message = _("Only %(left)s is still to be paid for this invoice. Record the rest for the invoice it is for.")
        raise RuleViolation("payment_exceeds_remainder", message % {"left": formatting.money(left)}, "amount")
    task = _ask_to_tell(invoice, amount, left - amount, by=by, now=now)
    allocation = Allocation.objects.create(
        payment=payment,
        invoice=invoice,
        amount=amount,
        manager=invoice.partner.manager,
        created_by=by,
        created_at=now,
        rule=rule,
        reason=reason[:250],
        told_task=task,
    )
    tell_of_money(allocation, CAME, by=by, now=now)
    return allocation


def move_deals(invoices: Iterable[Invoice], *, by: User | None, now: datetime) -> None:
    """What the money does to the deals of these invoices, each once (R5, R14)."""
    for deal in {invoice.deal_id: invoice.deal for invoice in invoices if invoice.deal}.values():
        money_came(deal, paid_amount=paid_for_deal(deal), by=by, now=now)


def take_back(allocation: Allocation, *, why: str, by: User | None, now: datetime) -> None:
    """The allocation stands no longer; it stays to be seen. What the manager was asked to tell is taken back too.

    Raises `month_locked`.
    """
    require_open_month(allocation.payment.paid_on)
    allocation.reversed_at, allocation.reversed_by, allocation.reversed_why = now, by, why[:250]
    allocation.save(update_fields=["reversed_at", "reversed_by", "reversed_why"])
    tell_of_money(allocation, TAKEN_BACK, by=by, now=now)
    task = allocation.told_task
    if task and task.is_open:
        finish(task, by=by, now=now, result=_("The payment was taken back: %(why)s") % {"why": why})
    elif task and (deal := _deal_for_task(allocation.invoice)):
        words = {"amount": formatting.money(allocation.amount), "number": allocation.invoice.number}
        title = _("Tell the partner: %(amount)s for invoice № %(number)s was counted by mistake") % words
        plan(deal, NextStep(title, when_to_tell(now), Task.Kind.CALL), by=by, now=now)


def move_deals_back(invoices: Iterable[Invoice], *, why: str, by: User | None, now: datetime) -> None:
    """Undo what the money had done to the deals of these invoices."""
    for deal in {invoice.deal_id: invoice.deal for invoice in invoices if invoice.deal}.values():
        money_was_taken_back(deal, paid_amount=paid_for_deal(deal), why=why, by=by, now=now)


def paid_amount(invoice: Invoice) -> Decimal:
    """Roubles that stand on the invoice."""
    return invoice.allocations.standing().aggregate(total=Sum("amount"))["total"] or Decimal(0)


def paid_for_deal(deal: Deal) -> Decimal:
    """Roubles that stand on all invoices of the deal."""
    standing = Allocation.objects.standing().filter(invoice__deal=deal)
    return standing.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def _ask_to_tell(invoice: Invoice, amount: Decimal, left: Decimal, *, by: User | None, now: datetime) -> Task | None:
    """The task "tell the partner the money has come"; part of the money also asks why the rest has not (R11)."""
    deal = _deal_for_task(invoice)
    if deal is None:
        return None
    words = {"amount": formatting.money(amount), "number": invoice.number}
    if left:
        words["left"] = formatting.money(left)
        title = _(
            "Tell the partner the money has come: %(amount)s for invoice № %(number)s. "
            "Ask why not all was paid: %(left)s is left"
        )
    else:
        title = _("Tell the partner the money has come: %(amount)s for invoice № %(number)s")
    return plan(deal, NextStep(title % words, when_to_tell(now), Task.Kind.CALL), by=by, now=now)


def _deal_for_task(invoice: Invoice) -> Deal | None:
    """The invoice's deal while it is open, else the newest open one: a task stands on a deal."""
    if invoice.deal and (deal := lock_deal(invoice.deal)).is_open:
        return deal
    return Deal.objects.open().filter(partner=invoice.partner_id).select_related("manager").order_by("-pk").first()


def when_to_tell(now: datetime) -> datetime:
    """By the end of this working day, or at noon of the next one."""
    local = moscow.to_moscow(now)
    if moscow.is_working_day(local.date()) and local.time() < TELL_TODAY_UNTIL:
        return moscow.at(local.date(), TELL_TODAY_AT)
    return moscow.at(moscow.next_working_day(local.date()), TELL_NEXT_DAY_AT)
