"""What sales, support and marketing say to each other on a handoff: statuses, questions, a return (R1, R18)."""

from datetime import datetime, timedelta
from random import Random

from accounts.models import User
from core import moscow
from deals.models import Handoff, HandoffQuestion, HandoffReturn, HandoffStatusChange, Task
from demo.batch import Batch
from demo.calendar import Calendar
from demo.casting import WAITING_DAYS
from demo.stories import Story

HOUR = timedelta(hours=1)
STEPS = (Handoff.Status.INFO_RECEIVED, Handoff.Status.PREPARING, Handoff.Status.RUNNING)
TALK = (
    ("Кто со стороны партнёра отвечает за сайт?", "Их подрядчик Иван, контакт есть в комментарии к сделке."),
    ("Скидку на продление обещали в процентах или суммой?", "В процентах: 7 %, если продлит до конца срока."),
    ("Партнёр раньше работал с рекламой?", "Да, год сам вёл Директ; остался недоволен ценой заявки."),
)
UNANSWERED = "Какая география нужна в первую очередь и сколько заявок партнёр готов принимать?"
MISSING = "Нет доступа к сайту и не указано, сколько заявок в неделю нужно партнёру"


def is_returned(story: Story) -> bool:
    """The one that is late waits for sales: it was returned."""
    return story.situation == "handed_over" and WAITING_DAYS[story.manager % len(WAITING_DAYS)] > 1


def add_talk(story: Story, handoff: Handoff, marketer: User, rng: Random, calendar: Calendar, batch: Batch) -> None:
    """Marketing's steps up to the present status, some questions, and the return of the late one."""
    end = handoff.accepted_at or calendar.now
    _add_steps(handoff, marketer, calendar.now, rng, batch)
    if is_returned(story):
        _return(handoff, end, batch)
    elif not story.accepted_at and handoff.status == Handoff.Status.WAITING_INFO:
        _ask(handoff, UNANSWERED, "", end - (end - handoff.created_at) / 2, batch)
    elif story.accepted_at and rng.random() < 0.15:
        _ask(handoff, *rng.choice(TALK), end - (end - handoff.created_at) / 2, batch)


def _add_steps(handoff: Handoff, marketer: User, now: datetime, rng: Random, batch: Batch) -> None:
    at, before = handoff.created_at, Handoff.Status.WAITING_INFO
    for status in STEPS[: STEPS.index(handoff.status) + 1] if handoff.status in STEPS else ():
        at = min(at + rng.randint(3, 30) * HOUR, now)
        batch.add(HandoffStatusChange(handoff=handoff, from_status=before, to_status=status, by=marketer, at=at))
        before = status


def _return(handoff: Handoff, now: datetime, batch: Batch) -> None:
    """With the return the task that waits passes to sales."""
    handoff.returned_at = now - (now - handoff.created_at) / 3
    manager = handoff.deal.manager
    batch.add(HandoffReturn(handoff=handoff, missing=MISSING, returned_by=manager, returned_at=handoff.returned_at))
    for waiting in (task for task in batch.rows[Task] if task.deal is handoff.deal and task.is_open):
        waiting.assignee, waiting.title = handoff.sold_by, f"Дополнить передачу: {MISSING}"
        waiting.kind, waiting.created_by = Task.Kind.OTHER, manager
        waiting.created_at = waiting.scheduled_at = handoff.returned_at
        waiting.due_at = moscow.at(moscow.next_working_day(moscow.today(now)), moscow.OFFICE_CLOSES)


def _ask(handoff: Handoff, text: str, answer: str, at: datetime, batch: Batch) -> None:
    batch.add(
        HandoffQuestion(
            handoff=handoff,
            number=1,
            text=text,
            asked_by=handoff.deal.manager,
            asked_at=at,
            answer=answer,
            answered_by=handoff.sold_by if answer else None,
            answered_at=at + (handoff.accepted_at - at) / 2 if answer else None,
        )
    )
