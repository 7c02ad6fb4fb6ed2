"""What is derived from an invoice and its money, without a database (R11)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

KOPECK = Decimal("0.01")


class PaymentState(StrEnum):
    NONE = "none"
    PART = "part"
    FULL = "full"
    OVER = "over"


PAYMENT_STATE_NAMES = {
    PaymentState.NONE: _("not paid"),
    PaymentState.PART: _("paid in part"),
    PaymentState.FULL: _("paid"),
    PaymentState.OVER: _("overpaid"),
}


def payment_state(amount: Decimal, paid_amount: Decimal) -> PaymentState:
    """How much of the amount has come; derived from the allocations that stand, never typed (R11)."""
    if paid_amount <= 0:
        return PaymentState.NONE
    if paid_amount < amount:
        return PaymentState.PART
    return PaymentState.FULL if paid_amount == amount else PaymentState.OVER


def is_overdue(amount: Decimal, paid_amount: Decimal, due_on: date, today: date) -> bool:
    """Whether money is still owed after the last day for paying: a fact of its own beside the payment state (R11)."""
    return paid_amount < amount and due_on < today


def remainder(amount: Decimal, paid_amount: Decimal) -> Decimal:
    """What is still to be paid; nothing when more has come."""
    return max(Decimal(0), amount - paid_amount)


def line_amount(quantity: int, price: Decimal) -> Decimal:
    """The sum of a line in roubles; the price has whole kopecks, so nothing is rounded."""
    return (quantity * price).quantize(KOPECK)


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as a chip shows it: its words and its kind (ok, warn, bad, accent, line or plain)."""

    text: str
    kind: str
