"""Money that came, and the invoices it was put to (R11)."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Scope, scope
from invoices.models.invoice import Invoice
from partners.models import Partner

ALLOCATED_FITS = """
    PERFORM 1 FROM invoices_payment WHERE id = NEW.payment_id FOR UPDATE;
    IF (SELECT COALESCE(SUM(amount), 0) FROM invoices_allocation
            WHERE payment_id = NEW.payment_id AND reversed_at IS NULL AND id <> NEW.id)
        + (CASE WHEN NEW.reversed_at IS NULL THEN NEW.amount ELSE 0 END)
        > (SELECT amount FROM invoices_payment WHERE id = NEW.payment_id)
    THEN
        RAISE EXCEPTION 'payment %: more is allocated than has come', NEW.payment_id USING ERRCODE = 'check_violation';
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
        return self.filter(partner__in=Partner.objects.visible_to(user))


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
    payer_name = models.CharField(_("payer"), max_length=160, blank=True)
    payer_inn = models.CharField(_("INN of the payer"), max_length=12, blank=True)
    purpose = models.CharField(_("purpose of payment"), max_length=250, blank=True)
    document_number = models.CharField(_("document №"), max_length=20, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    request_key = models.UUIDField(
        null=True, unique=True, editable=False, help_text=_("Of the form it was written in: sent twice, recorded once")
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [models.CheckConstraint(name="payment_is_positive", condition=Q(amount__gt=0))]
        indexes = [
            models.Index(fields=["partner", "-paid_on"], name="payments_of_partner"),
            models.Index(fields=["paid_on"], name="payments_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.paid_on} {self.amount}"


class AllocationQuerySet(models.QuerySet):
    def standing(self) -> "AllocationQuerySet":
        return self.filter(reversed_at__isnull=True)


@pghistory.track()
class Allocation(models.Model):
    """So much of a payment pays this invoice. Taken back by marking it reversed, never by deleting it."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="allocations")
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    reversed_at = models.DateTimeField(null=True, blank=True)

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
                func=ALLOCATED_FITS,
            )
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.invoice_id}: {self.amount}"
