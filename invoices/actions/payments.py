"""Money recorded by hand and confirmed by a second person; and why lines were not paid (R11)."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core import formatting, moscow
from core.audit import operation
from core.errors import RuleViolation
from invoices.actions.locking import lock_invoice, lock_payment, require_issued
from invoices.actions.months import require_open_month
from invoices.actions.settling import move_deals, paid_amount, put
from invoices.models import Invoice, InvoiceLine, Payment
from invoices.rules import KOPECK, PaymentState, payment_state, remainder
from partners.models import LegalKind


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
    """Record by hand that `amount` roubles came for the invoice; it counts when a second person confirms it.

    What the system itself records (`by` is None) counts at once. The same `request_key` sent again gives the payment it
    made. Raises `payment_not_positive`, `payment_in_future`, `month_locked`, `invoice_not_issued`,
    `payment_exceeds_remainder`, `payment_already_recorded`.
    """
    require(by, "payment.record", invoice)
    with operation("payment.record", by=by):
        invoice = lock_invoice(invoice)
        if request_key and (made := Payment.objects.filter(request_key=request_key, recorded_by=by).first()):
            return made
        document_number = document_number.strip()
        _check(invoice, amount, paid_on, document_number, now)
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
            recorded_at=now,
            recorded_for=invoice if by else None,
            request_key=request_key,
            needs_receipt=method == Payment.Method.CARD or invoice.buyer_kind == LegalKind.PERSON,
        )
        if by is None:
            _count(payment, invoice, by=by, now=now)
    return payment


def confirm_payment(payment: Payment, *, by: User, now: datetime) -> Payment:
    """The second person's word that the money recorded by hand has come: only now it counts (R11).

    Raises `payment_not_waiting`, `own_payment`, and what putting it to its invoice may raise.
    """
    require(by, "payment.confirm", payment)
    with operation("payment.confirm", by=by):
        invoice = lock_invoice(payment.recorded_for)
        payment = _lock_waiting(payment, by)
        payment.confirmed_by, payment.confirmed_at = by, now
        payment.save(update_fields=["confirmed_by", "confirmed_at"])
        _count(payment, invoice, by=by, now=now)
    return payment


def decline_payment(payment: Payment, *, reason: str, by: User, now: datetime) -> Payment:
    """The second person says that this money has not come; the record stays, with the reason, and counts nowhere.

    Raises `decline_needs_reason`, `payment_not_waiting`, `own_payment`.
    """
    require(by, "payment.confirm", payment)
    if not reason.strip():
        raise RuleViolation("decline_needs_reason", _("Write why the payment is not confirmed."), "reason")
    with operation("payment.confirm", by=by, why=reason):
        payment = _lock_waiting(payment, by)
        payment.declined_by, payment.declined_at, payment.declined_why = by, now, reason.strip()[:250]
        payment.save(update_fields=["declined_by", "declined_at", "declined_why"])
    return payment


def record_receipt(
    payment: Payment, *, receipt_number: str, receipt_on: date, by: User | None, now: datetime
) -> Payment:
    """The cash receipt that a natural person's payment needs has been given (54-ФЗ).

    Raises `receipt_not_needed`, `receipt_needs_number`, `receipt_in_future`.
    """
    require(by, "payment.match", payment)
    if not receipt_number.strip():
        raise RuleViolation("receipt_needs_number", _("Write the number of the receipt."), "receipt_number")
    if receipt_on > moscow.today(now):
        raise RuleViolation("receipt_in_future", _("Choose today or an earlier day."), "receipt_on")
    with operation("payment.match", by=by, why="receipt"):
        payment = lock_payment(payment)
        if not payment.needs_receipt:
            raise RuleViolation("receipt_not_needed", _("This payment needs no receipt."))
        payment.receipt_number, payment.receipt_on = receipt_number.strip()[:40], receipt_on
        payment.save(update_fields=["receipt_number", "receipt_on"])
    return payment


def _lock_waiting(payment: Payment, by: User) -> Payment:
    payment = lock_payment(payment)
    if not payment.waits_for_confirmation:
        raise RuleViolation("payment_not_waiting", _("This payment waits for nobody's confirmation any more."))
    if payment.recorded_by_id == by.pk:
        raise RuleViolation("own_payment", _("Who has recorded a payment does not confirm it: a second person does."))
    return payment


def _count(payment: Payment, invoice: Invoice, *, by: User | None, now: datetime) -> None:
    put(payment, invoice, payment.amount, by=by, now=now)
    move_deals([invoice], by=by, now=now)


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
        explain({line.pk: line for line in invoice.lines.all()}, reasons)
    return invoice


def _check(invoice: Invoice, amount: Decimal, paid_on: date, document_number: str, now: datetime) -> None:
    require_issued(invoice)
    if amount <= 0 or amount != amount.quantize(KOPECK):
        raise RuleViolation("payment_not_positive", _("Enter a sum above zero."), "amount")
    if paid_on > moscow.today(now):
        raise RuleViolation("payment_in_future", _("Money cannot have come on a day that has not come."), "paid_on")
    require_open_month(paid_on)
    same = Payment.objects.filter(
        Q(allocations__invoice=invoice, allocations__reversed_at__isnull=True)
        | Q(recorded_for=invoice, confirmed_at__isnull=True, declined_at__isnull=True),
        document_number=document_number,
        paid_on=paid_on,
        amount=amount,
    )
    if document_number and same.exists():
        message = _("A payment with this document, day and sum is already recorded for this invoice.")
        raise RuleViolation("payment_already_recorded", message, "document_number")
    left = remainder(invoice.amount, paid_amount(invoice))
    if amount > left:
        message = _("Only %(left)s is still to be paid for this invoice. Record the rest for the invoice it is for.")
        raise RuleViolation("payment_exceeds_remainder", message % {"left": formatting.money(left)}, "amount")


def explain(lines: dict[int, InvoiceLine], reasons: dict[int, tuple[str, str]]) -> None:
    """Write the reasons on the lines, inside an operation that has locked their invoices."""
    for pk, (reason, note) in reasons.items():
        line = lines.get(pk)
        if line is None:
            raise RuleViolation("unknown_line", _("This line belongs to another invoice."))
        _explain(line, reason, note.strip())
    InvoiceLine.objects.bulk_update([lines[pk] for pk in reasons], ["unpaid_reason", "unpaid_note"])


def _explain(line: InvoiceLine, reason: str, note: str) -> None:
    if reason and reason not in InvoiceLine.UnpaidReason.values:
        raise RuleViolation("unknown_reason", _("Choose one of the reasons."), f"reason-{line.pk}")
    if reason == InvoiceLine.UnpaidReason.OTHER and not note:
        raise RuleViolation("unpaid_needs_words", _("Write the reason in their words."), f"note-{line.pk}")
    line.unpaid_reason, line.unpaid_note = reason, note if reason else ""
