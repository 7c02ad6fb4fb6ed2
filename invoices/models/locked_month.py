"""A month whose received money is settled: what has been counted in it changes no more (R17)."""

from datetime import date

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MONTHS_KEY = 8_140_217
"""Of the advisory lock: counting money holds it shared, locking a month holds it alone, so neither misses the other."""

ONE_AT_A_TIME = f"PERFORM pg_advisory_xact_lock({MONTHS_KEY}); RETURN NEW;"

LOCK_IS_FINAL = """
    IF OLD.unlocked_at IS NOT NULL OR NEW.unlocked_at IS NULL
        OR (NEW.month, NEW.locked_by_id, NEW.locked_at) IS DISTINCT FROM (OLD.month, OLD.locked_by_id, OLD.locked_at)
    THEN
        RAISE EXCEPTION 'locked month %: it is unlocked once, and changes in nothing else', OLD.month
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

COUNTED_IN_OPEN_MONTH = f"""
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) -> 'reversed_at') IS NOT DISTINCT FROM (to_jsonb(OLD) -> 'reversed_at') THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock_shared({MONTHS_KEY});
    IF EXISTS (
        SELECT FROM invoices_payment AS payment
        JOIN invoices_lockedmonth AS locked ON locked.month = date_trunc('month', payment.paid_on)::date
        WHERE payment.id = NEW.payment_id AND locked.unlocked_at IS NULL
    ) THEN
        RAISE EXCEPTION 'payment %: its month is locked (R17)', NEW.payment_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
"""For whatever puts a payment to something, and takes that back."""

PAID_IN_OPEN_MONTH = """
    IF (NEW.paid_on, NEW.amount) IS DISTINCT FROM (OLD.paid_on, OLD.amount) AND EXISTS (
        SELECT FROM invoices_lockedmonth
        WHERE unlocked_at IS NULL
            AND month IN (date_trunc('month', OLD.paid_on)::date, date_trunc('month', NEW.paid_on)::date)
    ) THEN
        RAISE EXCEPTION 'payment %: its month is locked (R17)', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class LockedMonthQuerySet(models.QuerySet):
    def standing(self) -> "LockedMonthQuerySet":
        return self.filter(unlocked_at__isnull=True)

    def of(self, day: date) -> "LockedMonthQuerySet":
        """The lock that the month of this day is under, if it is."""
        return self.standing().filter(month=day.replace(day=1))


@pghistory.track()
class LockedMonth(models.Model):
    """The head has settled a month: its received money and its plans. Unlocking marks the row and says why."""

    month = models.DateField(_("month"), help_text=_("Its first day"))
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    locked_at = models.DateTimeField()
    unlocked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    unlocked_at = models.DateTimeField(null=True)
    unlocked_why = models.CharField(_("why it is unlocked"), max_length=250, blank=True)

    objects = LockedMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("locked month")
        verbose_name_plural = _("locked months")
        constraints = [
            models.UniqueConstraint(
                fields=["month"], condition=Q(unlocked_at__isnull=True), name="month_is_locked_once"
            ),
            models.CheckConstraint(name="locked_month_is_its_first_day", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="unlocked_month_says_why",
                condition=Q(unlocked_at__isnull=True, unlocked_by__isnull=True)
                | Q(unlocked_at__isnull=False, unlocked_by__isnull=False, unlocked_why__regex=r"\S"),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="one_at_a_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=ONE_AT_A_TIME,
            ),
            pgtrigger.Trigger(
                name="lock_is_final", when=pgtrigger.Before, operation=pgtrigger.Update, func=LOCK_IS_FINAL
            ),
            pgtrigger.Protect(name="lock_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
