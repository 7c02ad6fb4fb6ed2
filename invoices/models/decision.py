"""What became of money that pays no invoice: kept for a partner, or sent back (R12)."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deals.models import Task
from invoices.models.payment import FITS_PAYMENT, Payment
from invoices.models.statement import StatementLine
from partners.models import Partner


class AdvanceQuerySet(models.QuerySet):
    def standing(self) -> "AdvanceQuerySet":
        return self.filter(reversed_at__isnull=True)


@pghistory.track()
class Advance(models.Model):
    """So much of a payment is the partner's money without an invoice yet. Taken back by marking it, never deleted."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="advances")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="advances", verbose_name=_("partner"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    note = models.CharField(_("what for"), max_length=250, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    reversed_at = models.DateTimeField(null=True, blank=True)
    reversed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reversed_why = models.CharField(max_length=250, blank=True)

    objects = AdvanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("advance")
        verbose_name_plural = _("advances")
        constraints = [models.CheckConstraint(name="advance_is_positive", condition=Q(amount__gt=0))]
        indexes = [models.Index(fields=["payment"], condition=Q(reversed_at__isnull=True), name="advances_standing")]
        triggers = [
            pgtrigger.Trigger(
                name="advance_fits_payment",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=FITS_PAYMENT,
            ),
            pgtrigger.Protect(name="advance_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.partner_id}: {self.amount}"


class PaymentReturnQuerySet(models.QuerySet):
    def standing(self) -> "PaymentReturnQuerySet":
        return self.filter(reversed_at__isnull=True)

    def to_return(self) -> "PaymentReturnQuerySet":
        """Not sent back yet."""
        return self.standing().filter(returned_on__isnull=True)


@pghistory.track()
class PaymentReturn(models.Model):
    """Money transferred by mistake goes back to the account it came from (R12).

    One person proposes it, another approves it, and the payment order that sent it back is recorded. The sum and the
    account are those of the payment and are never typed. Withdrawing marks it; nothing is deleted.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for approval")
        APPROVED = "approved", _("to be sent back")
        RETURNED = "returned", _("sent back")
        WITHDRAWN = "withdrawn", _("withdrawn")

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="returns")
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    reason = models.CharField(_("why it goes back"), max_length=250)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    document_number = models.CharField(_("payment order №"), max_length=40, blank=True)
    returned_on = models.DateField(_("sent back on"), null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    line = models.OneToOneField(
        StatementLine, models.PROTECT, null=True, blank=True, related_name="payment_return",
        help_text=_("The outgoing line of a statement that proves it"),
    )  # fmt: skip
    reversed_at = models.DateTimeField(null=True, blank=True)
    reversed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reversed_why = models.CharField(max_length=250, blank=True)

    objects = PaymentReturnQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment to return")
        verbose_name_plural = _("payments to return")
        constraints = [
            models.CheckConstraint(name="return_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="return_says_why", condition=Q(reason__regex=r"\S")),
            models.CheckConstraint(
                name="return_is_approved_by_another",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | (Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_by=F("proposed_by"))),
            ),
            models.CheckConstraint(
                name="return_is_sent_when_approved",
                condition=Q(returned_on__isnull=True, document_number="")
                | (Q(returned_on__isnull=False, approved_at__isnull=False) & Q(document_number__regex=r"\S")),
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(reversed_at__isnull=True, returned_on__isnull=True),
                name="one_return_of_a_payment_at_a_time",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="return_fits_payment",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=FITS_PAYMENT,
            ),
            pgtrigger.Protect(name="return_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}: {self.amount}"

    @property
    def state(self) -> str:
        if self.reversed_at:
            return self.State.WITHDRAWN
        if self.returned_on:
            return self.State.RETURNED
        return self.State.APPROVED if self.approved_at else self.State.PROPOSED


class PaymentQuestion(models.Model):
    """What a payment is for was asked of the partner's manager: a task of his, whose result is the answer."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="questions")
    task = models.OneToOneField(Task, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.payment_id} ? {self.task_id}"
