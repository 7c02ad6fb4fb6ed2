"""The planning meetings of the department: one held with each manager last week, one planned for today (R16)."""

from datetime import datetime, time, timedelta

from core import moscow
from deals.models import Task
from demo.company import SUPPORT, Company
from meetings.actions import plan_meetings
from meetings.models import Meeting, MeetingRow, Slot
from meetings.rules import DEFAULT_MINUTES
from meetings.selectors.lines import Line, freeze, lines_of_many

BEGINNINGS = (time(10, 30), time(11, 20), time(12, 10), time(14), time(14, 50), time(15, 40))
SOLUTIONS = (
    "Разобрать две встречи вместе, поднять чек, дату оплаты взять на звонке.",
    "Сменить площадку и дать неделю бонусом; согласовать с маркетингом.",
    "Показать отчёт по заявкам за месяц и предложить разбить оплату на две части.",
    "Звонить утром по местному времени, отправить письмо с предложением.",
)
TALKED_ABOUT = 12
"""Of so many partners something was written last time."""


def add_meetings(company: Company, now: datetime) -> None:
    people = company.support[: len(SUPPORT)]
    today = moscow.today(now)
    day = today if moscow.is_working_day(today) else moscow.next_working_day(today)
    length = timedelta(minutes=DEFAULT_MINUTES)
    slots = [
        Slot(manager=person, weekday=day.weekday(), starts_at=begins, minutes=DEFAULT_MINUTES)
        for person, begins in zip(people, BEGINNINGS, strict=True)
    ]
    Slot.objects.bulk_create(slots)
    before, coming = [], []
    for slot in slots:
        begins = moscow.at(day, slot.starts_at)
        week_ago = begins - timedelta(days=7)
        before.append(Meeting(manager=slot.manager, starts_at=week_ago, ends_at=week_ago + length))
        coming.append(Meeting(manager=slot.manager, starts_at=begins, ends_at=begins + length))
    Meeting.objects.bulk_create([*before, *coming])
    _hold(before, company, now)
    _prepare(coming, now)
    plan_meetings(now)


def _hold(meetings: list[Meeting], company: Company, now: datetime) -> None:
    """Last week's meetings: what was decided is what is planned with the partner now, or has been done since."""
    told = lines_of_many(meetings, now)
    tasks = _tasks([line for lines in told.values() for line in lines])
    rows = []
    for meeting in meetings:
        urgent = sorted((line for line in told[meeting.pk] if line.lists), key=lambda line: not line.is_problem)
        for number, line in enumerate(urgent[:TALKED_ABOUT]):
            task = tasks.get(line.deal)
            line.solution = SOLUTIONS[number % len(SOLUTIONS)]
            line.verdict = MeetingRow.Verdict.AGREED if number % 4 else MeetingRow.Verdict.REWORK
            line.decision = task.title if task else ""
            line.next_step, line.next_at = "", None
            rows.append(_row(meeting, line, meeting.starts_at, task=task, verdict=line.verdict, decision=line.decision))
        meeting.frozen = [freeze(line) for line in told[meeting.pk]]
        meeting.state, meeting.begun_at = Meeting.State.HELD, meeting.starts_at
        meeting.held_at, meeting.held_by = meeting.ends_at, company.head
    MeetingRow.objects.bulk_create(rows)
    Meeting.objects.bulk_update(meetings, ["frozen", "state", "begun_at", "held_at", "held_by"])


def _prepare(meetings: list[Meeting], now: datetime) -> None:
    """Today's meetings: most problem partners have a solution already; the last manager has three still to write."""
    told = lines_of_many(meetings, now)
    rows = []
    for meeting in meetings:
        asked = [line for line in told[meeting.pk] if line.is_problem]
        ready = asked[:-3] if meeting == meetings[-1] else asked
        rows += [
            _row(meeting, line, now, solution=SOLUTIONS[number % len(SOLUTIONS)]) for number, line in enumerate(ready)
        ]
    MeetingRow.objects.bulk_create(rows)


def _row(meeting: Meeting, line: Line, at: datetime, **written) -> MeetingRow:
    return MeetingRow(meeting=meeting, partner_id=line.partner, changed_at=at, **{"solution": line.solution} | written)


def _tasks(lines: list[Line]) -> dict[int, Task]:
    """The latest task of each deal."""
    tasks = Task.objects.filter(deal__in=[line.deal for line in lines if line.deal])
    return {task.deal_id: task for task in tasks.order_by("deal", "-due_at").distinct("deal")}
