"""What is said about a handoff: returns to sales, questions and answers, statuses of marketing (R1, R18)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deals.models.handoff import Handoff

TEXT_LIMIT = 1_000


@pghistory.track()
class HandoffReturn(models.Model):
    """Support gave the handoff back, naming what is missing; sales hands it over again with a word about it."""

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="returns")
    missing = models.TextField(_("what is missing"))
    returned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    returned_at = models.DateTimeField()
    reply = models.TextField(_("what was added"), blank=True)
    handed_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    handed_over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("return to sales")
        verbose_name_plural = _("returns to sales")
        ordering = ["returned_at", "pk"]
        constraints = [
            models.CheckConstraint(name="handoff_return_says_what_is_missing", condition=Q(missing__regex=r"\S")),
            models.UniqueConstraint(
                fields=["handoff"], condition=Q(handed_over_at__isnull=True), name="handoff_is_returned_once_at_a_time"
            ),
            models.CheckConstraint(
                name="handoff_return_is_ended_by_somebody",
                condition=Q(handed_over_at__isnull=True, handed_over_by__isnull=True)
                | Q(handed_over_at__gte=F("returned_at"), handed_over_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.missing[:60]


class HandoffQuestionQuerySet(models.QuerySet):
    def open(self) -> "HandoffQuestionQuerySet":
        return self.filter(answered_at__isnull=True)


@pghistory.track()
class HandoffQuestion(models.Model):
    """A question to sales about a handed-over partner, asked and answered on the handoff itself (R18)."""

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="questions")
    number = models.PositiveSmallIntegerField(_("№"))
    text = models.TextField(_("question"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = HandoffQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to sales")
        verbose_name_plural = _("questions to sales")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["handoff", "number"], name="handoff_question_has_its_number"),
            models.CheckConstraint(name="handoff_question_has_a_text", condition=Q(text__regex=r"\S")),
            models.CheckConstraint(
                name="handoff_answer_says_who_and_what",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False, answer__regex=r"\S"),
            ),
        ]
        indexes = [
            # What waits for sales: counters and the table.
            models.Index(fields=["handoff"], condition=Q(answered_at__isnull=True), name="handoff_questions_open")
        ]

    def __str__(self) -> str:
        return self.text[:60]


class HandoffStatusChange(models.Model):
    """A step of marketing's row: who moved it, when, from where, to where (R18)."""

    handoff = models.ForeignKey(Handoff, models.CASCADE, related_name="status_changes")
    from_status = models.CharField(max_length=14, choices=Handoff.Status)
    to_status = models.CharField(max_length=14, choices=Handoff.Status)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="handoff_status_change_moves", condition=~Q(from_status=F("to_status"))),
        ]

    def __str__(self) -> str:
        return f"{self.handoff_id}: {self.from_status} → {self.to_status}"
