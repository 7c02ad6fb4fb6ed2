"""A call: dialled from a page, written down by hand, or told by the exchange; a comment is due after it (R4)."""

from datetime import datetime

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from deals.models.comment import CallComment
from deals.models.deal import Deal
from partners.models import Contact


class CallQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "call.read") -> "CallQuerySet":
        """Calls on the deals whose rows this permission gives."""
        return self.filter(deal__in=Deal.objects.visible_to(user, permission).values("pk"))

    def without_comment(self) -> "CallQuerySet":
        """Calls that somebody may have talked in, of partners in work, with no comment written since (R4)."""
        written = CallComment.objects.filter(
            deal__partner=OuterRef("deal__partner"), created_at__gte=OuterRef("started_at")
        )
        in_work = Deal.objects.open().filter(partner=OuterRef("deal__partner"))
        return self.filter(~Q(duration_s=0), ~Exists(written), Exists(in_work))

    def past_deadline(self, now: datetime) -> "CallQuerySet":
        """The working day of the call is over and there is no comment (R4)."""
        return self.without_comment().filter(comment_by__lt=now)


@pghistory.track()
class Call(models.Model):
    class Direction(models.TextChoices):
        OUTGOING = "outgoing", pgettext_lazy("call", "Outgoing")
        INCOMING = "incoming", pgettext_lazy("call", "Incoming")

    external_id = models.CharField(_("number in the exchange"), max_length=80, blank=True)
    deal = models.ForeignKey(Deal, models.CASCADE, null=True, blank=True, related_name="calls", verbose_name=_("deal"))
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="calls")
    phone = models.CharField(_("phone"), max_length=20)
    direction = models.CharField(_("direction"), max_length=8, choices=Direction, default=Direction.OUTGOING)
    started_at = models.DateTimeField(_("began"))
    duration_s = models.PositiveIntegerField(
        _("seconds"), null=True, blank=True, help_text=_("0: nobody answered; empty: not known")
    )
    recording_url = models.URLField(_("recording"), max_length=500, blank=True)
    comment_by = models.DateTimeField(_("comment due"), help_text=_("The end of the working day of the call"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.UniqueConstraint(fields=["external_id"], condition=~Q(external_id=""), name="call_is_reported_once"),
            models.CheckConstraint(name="call_has_a_number", condition=Q(phone__regex=r"^\+?\d{3,19}$")),
            models.CheckConstraint(name="call_direction_is_known", condition=Q(direction__in=["outgoing", "incoming"])),
            models.CheckConstraint(name="call_comment_is_due_after_it", condition=Q(comment_by__gte=F("started_at"))),
        ]
        indexes = [
            models.Index(fields=["deal", "-started_at"], name="calls_of_deal"),
            # The job: calls that wait for a comment.
            models.Index(fields=["comment_by"], condition=~Q(duration_s=0), name="calls_to_comment"),
        ]

    def __str__(self) -> str:
        return f"{self.phone} {self.started_at:%Y-%m-%d %H:%M}"
