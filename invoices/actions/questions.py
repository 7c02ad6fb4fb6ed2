"""Asking the manager of a partner what a payment from the bank is for, before somebody decides on it (R12)."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core import formatting
from core.audit import operation
from core.errors import RuleViolation
from deals.actions import NextStep
from deals.actions.locking import lock_deal
from deals.actions.tasks import plan
from deals.models import Deal, Task
from invoices.actions.locking import lock_payment
from invoices.actions.settling import when_to_tell
from invoices.models import Payment, PaymentQuestion
from partners.models import Partner


def ask_manager(payment: Payment, partner: Partner, *, by: User, now: datetime) -> PaymentQuestion:
    """Give the partner's manager a task on its newest open deal; its result is the answer. Asked once at a time.

    Raises `payment_decided`, `already_asked`, `nowhere_to_ask`.
    """
    require(by, "payment.match", payment)
    with operation("payment.match", by=by, why="asked"):
        deal = Deal.objects.open().filter(partner=partner).order_by("-pk").first()
        if deal is None:
            message = _("The partner has no open deal to put the question on. Ask its manager yourself.")
            raise RuleViolation("nowhere_to_ask", message)
        deal = lock_deal(deal)
        payment = lock_payment(payment)
        if payment.undecided <= 0:
            raise RuleViolation("payment_decided", _("This payment is already decided. Take the decision back first."))
        if payment.questions.filter(task__done_at__isnull=True).exists():
            raise RuleViolation("already_asked", _("The manager has been asked and has not answered yet."))
        words = {
            "amount": formatting.money(payment.undecided),
            "day": formatting.numeric_date(payment.paid_on),
            "payer": payment.payer_name or "—",
        }
        title = _("Find out what this payment is for: %(amount)s of %(day)s from %(payer)s") % words
        task = plan(deal, NextStep(title[:200], when_to_tell(now), Task.Kind.CALL), by=by, now=now)
        return PaymentQuestion.objects.create(payment=payment, task=task, asked_by=by, asked_at=now)
