"""What changes state in the planning meetings (R16): their days, what is written of a partner, holding one."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.permissions import require
from core import formatting, moscow
from core.audit import operation
from core.errors import RuleViolation
from deals.actions import NextStep, reschedule_task, schedule_task
from deals.models import Deal, PipelineCode, Task
from meetings.models import Meeting, MeetingRow, Slot
from meetings.selectors.lines import freeze, lines_of
from partners.models import Partner

AHEAD = timedelta(days=14)
"""So far ahead the meetings of the slots are made."""


@dataclass(frozen=True)
class Preparation:
    """What the manager writes of a partner beforehand."""

    solution: str = ""
    correction: str = ""
    correction_why: str = ""


# --- When ------------------------------------------------------------------------------------------------------------


def set_slot(manager: User, *, weekday: int, starts_at: time, minutes: int, by: User, now: datetime) -> Slot:
    """Say when this manager's meeting is every week; meetings to come that nobody has begun are made anew.

    Raises `not_a_support_manager`.
    """
    require(by, "meeting.schedule")
    if manager.role != Role.SUPPORT_MANAGER or not manager.is_active:
        raise RuleViolation("not_a_support_manager", _("Choose a support manager who works here."), "manager")
    with operation("meeting.schedule", by=by):
        slot, _made = Slot.objects.update_or_create(
            manager=manager, defaults={"weekday": weekday, "starts_at": starts_at, "minutes": minutes}
        )
        coming = Meeting.objects.planned().filter(manager=manager, starts_at__gt=now, begun_at__isnull=True)
        for meeting in coming.select_for_update():
            day = moscow.today(meeting.starts_at)
            begins, ends = _hours(slot, day + timedelta(days=weekday - day.weekday()))
            if begins > now:
                meeting.starts_at, meeting.ends_at = begins, ends
                meeting.save()
        plan_meetings(now)
    return slot


def plan_meetings(now: datetime) -> int:
    """Make the meetings of the next two weeks that are not made yet; how many it made.

    A week has one meeting of a manager: one that was skipped or moved is not made again.
    """
    first = moscow.today(now)
    days = [first + timedelta(days=after) for after in range(AHEAD.days + 1)]
    there = _weeks_with_meetings(_monday(first))
    made = []
    for slot in Slot.objects.select_related("manager").filter(manager__is_active=True):
        for day in days:
            begins, ends = _hours(slot, day)
            week = (slot.manager_id, _monday(day))
            if day.weekday() == slot.weekday and begins >= now and week not in there:
                made.append(Meeting(manager=slot.manager, starts_at=begins, ends_at=ends))
                there.add(week)
    return len(Meeting.objects.bulk_create(made))


def move_meeting(meeting: Meeting, *, starts_at: datetime, by: User, now: datetime) -> Meeting:
    """Hold it at another time, as long as before. Raises `meeting_closed`, `meeting_in_past`, `meeting_taken`."""
    require(by, "meeting.schedule", meeting)
    with operation("meeting.schedule", by=by):
        meeting = _lock_open(meeting)
        if starts_at < now:
            raise RuleViolation("meeting_in_past", _("This time has passed. Choose a later one."), "starts_at")
        length = meeting.ends_at - meeting.starts_at
        others = meeting.manager.meetings.exclude(pk=meeting.pk).exclude(state=Meeting.State.SKIPPED)
        if others.filter(starts_at__lt=starts_at + length, ends_at__gt=starts_at).exists():
            raise RuleViolation("meeting_taken", _("This manager has a meeting at that time already."), "starts_at")
        meeting.starts_at, meeting.ends_at = starts_at, starts_at + length
        meeting.save()
    return meeting


def skip_meeting(meeting: Meeting, *, reason: str, by: User) -> Meeting:
    """It is not held this time. Raises `meeting_closed`, `reason_needed`."""
    require(by, "meeting.schedule", meeting)
    if not reason.strip():
        raise RuleViolation("reason_needed", _("Write why the meeting is skipped."), "reason")
    with operation("meeting.schedule", by=by, why=reason.strip()):
        meeting = _lock_open(meeting)
        meeting.state, meeting.skip_reason = Meeting.State.SKIPPED, reason.strip()
        meeting.save()
    return meeting


# --- What is written of a partner ------------------------------------------------------------------------------------


def prepare(meeting: Meeting, partner: Partner, written: Preparation, *, by: User, now: datetime) -> MeetingRow:
    """The manager's own solution for a partner, and on which list it belongs in his eyes (R16).

    Raises `meeting_closed`, `not_of_this_meeting`, `correction_needs_why`.
    """
    require(by, "meeting.prepare", meeting)
    if written.correction and not written.correction_why.strip():
        raise RuleViolation("correction_needs_why", _("Write in a few words why."), "correction_why")
    with operation("meeting.prepare", by=by):
        row = _row(_lock_open(meeting), partner, now)
        row.solution = written.solution.strip()
        row.correction = written.correction
        row.correction_why = written.correction_why.strip() if written.correction else ""
        row.save()
    return row


def decide(
    meeting: Meeting,
    partner: Partner,
    *,
    verdict: str,
    decision: str,
    due_at: datetime | None,
    by: User,
    now: datetime,
) -> MeetingRow:
    """The head's verdict on a row and his decision, which becomes a task of the manager; written anew it changes it.

    Raises `meeting_closed`, `not_of_this_meeting`, `decision_needs_a_day`, `partner_has_no_deal`, and what a task
    refuses (R2).
    """
    require(by, "meeting.run", meeting)
    with operation("meeting.run", by=by):
        meeting = _lock_open(meeting)
        row = _row(meeting, partner, now)
        row.verdict, decision = verdict, decision.strip()
        if decision and decision != row.decision:
            row.decision = decision
            row.task = _task(row, decision, due_at, by, now)
        elif row.task and due_at and due_at != row.task.due_at:
            reschedule_task(row.task, due_at=due_at, by=by, now=now)
        row.save()
    return row


def begin(meeting: Meeting, *, by: User, now: datetime) -> Meeting:
    """The meeting begins: from now its minutes count. Beginning it twice changes nothing."""
    require(by, "meeting.run", meeting)
    with operation("meeting.run", by=by):
        meeting = _lock_open(meeting)
        if meeting.begun_at is None:
            meeting.begun_at = now
            meeting.save()
    return meeting


def hold(meeting: Meeting, *, by: User, now: datetime) -> Meeting:
    """Close the meeting: its lines are frozen, and what changes later does not touch them (R16).

    Raises `meeting_closed`, and `solution_missing` while a problem partner has no solution of the manager's own.
    """
    require(by, "meeting.run", meeting)
    with operation("meeting.run", by=by, why="hold"):
        meeting = _lock_open(meeting)
        lines = lines_of(meeting, now)
        lacking = [line.name for line in lines if line.lacks_solution]
        if lacking:
            names = ", ".join(map(formatting.typography, lacking[:3])) + ("…" if len(lacking) > 3 else "")
            message = _("Write a solution for each problem partner first: %(names)s.") % {"names": names}
            raise RuleViolation("solution_missing", message)
        meeting.frozen = [freeze(line) for line in lines]
        meeting.begun_at = meeting.begun_at or now
        meeting.state, meeting.held_at, meeting.held_by = Meeting.State.HELD, now, by
        meeting.save()
    return meeting


def _task(row: MeetingRow, decision: str, due_at: datetime | None, by: User, now: datetime) -> Task:
    """The task that the decision becomes: the one there is, while it is open, under its new words and day."""
    if due_at is None:
        raise RuleViolation("decision_needs_a_day", _("Say by which day."), "due_on")
    if row.task and row.task.is_open:
        Task.objects.filter(pk=row.task_id).update(title=decision, version=F("version") + 1)
        return reschedule_task(row.task, due_at=due_at, by=by, now=now) if due_at != row.task.due_at else row.task
    deals = Deal.objects.open().filter(partner=row.partner)
    deal = deals.exclude(pipeline=PipelineCode.ADDON).order_by("pk").first() or deals.order_by("pk").first()
    if deal is None:
        raise RuleViolation(
            "partner_has_no_deal", _("This partner has no open deal, so nothing can be planned."), "decision"
        )
    return schedule_task(deal, NextStep(title=decision, due_at=due_at, kind=Task.Kind.OTHER), by=by, now=now)


def _row(meeting: Meeting, partner: Partner, now: datetime) -> MeetingRow:
    """The row of this partner, made when nothing was written of it; inside the meeting's lock."""
    if partner.manager_id != meeting.manager_id:
        raise RuleViolation("not_of_this_meeting", _("This partner is with another manager now."))
    row = meeting.rows.filter(partner=partner).select_related("task__deal").order_by("pk").first()
    row = row or MeetingRow(meeting=meeting, partner=partner)
    row.changed_at = now
    return row


def _lock_open(meeting: Meeting) -> Meeting:
    locked = Meeting.objects.select_for_update(of=("self",)).select_related("manager").get(pk=meeting.pk)
    if not locked.is_open:
        raise RuleViolation("meeting_closed", _("This meeting is closed and does not change."))
    return locked


def _hours(slot: Slot, day: date) -> tuple[datetime, datetime]:
    begins = moscow.at(day, slot.starts_at)
    return begins, begins + timedelta(minutes=slot.minutes)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weeks_with_meetings(since: date) -> set[tuple[int, date]]:
    """Managers with the weeks, from this day on, in which they have a meeting, whatever became of it."""
    rows = Meeting.objects.filter(starts_at__gte=moscow.start_of_day(since)).values_list("manager", "starts_at")
    return {(manager, _monday(moscow.today(starts_at))) for manager, starts_at in rows}
