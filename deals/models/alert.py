"""Alerts: what the jobs found to be wrong. Raised once, cleared when the cause is gone, told to whom it concerns.

Most are about a deal. What higher rooms own — an invoice, a request — they watch themselves: `deals.watching`.
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import acting_for
from deals.models.call import Call
from deals.models.deal import Deal
from deals.models.handoff import Handoff
from deals.models.task import Task
from notifications.models import SwitchedOff

KIND = "alert."
"""Before the kind of an alert, it is the kind of notification."""


class AlertQuerySet(models.QuerySet):
    def open(self) -> "AlertQuerySet":
        return self.filter(cleared_at__isnull=True)


class Alert(models.Model):
    class Kind(models.TextChoices):
        TASK_OVERDUE = "task_overdue", _("Task is overdue")
        TASK_OVERDUE_7D = "task_overdue_7d", _("Task is overdue for more than 7 days")
        TASK_HORIZON = "task_horizon", _("Task is further than 7 days and says no reason")
        NO_NEXT_TASK = "no_next_task", _("Deal has no next step")
        HANDOFF_UNACCEPTED = "handoff_unaccepted", _("New partner is not accepted in time")
        CALL_WITHOUT_COMMENT = "call_without_comment", _("Call has no comment by the end of the day")
        DELIVERY_FAILED = "delivery_failed", _("Invoice has not reached the partner")
        REQUEST_UNANSWERED = "request_unanswered", _("Customer request is not answered")
        ISSUE_UNANSWERED = "issue_unanswered", _("Nobody issues an invoice that was asked for")
        INVOICE_LAPSED = "invoice_lapsed", _("Invoice has lapsed unpaid")
        INVOICE_LAPSING = "invoice_lapsing", _("Invoice is about to lapse")

    ESCALATED = frozenset(
        {Kind.TASK_OVERDUE_7D, Kind.HANDOFF_UNACCEPTED, Kind.REQUEST_UNANSWERED, Kind.ISSUE_UNANSWERED}
    )

    kind = models.CharField(max_length=24, choices=Kind)
    deal = models.ForeignKey(Deal, models.CASCADE, null=True, related_name="alerts")
    task = models.ForeignKey(Task, models.CASCADE, null=True, related_name="alerts")
    handoff = models.ForeignKey(Handoff, models.CASCADE, null=True, related_name="alerts")
    call = models.ForeignKey(Call, models.CASCADE, null=True, related_name="alerts")
    subject_id = models.BigIntegerField(null=True, help_text=_("Key of what a higher room watches, by the kind"))
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "deal", "task", "handoff", "call", "subject_id"],
                condition=Q(cleared_at__isnull=True),
                nulls_distinct=False,
                name="alert_is_raised_once",
            ),
            models.CheckConstraint(
                name="alert_is_about_something",
                condition=Q(deal__isnull=False, subject_id__isnull=True)
                | Q(deal__isnull=True, subject_id__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["deal", "kind"], condition=Q(cleared_at__isnull=True), name="alerts_open_of_deal")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.deal_id or self.subject_id}"


class AlertNoticeQuerySet(models.QuerySet):
    def open_for(self, user: User) -> "AlertNoticeQuerySet":
        """What is wrong now and concerns the reader or whom he stands in for, without what he has switched off."""
        switched_off = SwitchedOff.objects.filter(user=user, kind=Concat(Value(KIND), OuterRef("alert__kind")))
        told = self.filter(recipient__in=acting_for(user), alert__cleared_at__isnull=True)
        return told.exclude(Exists(switched_off)).annotate(is_new=_is_new_to(user))

    def unseen(self) -> "AlertNoticeQuerySet":
        """Of those that are open for a reader: what he has not read."""
        return self.filter(is_new=True)

    def mark_seen(self, user: User, now: datetime) -> None:
        """Read by this person; who reads for a colleague that is away leaves it new to the colleague."""
        self.filter(recipient=user, seen_at__isnull=True).update(seen_at=now)
        of_absent = self.exclude(recipient=user).values_list("pk", flat=True)
        readings = (AlertReading(notice_id=pk, person=user) for pk in of_absent)
        AlertReading.objects.bulk_create(readings, ignore_conflicts=True)


def _is_new_to(user: User) -> ExpressionWrapper:
    own = Q(recipient=user, seen_at__isnull=True)
    read = AlertReading.objects.filter(notice=OuterRef("pk"), person=user)
    return ExpressionWrapper(own | (~Q(recipient=user) & ~Exists(read)), output_field=BooleanField())


class AlertNotice(models.Model):
    """An alert told to one person: the responsible manager, and for an escalated one each head of support."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="notices")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="alert_notices")
    seen_at = models.DateTimeField(null=True)

    objects = AlertNoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "recipient"], name="alert_is_told_once")]
        indexes = [models.Index(fields=["recipient"], condition=Q(seen_at__isnull=True), name="notices_unseen")]

    def __str__(self) -> str:
        return f"{self.alert_id} → {self.recipient_id}"


class AlertReading(models.Model):
    """Who stands in for the recipient of a notice has read it, for himself."""

    notice = models.ForeignKey(AlertNotice, models.CASCADE, related_name="readings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "person"], name="alert_is_read_once")]

    def __str__(self) -> str:
        return f"{self.notice_id}: {self.person_id}"
