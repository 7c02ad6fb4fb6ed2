"""What people keep on a deal beside calls: dated notes, what is pinned on top, and what was changed by hand."""

from datetime import datetime, timedelta

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deals.models.comment import CallComment
from deals.models.deal import Deal

EDITABLE_FOR = timedelta(minutes=15)
"""So long the author may mend a note; afterwards it stays as it is."""

MAX_PINS = 7


@pghistory.track()
class Note(models.Model):
    """A dated note that follows no call. Its former wordings are in the audit trail."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("note"))
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [
            models.CheckConstraint(name="note_has_a_text", condition=Q(text__regex=r"\S")),
            models.CheckConstraint(
                name="note_is_edited_within_15_minutes",
                condition=Q(edited_at__isnull=True) | Q(edited_at__lte=F("created_at") + EDITABLE_FOR),
            ),
        ]
        indexes = [models.Index(fields=["deal", "-created_at"], name="notes_of_deal")]

    def __str__(self) -> str:
        return self.text[:60]

    def is_editable(self, now: datetime) -> bool:
        """Whether the author may still mend it."""
        return now <= self.created_at + EDITABLE_FOR


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class Pin(models.Model):
    """A call comment or a note that stands on top of the timeline; a deal has seven places for them."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="pins")
    place = models.PositiveSmallIntegerField()
    comment = models.OneToOneField(CallComment, models.CASCADE, null=True, related_name="pin")
    note = models.OneToOneField(Note, models.CASCADE, null=True, related_name="pin")
    pinned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    pinned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "place"], name="pin_place_is_taken_once"),
            models.CheckConstraint(name="pin_is_one_of_seven", condition=Q(place__gte=1, place__lte=MAX_PINS)),
            models.CheckConstraint(
                name="pin_holds_one_entry",
                condition=Q(comment__isnull=False, note__isnull=True) | Q(comment__isnull=True, note__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.comment_id or self.note_id}"


class FieldChange(models.Model):
    """A value that somebody changed by hand, as people read it: which, before and after, who and when."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="field_changes")
    field = models.CharField(max_length=24)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["deal", "-at"], name="field_changes_of_deal")]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.field} {self.before} → {self.after}"
