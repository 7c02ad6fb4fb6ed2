"""A problem of a partner: raised by somebody, seen everywhere until somebody writes how it was resolved."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from deals.models.deal import Deal
from partners.models import Partner


class ProblemQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "partner.read") -> "ProblemQuerySet":
        """Problems of the partners with a deal whose row this permission gives."""
        deals = Deal.objects.visible_to(user, permission).filter(partner=OuterRef("partner"))
        return self.filter(Exists(deals))

    def open(self) -> "ProblemQuerySet":
        return self.filter(resolved_at__isnull=True)


@pghistory.track()
class Problem(models.Model):
    """It belongs to the partner, and remembers the deal on which it was raised."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="problems")
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="+")
    what = models.TextField(_("what is wrong"))
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    how = models.TextField(_("how it was resolved"), blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        constraints = [
            models.CheckConstraint(name="problem_says_what", condition=Q(what__regex=r"\S")),
            models.CheckConstraint(
                name="problem_resolved_says_who_and_how",
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True, how="")
                | Q(resolved_at__isnull=False, resolved_by__isnull=False, how__regex=r"\S"),
            ),
        ]
        indexes = [
            # Health on boards and lists: has the partner an open one.
            models.Index(fields=["partner"], condition=Q(resolved_at__isnull=True), name="problems_open")
        ]

    def __str__(self) -> str:
        return self.what[:60]


def has_problem(partner: str) -> Exists:
    """Whether the partner named by this path of the outer query has an open problem."""
    return Exists(Problem.objects.open().filter(partner=OuterRef(partner)))
