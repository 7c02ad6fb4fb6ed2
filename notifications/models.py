"""Notices, what each person has switched off, and which days' letters are settled."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from notifications import rules


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "notice.read") -> "NoticeQuerySet":
        """Everybody reads what he was told, nobody else's."""
        return self.filter(recipient=user)

    def unseen(self) -> "NoticeQuerySet":
        return self.filter(seen_at__isnull=True)


class Notice(models.Model):
    """Something that has happened, told to one person in his language. `about` groups them: "deal:12"."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    """The same for the same event: telling it again tells nothing."""
    title = models.CharField(max_length=200, blank=True)
    text = models.CharField(max_length=400)
    about = models.CharField(max_length=40, blank=True)
    url = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="notice_is_told_once"),
            models.CheckConstraint(name="notice_says_something", condition=Q(text__regex=r"\S")),
            models.CheckConstraint(name="notice_leads_to_a_page_of_ours", condition=Q(url__regex=r"^/[^/\\]")),
        ]
        indexes = [
            # The bell: visible_to(user).order_by("-created_at").
            models.Index(fields=["recipient", "-created_at"], name="notices_of_a_person"),
            models.Index(fields=["recipient"], condition=Q(seen_at__isnull=True), name="notice_unseen"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient_id}"


class SwitchedOff(models.Model):
    """A kind that a person does not want to be told of."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="switched_off")
    kind = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="kind_is_switched_off_once")]

    def __str__(self) -> str:
        return f"{self.user_id} × {self.kind}"


class Hours(models.Model):
    """When a person wants quiet, and when the morning letter: whole hours in Moscow. No row means the defaults."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="notification_hours"
    )
    quiet_from = models.PositiveSmallIntegerField(null=True)
    quiet_to = models.PositiveSmallIntegerField(null=True)
    digest_at = models.PositiveSmallIntegerField(null=True, default=rules.DIGEST_AT)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="quiet_hours_have_both_ends",
                condition=Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False, quiet_from__lt=24, quiet_to__lt=24)
                & ~Q(quiet_from=F("quiet_to")),
            ),
            models.CheckConstraint(
                name="digest_is_in_the_morning",
                condition=Q(digest_at__isnull=True) | Q(digest_at__range=(7, 12)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.quiet_from}–{self.quiet_to}, {self.digest_at}"

    def is_quiet(self, now: datetime) -> bool:
        return rules.is_quiet(self.quiet_from, self.quiet_to, now)


def hours_of(user: User) -> Hours:
    """The person's hours, or the defaults, not stored yet."""
    return Hours.objects.filter(user=user).first() or Hours(user=user)


class Digest(models.Model):
    """The letter of a person's morning, claimed by inserting this row: sent, or left out because there was nothing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests")
    day = models.DateField()
    settled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_is_settled_once_a_day")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"
