"""Money that came, and the invoices it was put to (R11)."""

from decimal import Decimal
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Scope, scope
from deals.models import Task
from invoices.models.invoice import Invoice
from invoices.models.locked_month import COUNTED_IN_OPEN_MONTH, PAID_IN_OPEN_MONTH
from invoices.models.statement import StatementLine
from partners.models import Partner

FITS_PAYMENT = """
    IF NEW.reversed_at IS NOT NULL THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM invoices_payment WHERE id = NEW.payment_id FOR UPDATE;
    IF (SELECT COALESCE(SUM(amount), 0) FROM invoices_allocation
            WHERE payment_id = NEW.payment_id AND reversed_at IS NULL
                AND NOT (TG_TABLE_NAME = 'invoices_allocation' AND id = NEW.id))
        + (SELECT COALESCE(SUM(amount), 0) FROM invoices_advance
            WHERE payment_id = NEW.payment_id AND reversed_at IS NULL
                AND NOT (TG_TABLE_NAME = 'invoices_advance' AND id = NEW.id))
        + (SELECT COALESCE(SUM(amount), 0) FROM invoices_paymentreturn
            WHERE payment_id = NEW.payment_id AND reversed_at IS NULL
                AND NOT (TG_TABLE_NAME = 'invoices_paymentreturn' AND id = NEW.id))
        + NEW.amount
        > (SELECT amount FROM invoices_payment WHERE id = NEW.payment_id)
    THEN
        RAISE EXCEPTION 'payment %: more is allocated than has come', NEW.payment_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
"""A rouble stands once: on an invoice, as an advance, or to be returned."""

ALLOCATION_IS_FINAL = """
    IF (to_jsonb(NEW) - ARRAY['reversed_at', 'reversed_by_id', 'reversed_why', 'told_task_id'])
        IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['reversed_at', 'reversed_by_id', 'reversed_why', 'told_task_id'])
        OR (OLD.reversed_at IS NOT NULL AND NEW.reversed_at IS NULL)
    THEN
        RAISE EXCEPTION 'allocation %: it is taken back, never changed', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class PaymentQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "payment.read") -> "PaymentQuerySet":
        granted = scope(user, permission)
        if granted == Scope.ALL:
            return self
        if granted == Scope.NONE:
            return self.none()
        if permission == "payment.match":
            return self  # until it is matched, money is nobody's own
        return self.filter(partner__in=Partner.objects.visible_to(user))

    def from_bank(self) -> "PaymentQuerySet":
        """Those that a statement brought."""
        return self.filter(line__isnull=False)

    def with_decided(self) -> "PaymentQuerySet":
        """Annotate `matched` (on invoices and as advances), `returning`, `returned` and `undecided`, in roubles."""
        from invoices.models.decision import Advance, PaymentReturn

        matched = _sum_of(Allocation) + _sum_of(Advance)
        returning = _sum_of(PaymentReturn, returned_on__isnull=True)
        returned = _sum_of(PaymentReturn, returned_on__isnull=False)
        return self.annotate(
            matched=matched,
            returning=returning,
            returned=returned,
            undecided=ExpressionWrapper(F("amount") - matched - returning - returned, models.DecimalField()),
        )

    def undecided_ones(self) -> "PaymentQuerySet":
        """Payments from the bank of which something waits for a decision."""
        return self.from_bank().with_decided().filter(undecided__gt=0)


def _sum_of(model: type[models.Model], **filters: Any) -> Coalesce:
    """The standing sum of a payment's rows of this kind."""
    standing = model._default_manager.filter(payment=OuterRef("pk"), reversed_at__isnull=True, **filters)
    total = standing.order_by().values("payment").annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(total), Decimal(0), output_field=models.DecimalField())


@pghistory.track()
class Payment(models.Model):
    class Method(models.TextChoices):
        BANK = "bank", _("Bank transfer")
        CARD = "card", _("Card")
        CASH = "cash", _("Cash desk")

    partner = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="payments", verbose_name=_("partner"))
    paid_on = models.DateField(_("paid on"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    method = models.CharField(_("how"), max_length=4, choices=Method, default=Method.BANK)
    payer_name = models.CharField(_("payer"), max_length=250, blank=True)
    payer_inn = models.CharField(_("INN of the payer"), max_length=20, blank=True)
    purpose = models.CharField(_("purpose of payment"), max_length=1000, blank=True)
    document_number = models.CharField(_("document №"), max_length=40, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    request_key = models.UUIDField(
        null=True, unique=True, editable=False, help_text=_("Of the form it was written in: sent twice, recorded once")
    )

    line = models.OneToOneField(
        StatementLine,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="payment",
        verbose_name=_("statement line"),
    )
    recorded_for = models.ForeignKey(
        Invoice, models.PROTECT, null=True, editable=False, related_name="+",
        help_text=_("The invoice it was recorded for by hand; a second person confirms it"),
    )  # fmt: skip
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    declined_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    declined_at = models.DateTimeField(null=True)
    declined_why = models.CharField(max_length=250, blank=True)
    needs_receipt = models.BooleanField(default=False, help_text=_("From a natural person: a cash receipt is due"))
    receipt_number = models.CharField(_("receipt №"), max_length=40, blank=True)
    receipt_on = models.DateField(_("receipt of"), null=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.CheckConstraint(name="payment_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="payment_by_hand_is_confirmed_by_another",
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("recorded_by")),
            ),
            models.CheckConstraint(
                name="payment_is_confirmed_or_declined",
                condition=Q(confirmed_at__isnull=True) | Q(declined_at__isnull=True),
            ),
            models.CheckConstraint(
                name="payment_declined_says_why",
                condition=Q(declined_at__isnull=True) | Q(declined_why__regex=r"\S"),
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-paid_on"], name="payments_of_partner"),
            models.Index(fields=["paid_on"], name="payments_by_day"),
            models.Index(fields=["-paid_on", "-id"], condition=Q(line__isnull=False), name="payments_from_bank"),
            models.Index(
                fields=["recorded_for"],
                condition=Q(recorded_for__isnull=False, confirmed_at__isnull=True, declined_at__isnull=True),
                name="payments_to_confirm",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="paid_in_open_month", when=pgtrigger.Before, operation=pgtrigger.Update, func=PAID_IN_OPEN_MONTH
            )
        ]

    def __str__(self) -> str:
        return f"{self.paid_on} {self.amount}"

    @property
    def waits_for_confirmation(self) -> bool:
        """Recorded by hand, and nobody else has said yet that it is so."""
        return self.recorded_for_id is not None and self.confirmed_at is None and self.declined_at is None


class AllocationQuerySet(models.QuerySet):
    def standing(self) -> "AllocationQuerySet":
        return self.filter(reversed_at__isnull=True)


@pghistory.track()
class Allocation(models.Model):
    """So much of a payment pays this invoice. Taken back by marking it reversed, never by deleting it."""

    class Rule(models.TextChoices):
        PERSON = "person", _("decided by a person")
        SURE = "sure", _("matched by itself")

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="allocations")
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("manager"),
        help_text=_("Who supported the partner when the money was counted: it stays his in the reports (R17)"),
    )  # fmt: skip
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    rule = models.CharField(max_length=6, choices=Rule, default=Rule.PERSON)
    reason = models.CharField(_("why this invoice"), max_length=250, blank=True)
    told_task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="+", help_text=_("R11"))
    reversed_at = models.DateTimeField(null=True, blank=True)
    reversed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reversed_why = models.CharField(max_length=250, blank=True)

    objects = AllocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints = [models.CheckConstraint(name="allocation_is_positive", condition=Q(amount__gt=0))]
        indexes = [models.Index(fields=["invoice"], condition=Q(reversed_at__isnull=True), name="allocations_standing")]
        triggers = [
            pgtrigger.Trigger(
                name="allocated_fits_payment",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=FITS_PAYMENT,
            ),
            pgtrigger.Trigger(
                name="allocation_is_final", when=pgtrigger.Before, operation=pgtrigger.Update, func=ALLOCATION_IS_FINAL
            ),
            pgtrigger.Trigger(
                name="counted_in_open_month",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=COUNTED_IN_OPEN_MONTH,
            ),
            pgtrigger.Protect(name="allocation_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.invoice_id}: {self.amount}"
