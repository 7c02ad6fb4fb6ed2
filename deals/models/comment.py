"""A comment after a call: what was, how it is now, what is planned, and the next step (R3)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deals.models.deal import Deal
from deals.models.task import Task
from partners.models import Metrics


class CallComment(models.Model):
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="call_comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    called_at = models.DateTimeField(_("called at"))
    was = models.TextField(_("Was"))
    now = models.TextField(_("Now"))
    plans = models.TextField(_("Plans"))
    metrics = models.OneToOneField(Metrics, models.PROTECT, null=True, blank=True, related_name="comment")
    next_task = models.OneToOneField(Task, models.PROTECT, related_name="planned_by_comment")
    completed_task = models.ForeignKey(
        Task, models.PROTECT, null=True, blank=True, related_name="completed_by_comments"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("call comment")
        verbose_name_plural = _("call comments")
        constraints = [
            models.CheckConstraint(
                name="comment_has_three_parts",
                condition=Q(was__regex=r"\S") & Q(now__regex=r"\S") & Q(plans__regex=r"\S"),
            )
        ]
        indexes = [models.Index(fields=["deal", "-called_at"], name="comments_of_deal")]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.called_at:%Y-%m-%d}"


class PromiseVerdict(models.Model):
    """What became of one thing that the partner had planned, as told at the next call (R3)."""

    class Outcome(models.TextChoices):
        DONE = "done", pgettext_lazy("promise", "done")
        PARTLY = "part", pgettext_lazy("promise", "partly")
        NOT_DONE = "no", pgettext_lazy("promise", "not done")

    comment = models.ForeignKey(CallComment, models.CASCADE, related_name="verdicts")
    """The comment with the promise."""
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    outcome = models.CharField(max_length=4, choices=Outcome)
    told_in = models.ForeignKey(CallComment, models.CASCADE, related_name="told_verdicts")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["comment", "position"], name="promise_is_judged_once"),
            models.CheckConstraint(name="promise_outcome_is_known", condition=Q(outcome__in=["done", "part", "no"])),
            models.CheckConstraint(name="promise_is_judged_later", condition=~Q(comment=models.F("told_in"))),
        ]

    def __str__(self) -> str:
        return f"{self.text}: {self.outcome}"


class CommentDraft(models.Model):
    """What an author has typed and not saved yet; it survives a closed tab and a logout, one for each deal."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="+")
    fields = models.JSONField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "deal"], name="one_draft_for_author_and_deal")]

    def __str__(self) -> str:
        return f"{self.author_id} {self.deal_id}"

    @property
    def stamp(self) -> str:
        """Which saving of the draft this is: the form names the one it knows."""
        return self.saved_at.isoformat()
