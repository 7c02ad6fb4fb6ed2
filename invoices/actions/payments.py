"""Money that came for an invoice, and what follows from it (R11)."""

from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core import formatting, moscow
from core.audit import operation
from core.errors import RuleViolation
from deals.actions import NextStep, money_came
from deals.actions.tasks import plan
from deals.models import Deal, Task
from invoices.actions.locking import lock_invoice, require_issued
from invoices.models import Allocation, Invoice, InvoiceLine, Payment
from invoices.rules import KOPECK, PaymentState, payment_state, remainder

TELL_TODAY_UNTIL = time(17)
TELL_TODAY_AT, TELL_NEXT_DAY_AT = time(18), time(12)


def record_payment(
    invoice: Invoice,
    *,
    amount: Decimal,
    paid_on: date,
    by: User | None,
    now: datetime,
    method: str = Payment.Method.BANK,
    document_number: str = "",
    payer_name: str = "",
    payer_inn: str = "",
    request_key: UUID | None = None,
) -> Payment:
    """Record that `amount` roubles came for the invoice, put it to the invoice, and do what follows (R11).

    The responsible manager gets the task to tell the partner, which asks why when not everything was paid; the deal
    moves on (R5, R14). The same `request_key` sent again gives the payment it made. Raises `payment_not_positive`,
    `payment_in_future`, `invoice_not_issued`, `payment_exceeds_remainder`, `payment_already_recorded`.
    """
    require(by, "payment.record", invoice)
    with operation("payment.record", by=by):
        invoice = lock_invoice(invoice)
        if request_key and (made := Payment.objects.filter(request_key=request_key, recorded_by=by).first()):
            return made
        document_number = document_number.strip()
        paid_before = paid_amount(invoice)
        _check(invoice, amount, paid_on, document_number, paid_before, now)
        payment = Payment.objects.create(
            partner=invoice.partner,
            paid_on=paid_on,
            amount=amount,
            method=method,
            payer_name=payer_name.strip() or invoice.buyer_name,
            payer_inn=payer_inn.strip(),
            purpose=invoice.purpose,
            document_number=document_number,
            recorded_by=by,
            request_key=request_key,
        )
        Allocation.objects.create(payment=payment, invoice=invoice, amount=amount, created_by=by)
        _ask_to_tell(invoice, amount, paid_before + amount, by=by, now=now)
        if invoice.deal:
            money_came(invoice.deal, paid_amount=paid_for_deal(invoice.deal), by=by, now=now)
    return payment


def explain_unpaid_lines(
    invoice: Invoice, reasons: dict[int, tuple[str, str]], *, by: User | None, now: datetime
) -> Invoice:
    """Keep why lines were not paid: {id of the line: (reason, their words)}; an empty reason takes it back (R11).

    Raises `invoice_not_issued`, `invoice_is_paid`, `unknown_line`, `unknown_reason`, `unpaid_needs_words`.
    """
    require(by, "payment.explain", invoice)
    with operation("payment.explain", by=by):
        invoice = lock_invoice(invoice)
        require_issued(invoice)
        if payment_state(invoice.amount, paid_amount(invoice)) in {PaymentState.FULL, PaymentState.OVER}:
            raise RuleViolation("invoice_is_paid", _("The invoice is paid in full: there is nothing to explain."))
        lines = {line.pk: line for line in invoice.lines.all()}
        for pk, (reason, note) in reasons.items():
            line = lines.get(pk)
            if line is None:
                raise RuleViolation("unknown_line", _("This line belongs to another invoice."))
            _explain(line, reason, note.strip())
        InvoiceLine.objects.bulk_update([lines[pk] for pk in reasons], ["unpaid_reason", "unpaid_note"])
    return invoice


def paid_amount(invoice: Invoice) -> Decimal:
    """Roubles that stand on the invoice."""
    return invoice.allocations.standing().aggregate(total=Sum("amount"))["total"] or Decimal(0)


def paid_for_deal(deal: Deal) -> Decimal:
    """Roubles that stand on all invoices of the deal."""
    return Allocation.objects.standing().filter(invoice__deal=deal).aggregate(total=Sum("amount"))["total"] or Decimal(
        0
    )


def _check(
    invoice: Invoice, amount: Decimal, paid_on: date, document_number: str, paid_before: Decimal, now: datetime
) -> None:
    require_issued(invoice)
    if amount <= 0 or amount != amount.quantize(KOPECK):
        raise RuleViolation("payment_not_positive", _("Enter a sum above zero."), "amount")
    if paid_on > moscow.today(now):
        raise RuleViolation("payment_in_future", _("Money cannot have come on a day that has not come."), "paid_on")
    same = Payment.objects.filter(
        allocations__invoice=invoice,
        allocations__reversed_at__isnull=True,
        document_number=document_number,
        paid_on=paid_on,
        amount=amount,
    )
    if document_number and same.exists():
        message = _("A payment with this document, day and sum is already recorded for this invoice.")
        raise RuleViolation("payment_already_recorded", message, "document_number")
    left = remainder(invoice.amount, paid_before)
    if amount > left:
        message = _("Only %(left)s is still to be paid for this invoice. Record the rest for the invoice it is for.")
        raise RuleViolation("payment_exceeds_remainder", message % {"left": formatting.money(left)}, "amount")


def _ask_to_tell(invoice: Invoice, amount: Decimal, paid: Decimal, *, by: User | None, now: datetime) -> None:
    """The task "tell the partner the money has come"; part of the money also asks why the rest has not (R11)."""
    deal = _deal_for_task(invoice)
    if deal is None:
        return
    words = {"amount": formatting.money(amount), "number": invoice.number}
    left = remainder(invoice.amount, paid)
    if left:
        words["left"] = formatting.money(left)
        title = _(
            "Tell the partner the money has come: %(amount)s for invoice № %(number)s. "
            "Ask why not all was paid: %(left)s is left"
        )
    else:
        title = _("Tell the partner the money has come: %(amount)s for invoice № %(number)s")
    plan(deal, NextStep(title % words, _when_to_tell(now), Task.Kind.CALL), by=by, now=now)


def _deal_for_task(invoice: Invoice) -> Deal | None:
    """The invoice's deal while it is open, else the newest open one: a task stands on a deal."""
    if invoice.deal and invoice.deal.is_open:
        return invoice.deal
    return Deal.objects.open().filter(partner=invoice.partner_id).select_related("manager").order_by("-pk").first()


def _when_to_tell(now: datetime) -> datetime:
    """By the end of this working day, or at noon of the next one."""
    local = moscow.to_moscow(now)
    if moscow.is_working_day(local.date()) and local.time() < TELL_TODAY_UNTIL:
        return moscow.at(local.date(), TELL_TODAY_AT)
    return moscow.at(moscow.next_working_day(local.date()), TELL_NEXT_DAY_AT)


def _explain(line: InvoiceLine, reason: str, note: str) -> None:
    if reason and reason not in InvoiceLine.UnpaidReason.values:
        raise RuleViolation("unknown_reason", _("Choose one of the reasons."), f"reason-{line.pk}")
    if reason == InvoiceLine.UnpaidReason.OTHER and not note:
        raise RuleViolation("unpaid_needs_words", _("Write the reason in their words."), f"note-{line.pk}")
    line.unpaid_reason, line.unpaid_note = reason, note if reason else ""
