"""The planning meeting of a manager (R16): its slot in the week, its date, and a row for each partner talked about."""

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.permissions import Scope, acting_for, scope
from deals.models import Task
from meetings.rules import CORRECTIONS, DEFAULT_MINUTES
from partners.models import Partner

HELD_STAYS = """
    IF OLD.state = 'held' THEN
        RAISE EXCEPTION 'meeting %: it has been held and does not change (R16)', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
ROW_OF_HELD_STAYS = """
    PERFORM 1 FROM meetings_meeting WHERE id = NEW.meeting_id AND state = 'held';
    IF FOUND AND (TG_OP = 'INSERT' OR to_jsonb(NEW) - 'partner_id' <> to_jsonb(OLD) - 'partner_id') THEN
        RAISE EXCEPTION 'meeting %: it has been held, its rows do not change (R16)', NEW.meeting_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
"""Only whose row it is may change: a duplicate's goes to the partner that it is merged into."""


@pghistory.track()
class Slot(models.Model):
    """When a manager's meeting is held every week, Moscow time. A manager without one has no meetings of his own."""

    manager = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="meeting_slot", verbose_name=_("manager")
    )
    weekday = models.PositiveSmallIntegerField(_("day of the week"), validators=[MaxValueValidator(4)])
    starts_at = models.TimeField(_("begins at"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=DEFAULT_MINUTES, validators=[MinValueValidator(10), MaxValueValidator(180)]
    )

    class Meta:
        verbose_name = _("slot of planning meetings")
        verbose_name_plural = _("slots of planning meetings")
        constraints = [
            models.CheckConstraint(name="slot_is_on_a_working_day", condition=Q(weekday__range=(0, 4))),
            models.CheckConstraint(name="slot_has_a_length", condition=Q(minutes__range=(10, 180))),
        ]

    def __str__(self) -> str:
        return f"{self.manager_id}: {self.weekday} {self.starts_at:%H:%M}"

    @property
    def weekday_name(self) -> str:
        return str(WEEKDAYS[self.weekday])


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user: User, permission: str = "meeting.read") -> "MeetingQuerySet":
        """The meetings that are one's own, or of whom one stands in for; the head sees all."""
        granted = scope(user, permission)
        if granted == Scope.ALL:
            return self
        return self.filter(manager__in=acting_for(user)) if granted == Scope.OWN else self.none()

    def planned(self) -> "MeetingQuerySet":
        return self.filter(state=Meeting.State.PLANNED)

    def held(self) -> "MeetingQuerySet":
        return self.filter(state=Meeting.State.HELD)


@pghistory.track()
class Meeting(models.Model):
    """One meeting. Once held, what it showed is kept in `frozen` and nothing of it changes."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("state of a meeting", "planned")
        HELD = "held", pgettext_lazy("state of a meeting", "held")
        SKIPPED = "skipped", pgettext_lazy("state of a meeting", "skipped")

    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="meetings", verbose_name=_("manager")
    )
    starts_at = models.DateTimeField(_("begins at"))
    ends_at = models.DateTimeField(_("ends at"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED)
    skip_reason = models.CharField(_("why skipped"), max_length=250, blank=True)
    begun_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    held_at = models.DateTimeField(_("held at"), null=True, blank=True)
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    frozen = models.JSONField(_("what it showed"), default=list, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("planning meeting")
        verbose_name_plural = _("planning meetings")
        constraints = [
            models.UniqueConstraint(
                fields=["manager", "starts_at"], condition=~Q(state="skipped"), name="meeting_once_at_a_time"
            ),
            models.CheckConstraint(name="meeting_ends_after_its_beginning", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="meeting_held_says_when_and_by_whom",
                condition=Q(state="held", held_at__isnull=False, held_by__isnull=False, begun_at__isnull=False)
                | (~Q(state="held") & Q(held_at__isnull=True, held_by__isnull=True)),
            ),
            models.CheckConstraint(
                name="meeting_skipped_says_why", condition=~Q(state="skipped") | Q(skip_reason__regex=r"\S")
            ),
        ]
        indexes = [
            models.Index(fields=["manager", "-starts_at"], name="meetings_of_manager"),
            models.Index(fields=["starts_at"], name="meetings_by_time"),
        ]
        triggers = [
            pgtrigger.Trigger(name="held_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=HELD_STAYS),
            pgtrigger.Protect(name="meeting_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.manager_id} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.PLANNED


@pghistory.track()
class MeetingRow(models.Model):
    """What was written at a meeting of one partner: by the manager beforehand, by the head at the meeting.

    A partner has one; two only when a duplicate with one of its own was merged into it: then the older counts.
    """

    class Verdict(models.TextChoices):
        AGREED = "agreed", pgettext_lazy("verdict", "agreed")
        REWORK = "rework", pgettext_lazy("verdict", "think again")
        NO = "no", pgettext_lazy("verdict", "no")

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="rows")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="meeting_rows")
    solution = models.TextField(_("the manager's own solution"), max_length=1000, blank=True)
    correction = models.CharField(_("on another list"), max_length=8, choices=list(CORRECTIONS.items()), blank=True)
    correction_why = models.CharField(_("why on another list"), max_length=250, blank=True)
    verdict = models.CharField(_("verdict"), max_length=6, choices=Verdict, blank=True)
    decision = models.CharField(_("the head's decision"), max_length=250, blank=True)
    task = models.OneToOneField(Task, models.PROTECT, null=True, blank=True, related_name="decided_at_meeting")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("row of a planning meeting")
        verbose_name_plural = _("rows of planning meetings")
        constraints = [
            models.CheckConstraint(
                name="meeting_correction_says_why", condition=Q(correction="") | Q(correction_why__regex=r"\S")
            ),
            models.CheckConstraint(
                name="meeting_task_is_a_decision", condition=Q(task__isnull=True) | Q(decision__regex=r"\S")
            ),
        ]
        indexes = [models.Index(fields=["meeting", "partner"], name="meeting_row_of_partner")]
        triggers = [
            pgtrigger.Trigger(
                name="row_of_held_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=ROW_OF_HELD_STAYS,
            ),
            pgtrigger.Protect(name="meeting_row_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.partner_id}"
