"""A task: the next step of a deal, with a date that the seven-day rule (R2) watches over."""

from datetime import datetime

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import DateField, ExpressionWrapper, F, Q
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.permissions import Scope, acting_for, scope
from core.expressions import MoscowDate
from deals.models.deal import Deal
from deals.rules import HORIZON_DAYS

WITHIN_HORIZON = LessThanOrEqual(
    MoscowDate(F("due_at")),
    ExpressionWrapper(MoscowDate(F("scheduled_at")) + HORIZON_DAYS, output_field=DateField()),
)
"""R2 as the database says it: counted in calendar days of Moscow."""


class TaskQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "task.read") -> "TaskQuerySet":
        """Own tasks: those assigned to the user, and for support also those on his deals."""
        granted = scope(user, permission)
        if granted == Scope.ALL:
            return self
        if granted == Scope.NONE:
            return self.none()
        if user.role == Role.SUPPORT_MANAGER:
            people = acting_for(user)
            return self.filter(Q(assignee__in=people) | Q(deal__manager__in=people))
        return self.filter(assignee=user)

    def open(self) -> "TaskQuerySet":
        return self.filter(done_at__isnull=True)

    def overdue(self, now: datetime) -> "TaskQuerySet":
        return self.open().filter(due_at__lt=now)

    def beyond_horizon(self) -> "TaskQuerySet":
        """Imported tasks that lie further than R2 allows and say no reason."""
        return self.open().filter(~Q(WITHIN_HORIZON), long_term_reason="")


@pghistory.track(exclude=["version"])
class Task(models.Model):
    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        MEETING = "meeting", _("Online meeting")
        LETTER = "letter", _("Letter")
        INVOICE = "invoice", _("Invoice")
        DELIVERY = "delivery", _("Delivery")
        OTHER = "other", _("Other")

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="tasks", verbose_name=_("deal"))
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="tasks", verbose_name=_("who does it")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.CALL)
    title = models.CharField(_("what to do"), max_length=250)
    scheduled_at = models.DateTimeField(
        _("scheduled"), help_text=_("When the date was set; the seven days count from it")
    )
    due_at = models.DateTimeField(_("when"))
    long_term_reason = models.CharField(_("why later than 7 days"), max_length=250, blank=True)
    postponed_count = models.PositiveSmallIntegerField(_("times postponed"), default=0)
    is_imported = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    result = models.TextField(_("result"), blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.CheckConstraint(
                name="task_within_seven_days_or_says_why",
                condition=Q(is_imported=True) | Q(long_term_reason__regex=r"\S") | Q(WITHIN_HORIZON),
            ),
            models.CheckConstraint(name="task_has_a_title", condition=Q(title__regex=r"\S")),
        ]
        indexes = [
            # My day: open tasks of a person by time.
            models.Index("assignee", "due_at", "id", condition=Q(done_at__isnull=True), name="task_queue"),
            # The next task of a deal.
            models.Index("deal", "due_at", "id", condition=Q(done_at__isnull=True), name="task_next_of_deal"),
            # Done today, by person.
            models.Index("assignee", "done_at", condition=Q(done_at__isnull=False), name="task_done"),
            # The jobs: everything open and past due.
            models.Index("due_at", condition=Q(done_at__isnull=True), name="task_open_by_due"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.done_at is None

    def is_overdue(self, now: datetime) -> bool:
        return self.done_at is None and self.due_at < now
