"""Calls made into rows: comments, the week's metrics, and the tasks from one call to the next (R2, R3)."""

from datetime import datetime, timedelta
from random import Random

from core import moscow
from deals.models import CallComment, Deal, Task
from demo import phrases
from demo.batch import Batch
from demo.calendar import DAY, Calendar
from demo.phrases import Topic
from demo.stories import Chapter, Story
from demo.talk import Said, conversation
from demo.terms import BEGINNING
from partners.models import Metrics

WEEKS_TOLD = 70 * DAY
"""How far back the calls go: ten weeks."""


def add_calls(story: Story, terms: list[Deal], rng: Random, calendar: Calendar, batch: Batch) -> None:
    """The comments of the last weeks, the tasks between them, and the step that waits."""
    times = call_times(story, rng, calendar)
    first_task = _first_tasks(story, terms[0], times, batch) if story.situation in BEGINNING else None
    if not times:
        add_step(story.main, terms[-1], batch)
        return
    silent = len(times) if story.situation in ("preparing", "accepted") else 0
    silent = len(times) - 1 if story.situation == "launch" else silent
    said = conversation(
        rng,
        len(times),
        package=story.package.name,
        mood=story.mood,
        ending=_ending(story),
        silent_weeks=silent,
        last=story.last_topic,
    )
    completed = first_task
    for index, (at, words) in enumerate(zip(times, said, strict=True)):
        following = times[index + 1] if index + 1 < len(times) else None
        deal = _deal_at(at, story, terms)
        if following:
            planned = _task_until(at, following, words, _deal_at(following, story, terms), batch)
        else:
            planned = _last_task(at, words, story, terms[-1], rng, calendar, batch)
        _comment(at, words, deal, completed, planned, batch)
        completed = planned


def call_times(story: Story, rng: Random, calendar: Calendar) -> list[datetime]:
    """The moments of the calls, oldest first: one a week back from the last."""
    if story.last_call_at is None:
        return []
    earliest = max(story.accepted_at, calendar.now - WEEKS_TOLD)
    times = [story.last_call_at]
    while True:
        before = calendar.call((times[-1] - rng.randint(6, 8) * DAY).date(), story.city.timezone, rng)
        if before <= earliest:
            return times[::-1]
        times.append(before)


def _ending(story: Story) -> list[Topic]:
    stock = {"troubled": phrases.TROUBLE, "lost": phrases.TROUBLE, "soon": phrases.RENEWAL[1:3], "due": phrases.RENEWAL}
    return stock.get(story.situation, [])


def _deal_at(at: datetime, story: Story, terms: list[Deal]) -> Deal:
    """The deal of the chain that was open at that moment."""
    for chapter, deal in zip(reversed(story.terms), reversed(terms), strict=True):
        if chapter.opened_at <= at:
            return deal
    return terms[0]


def _task(deal: Deal, title: str, kind: str, planned_at: datetime, due_at: datetime, batch: Batch, **more) -> Task:
    return batch.add(
        Task(
            deal=deal,
            assignee=deal.manager,
            kind=kind,
            title=title,
            scheduled_at=more.pop("scheduled_at", planned_at),
            due_at=due_at,
            created_by=deal.manager,
            created_at=planned_at,
            **more,
        )
    )


def _task_until(at: datetime, following: datetime, words: Said, deal: Deal, batch: Batch) -> Task:
    """The step that the following call completed; it was due within the seven days."""
    due_at = min(following + timedelta(minutes=10), at + 7 * DAY)
    return _task(deal, words.step, words.kind, at, due_at, batch, done_at=following, done_by=deal.manager)


def _first_tasks(story: Story, deal: Deal, times: list[datetime], batch: Batch) -> Task | None:
    """To accept the partner in time, and the first call after that, which stays open while there was none."""
    if story.accepted_at is None:
        return None
    _task(
        deal, "Первый звонок: принять в работу", Task.Kind.CALL, story.handed_over_at,
        moscow.at(story.paid_on + DAY, datetime.min.time().replace(hour=18)), batch,
        done_at=story.accepted_at, done_by=deal.manager,
    )  # fmt: skip
    if not times:
        return None
    due_at = min(times[0] + timedelta(minutes=10), story.accepted_at + 7 * DAY)
    return _task(
        deal, "Вводный звонок: порядок работы и доступы", Task.Kind.CALL, story.accepted_at, due_at, batch,
        done_at=times[0], done_by=deal.manager,
    )  # fmt: skip


def add_step(chapter: Chapter, deal: Deal, batch: Batch) -> Task | None:
    """The open task of the deal, if it has one."""
    step = chapter.step
    if step is None or step.due_at is None:
        return None
    return _task(deal, step.title, step.kind, step.planned_at, step.due_at, batch, long_term_reason=step.reason)


def _last_task(
    at: datetime, words: Said, story: Story, deal: Deal, rng: Random, calendar: Calendar, batch: Batch
) -> Task:
    """What the last call ended in: the step that waits, or a task that was done and left the deal without one."""
    step = story.main.step
    if step is None:
        closed_at = story.main.closed_at
        return _task(
            deal, words.step, words.kind, at, min(at + 3 * DAY, closed_at), batch,
            done_at=closed_at, done_by=deal.manager, result="Закрыто вместе со сделкой",
        )  # fmt: skip
    if step.due_at is None:
        done_at = min(at + timedelta(hours=rng.randint(4, 26)), calendar.now)
        return _task(
            deal, words.step, words.kind, at, at + DAY, batch,
            done_at=done_at, done_by=deal.manager, result=rng.choice(phrases.IDLE_RESULTS),
        )  # fmt: skip
    return _task(
        deal, step.title or words.step, step.kind or words.kind, at, step.due_at, batch,
        scheduled_at=step.planned_at, long_term_reason=step.reason, postponed_count=step.postponed,
    )  # fmt: skip


def _comment(at: datetime, words: Said, deal: Deal, completed: Task | None, planned: Task, batch: Batch) -> None:
    metrics = None
    if words.numbers:
        metrics = batch.add(Metrics(partner=deal.partner, measured_on=moscow.today(at), **vars(words.numbers)))
    batch.add(
        CallComment(
            deal=deal,
            author=deal.manager,
            called_at=at,
            was=words.was,
            now=words.now,
            plans=words.plans,
            metrics=metrics,
            next_task=planned,
            completed_task=completed,
            created_at=at,
        )
    )
