"""Add-on services that were offered to a partner, at every stage from the offer to the delivery (R14)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random

from catalog.models import Service
from deals.models import Task
from deals.rules import discounted
from demo import phrases
from demo.calendar import DAY, Calendar
from demo.steps import addon_ending
from demo.stories import Bill, Chapter, Story
from demo.terms import Moves, due_on, pay_in_part, reissued

# How the add-on deals of forty partners stand.
STAGES = {
    "offered": 3, "agreed": 2, "invoiced": 2, "part_paid": 1, "paid": 1, "in_delivery": 1, "won": 6, "lost": 3,
}  # fmt: skip
WAYS = {
    "offered": ["offered"],
    "agreed": ["offered", "agreed"],
    "invoiced": ["offered", "agreed", "invoiced"],
    "part_paid": ["offered", "agreed", "invoiced", "part_paid"],
    "paid": ["offered", "agreed", "invoiced", "paid"],
    "in_delivery": ["offered", "agreed", "invoiced", "paid", "in_delivery"],
    "won": ["offered", "agreed", "invoiced", "paid", "in_delivery", "won"],
    "lost": ["offered", "agreed", "lost"],
}
OLD_ENOUGH = 60
"""A partner gets an offer after so many days of work."""


@dataclass
class Addon:
    """What is to be told: the stage the add-on stands on, its service, and its next step."""

    stage: str
    service: Service
    step: str = ""
    title: str = ""
    today_at: datetime | None = None


def tell_addon(story: Story, addon: Addon, calendar: Calendar, rng: Random) -> None:
    """Add the add-on deal to the story, its stages going back from its last move."""
    way = WAYS[addon.stage]
    is_open = addon.stage not in ("won", "lost")
    last_on = calendar.some_workday(-4, -1, rng) if is_open else calendar.back(_closed_days_ago(story, calendar, rng))
    days = [last_on]
    for _stage in way[1:]:
        days.append(days[-1] - rng.randint(1, 4) * DAY)
    moves = Moves(calendar, story.city.timezone, rng)
    for stage, day in zip(way, reversed(days), strict=True):
        moves.add(stage, day)
    discount = Decimal(rng.choices((0, 5, 10), (7, 2, 1))[0])
    chapter = Chapter(
        pipeline="addon",
        moves=moves.done,
        amount=discounted(addon.service.price, discount),
        list_price=addon.service.price,
        discount=discount,
        service=addon.service,
    )
    _bill(chapter, calendar, rng)
    if addon.stage == "agreed":
        chapter.expected_on = calendar.some_workday(3, 8, rng)
    if addon.stage == "lost":
        chapter.lost_reason = rng.choice(phrases.LOST_ADDON_REASONS)
    if is_open:
        zone = story.city.timezone
        chapter.step = addon_ending(addon.step, moves.done[-1][1], zone, calendar, rng, addon.today_at)
        chapter.step.title = addon.title or phrases.ADDON_STEPS[addon.stage].format(service=addon.service.name)
        chapter.step.kind = phrases.ADDON_STEP_KINDS.get(addon.stage, Task.Kind.CALL)
    story.addons.append(chapter)


def _closed_days_ago(story: Story, calendar: Calendar, rng: Random) -> int:
    """Any day of the last months on which the partner had been with us for some weeks already."""
    age = (calendar.today - story.accepted_at.date()).days
    return rng.randint(2, max(2, min(150, age - 55)))


def _bill(chapter: Chapter, calendar: Calendar, rng: Random) -> None:
    """The invoice that belongs to the stages passed, a draft or issued, and the money that came for it."""
    passed = dict(chapter.moves)
    if chapter.stage == "agreed" and rng.random() < 0.5:
        begun = Bill(passed["agreed"], due_on(passed["agreed"]), [(chapter.service, chapter.amount)], is_draft=True)
        chapter.bills = [begun]
    if "invoiced" not in passed:
        return
    bill = Bill(passed["invoiced"], due_on(passed["invoiced"]), [(chapter.service, chapter.amount)])
    chapter.bills = reissued(bill, rng)
    chapter.expected_on = bill.due_on
    if "paid" in passed:
        bill.receipts = [(passed["paid"].date(), bill.amount)]
    elif "part_paid" in passed:
        pay_in_part(bill, calendar, rng)
        day = passed["part_paid"].date()
        bill.receipts = [(day, amount) for _day, amount in bill.receipts]


def can_have_addons(story: Story, calendar: Calendar) -> bool:
    if story.situation not in ("healthy", "troubled", "soon", "due") or story.accepted_at is None:
        return False
    return story.accepted_at.date() < calendar.today - OLD_ENOUGH * DAY
