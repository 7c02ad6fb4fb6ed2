"""Payment to a card (R13): our cards, the director's decision on one payment, and each look at a card's number.

A number stands in one column of one table, which no history, list or export reads; everything else shows its mask.
"""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Scope, acting_for, scope
from core.formatting import masked_card
from invoices.models.invoice import Invoice

DECIDED_IS_FINAL = """
    IF OLD.decided_at IS NOT NULL AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'payment to a card %: a decision never changes (R13)', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

LOOK_IS_ALLOWED = """
    IF NOT EXISTS (SELECT FROM invoices_cardpayment WHERE id = NEW.payment_id AND card_id IS NOT NULL) THEN
        RAISE EXCEPTION 'payment to a card %: its card is shown after the approval only (R13)', NEW.payment_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


@pghistory.track(exclude=["number"], model_name="CompanyCardEvent")
class CompanyCard(models.Model):
    """A card that partners may pay to, each time the director has approved it."""

    holder = models.CharField(_("holder"), max_length=120)
    bank = models.CharField(_("bank"), max_length=80)
    number = models.CharField(_("number"), max_length=19)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("our card")
        verbose_name_plural = _("our cards")
        constraints = [
            models.CheckConstraint(name="card_number_is_digits", condition=Q(number__regex=r"^\d{16,19}$")),
            models.CheckConstraint(
                name="card_has_holder_and_bank", condition=Q(holder__regex=r"\S") & Q(bank__regex=r"\S")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.mask}"

    @property
    def mask(self) -> str:
        return masked_card(self.number)


class CardPaymentQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "card_payment.read") -> "CardPaymentQuerySet":
        granted = scope(user, permission)
        if granted == Scope.ALL:
            return self
        if granted == Scope.NONE:
            return self.none()
        people = acting_for(user)
        return self.filter(Q(asked_by__in=people) | Q(invoice__partner__manager__in=people))

    def waiting(self) -> "CardPaymentQuerySet":
        return self.filter(decided_at__isnull=True)


@pghistory.track()
class CardPayment(models.Model):
    """One payment of an invoice to a card: who asks, for how much and why, and what the director has decided."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for the director")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="card_payments", verbose_name=_("invoice"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    why = models.CharField(_("why to a card"), max_length=250)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    card = models.ForeignKey(CompanyCard, models.PROTECT, null=True, blank=True, related_name="+")
    decline_reason = models.CharField(_("why declined"), max_length=250, blank=True)

    objects = CardPaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment to a card")
        verbose_name_plural = _("payments to a card")
        constraints = [
            models.CheckConstraint(
                name="card_payment_says_what_and_why", condition=Q(amount__gt=0) & Q(why__regex=r"\S")
            ),
            models.CheckConstraint(
                name="card_payment_is_decided_by_another",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True)
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("asked_by"))),
            ),
            models.CheckConstraint(
                name="card_payment_has_a_card_or_says_why_not",
                condition=Q(decided_at__isnull=True, card__isnull=True, decline_reason="")
                | Q(decided_at__isnull=False, card__isnull=False, decline_reason="")
                | (Q(decided_at__isnull=False, card__isnull=True) & Q(decline_reason__regex=r"\S")),
            ),
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(decided_at__isnull=True), name="card_payment_is_asked_once"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="decided_is_final", when=pgtrigger.Before, operation=pgtrigger.Update, func=DECIDED_IS_FINAL
            ),
            pgtrigger.Protect(name="card_payment_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.amount}"

    @property
    def state(self) -> str:
        if self.decided_at is None:
            return self.State.WAITING
        return self.State.APPROVED if self.card_id else self.State.DECLINED


class CardLook(models.Model):
    """Somebody has seen the number of a card, for this payment. Only added to, never changed."""

    payment = models.ForeignKey(CardPayment, models.PROTECT, related_name="looks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("look at a card")
        verbose_name_plural = _("looks at cards")
        triggers = [
            pgtrigger.Trigger(
                name="look_is_allowed", when=pgtrigger.Before, operation=pgtrigger.Insert, func=LOOK_IS_ALLOWED
            ),
            pgtrigger.Protect(name="look_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.by}"
