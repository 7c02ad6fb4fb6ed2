"""What the reports own: the plans."""

from datetime import date

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

PLANNED_IN_OPEN_MONTH = """
    PERFORM 1 FROM invoices_lockedmonth
        WHERE unlocked_at IS NULL AND month IN (NEW.month, COALESCE(OLD.month, NEW.month));
    IF FOUND THEN
        RAISE EXCEPTION 'plan %: its month is locked (R17)', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class PlanQuerySet(models.QuerySet):
    def between(self, first: date, last: date) -> "PlanQuerySet":
        """The plans of the months that lie in these days as a whole."""
        return self.filter(month__range=(first, last))


@pghistory.track()
class Plan(models.Model):
    """How much money a manager is to receive in a month (R17). Zero means that there is no plan."""

    manager = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("manager"))
    month = models.DateField(_("month"), help_text=_("Its first day"))
    amount = models.DecimalField(_("plan"), max_digits=12, decimal_places=2)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            models.UniqueConstraint(fields=["manager", "month"], name="one_plan_for_manager_and_month"),
            models.CheckConstraint(name="plan_month_is_its_first_day", condition=Q(month__day=1)),
            models.CheckConstraint(name="plan_is_not_negative", condition=Q(amount__gte=0)),
        ]
        indexes = [models.Index(fields=["month"], name="plans_of_month")]
        triggers = [
            pgtrigger.Trigger(
                name="planned_in_open_month",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=PLANNED_IN_OPEN_MONTH,
            ),
            pgtrigger.Protect(name="plan_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.manager_id} {self.month:%Y-%m}: {self.amount}"
