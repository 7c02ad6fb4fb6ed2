"""Money transferred by mistake goes back: one person proposes it, another approves, its document is kept (R12)."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core import moscow
from core.audit import operation
from core.errors import RuleViolation
from invoices.actions.locking import lock_payment
from invoices.models import Payment, PaymentReturn, StatementLine


def propose_return(payment: Payment, *, reason: str, by: User, now: datetime) -> PaymentReturn:
    """What is not decided yet of the payment is to go back. The sum is the payment's and is never typed.

    Raises `return_needs_reason`, `payment_decided`, `payment_not_from_bank`.
    """
    require(by, "payment.match", payment)
    if not reason.strip():
        raise RuleViolation("return_needs_reason", _("Write why the money goes back."), "reason")
    with operation("payment.refund", by=by, why=reason):
        payment = lock_payment(payment)
        if payment.line_id is None:
            message = _("Only money that came by a bank statement goes back to where it came from.")
            raise RuleViolation("payment_not_from_bank", message)
        if payment.undecided <= 0:
            raise RuleViolation("payment_decided", _("This payment is already decided. Take the decision back first."))
        if payment.returns.to_return().exists():
            raise RuleViolation("payment_decided", _("This payment already waits to be returned."))
        return PaymentReturn.objects.create(
            payment=payment, amount=payment.undecided, reason=reason.strip()[:250], proposed_by=by, proposed_at=now
        )


def approve_return(returned: PaymentReturn, *, by: User, now: datetime) -> PaymentReturn:
    """The second person agrees that the money goes back. Raises `own_return`, `return_is_over`."""
    require(by, "payment.refund", returned.payment)
    with operation("payment.refund", by=by, why="approved"):
        returned = _lock(returned)
        _require(returned, PaymentReturn.State.PROPOSED)
        if returned.proposed_by_id == by.pk:
            message = _("Who has proposed a return does not approve it: a second person does.")
            raise RuleViolation("own_return", message)
        returned.approved_by, returned.approved_at = by, now
        returned.save(update_fields=["approved_by", "approved_at"])
    return returned


def record_return(
    returned: PaymentReturn, *, document_number: str, returned_on: date, by: User, now: datetime
) -> PaymentReturn:
    """The money has been sent back by this payment order; the outgoing line of a statement is linked when it is there.

    Raises `return_needs_document`, `return_in_future`, `return_before_payment`, `return_not_approved`,
    `return_is_over`.
    """
    require(by, "payment.refund", returned.payment)
    document_number = document_number.strip()
    if not document_number:
        raise RuleViolation("return_needs_document", _("Write the number of the payment order."), "document_number")
    if returned_on > moscow.today(now):
        raise RuleViolation("return_in_future", _("Choose today or an earlier day."), "returned_on")
    with operation("payment.refund", by=by, why="returned"):
        returned = _lock(returned)
        if returned.state == PaymentReturn.State.PROPOSED:
            raise RuleViolation("return_not_approved", _("A second person has not approved this return yet."))
        _require(returned, PaymentReturn.State.APPROVED)
        if returned_on < returned.payment.paid_on:
            message = _("Money cannot go back before it has come.")
            raise RuleViolation("return_before_payment", message, "returned_on")
        returned.document_number, returned.returned_on, returned.recorded_by = document_number[:40], returned_on, by
        returned.line = _outgoing_line(returned)
        returned.save(update_fields=["document_number", "returned_on", "recorded_by", "line"])
    return returned


def withdraw_return(returned: PaymentReturn, *, reason: str, by: User, now: datetime) -> PaymentReturn:
    """The money is not to go back after all; the payment waits for a decision again.

    Raises `withdraw_needs_reason`, `return_is_over`.
    """
    require(by, "payment.match", returned.payment)
    if not reason.strip():
        raise RuleViolation("withdraw_needs_reason", _("Write why the money is not returned."), "reason")
    with operation("payment.refund", by=by, why=reason):
        returned = _lock(returned)
        _require(returned, PaymentReturn.State.PROPOSED, PaymentReturn.State.APPROVED)
        returned.reversed_at, returned.reversed_by, returned.reversed_why = now, by, reason.strip()[:250]
        returned.save(update_fields=["reversed_at", "reversed_by", "reversed_why"])
    return returned


def _lock(returned: PaymentReturn) -> PaymentReturn:
    lock_payment(returned.payment)
    return PaymentReturn.objects.select_for_update(of=["self"]).select_related("payment__line").get(pk=returned.pk)


def _require(returned: PaymentReturn, *states: str) -> None:
    if returned.state not in states:
        raise RuleViolation("return_is_over", _("This return has been approved, sent back or withdrawn meanwhile."))


def _outgoing_line(returned: PaymentReturn) -> StatementLine | None:
    """The line of a statement by which the money went back: the same sum to the same account, by this document."""
    number = returned.document_number.lstrip("0")
    sent = StatementLine.objects.filter(
        direction=StatementLine.Direction.OUT,
        posted_on=returned.returned_on,
        amount=returned.amount,
        payee_account=returned.payment.line.payer_account,
        payment_return__isnull=True,
    )
    return next((line for line in sent if line.number.lstrip("0") == number), None)
