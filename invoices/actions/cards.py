"""Payment to a card (R13): asked for, decided by the director, and the text that only then may be seen."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core import formatting
from core.audit import operation
from core.errors import RuleViolation
from invoices.actions.locking import lock_invoice, require_issued
from invoices.actions.settling import paid_amount
from invoices.letters import card_text_of
from invoices.models import CardLook, CardPayment, CompanyCard, Invoice
from invoices.rules import KOPECK, remainder
from invoices.telling import tell_of_card, tell_of_card_decision


def ask_for_card(invoice: Invoice, *, amount: Decimal, why: str, by: User, now: datetime) -> CardPayment:
    """Ask the director to let this one payment go to a card; while he has not decided, asking again gives the same.

    Raises `invoice_not_issued`, `payment_not_positive`, `payment_exceeds_remainder`, `card_needs_reason`.
    """
    require(by, "card_payment.ask", invoice)
    if not why.strip():
        raise RuleViolation("card_needs_reason", _("Write why the partner pays to a card."), "why")
    with operation("card_payment.ask", by=by, why=why):
        invoice = lock_invoice(invoice)
        require_issued(invoice)
        if waiting := CardPayment.objects.waiting().filter(invoice=invoice).first():
            return waiting
        _check_amount(invoice, amount)
        payment = CardPayment.objects.create(
            invoice=invoice, amount=amount, why=why.strip()[:250], asked_by=by, asked_at=now
        )
        tell_of_card(payment, now)
    return payment


def approve_card(payment: CardPayment, card: CompanyCard, *, by: User, now: datetime) -> CardPayment:
    """The director lets this one payment go to this card. Raises `card_decided`, `own_card_payment`, `card_not_used`,
    and `payment_exceeds_remainder` when the rest has been paid meanwhile."""
    require(by, "card_payment.approve", payment)
    with operation("card_payment.approve", by=by):
        payment = _lock_waiting(payment, by)
        if not card.is_active:
            raise RuleViolation("card_not_used", _("This card is not in use any more. Choose another."), "card")
        require_issued(payment.invoice)
        _check_amount(payment.invoice, payment.amount)
        payment.card = card
        return _decided(payment, by, now)


def decline_card(payment: CardPayment, *, reason: str, by: User, now: datetime) -> CardPayment:
    """The director does not. Raises `decline_needs_reason`, `card_decided`, `own_card_payment`."""
    require(by, "card_payment.approve", payment)
    if not reason.strip():
        raise RuleViolation("decline_needs_reason", _("Write why it is declined."), "reason")
    with operation("card_payment.approve", by=by, why=reason):
        payment = _lock_waiting(payment, by)
        payment.decline_reason = reason.strip()[:250]
        return _decided(payment, by, now)


def look_at_card(payment: CardPayment, *, by: User, now: datetime) -> str:
    """The text for the partner with the number and the sum; that it was looked at is kept before it is shown.

    Raises `card_not_approved`.
    """
    require(by, "card_payment.look", payment)
    with operation("card_payment.look", by=by):
        payment = CardPayment.objects.select_related("card", "invoice__partner__manager").get(pk=payment.pk)
        if payment.card is None:
            raise RuleViolation("card_not_approved", _("The director has not approved this payment to a card."))
        CardLook.objects.create(payment=payment, by=by, at=now)
        return card_text_of(payment)


def _lock_waiting(payment: CardPayment, by: User) -> CardPayment:
    invoice = lock_invoice(payment.invoice)
    payment = CardPayment.objects.select_for_update(of=["self"]).select_related("asked_by").get(pk=payment.pk)
    if payment.decided_at:
        raise RuleViolation("card_decided", _("This payment to a card is decided already."))
    if payment.asked_by_id == by.pk:
        raise RuleViolation("own_card_payment", _("Who asks for a payment to a card does not approve it."))
    payment.invoice = invoice
    return payment


def _decided(payment: CardPayment, by: User, now: datetime) -> CardPayment:
    payment.decided_by, payment.decided_at = by, now
    payment.save()
    tell_of_card_decision(payment, now)
    return payment


def _check_amount(invoice: Invoice, amount: Decimal) -> None:
    if amount <= 0 or amount != amount.quantize(KOPECK):
        raise RuleViolation("payment_not_positive", _("Enter a sum above zero."), "amount")
    left = remainder(invoice.amount, paid_amount(invoice))
    if amount > left:
        message = _("Only %(left)s is still to be paid for this invoice.") % {"left": formatting.money(left)}
        raise RuleViolation("payment_exceeds_remainder", message, "amount")
