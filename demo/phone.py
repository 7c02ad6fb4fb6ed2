"""Calls as the phone knows them: under the latest comments, and a few after which nobody has written yet (R4)."""

from datetime import datetime, timedelta
from random import Random

from core import moscow
from deals.models import Call, CallComment, Deal
from demo.batch import Batch
from demo.calendar import Calendar
from demo.stories import Story
from partners.models import Contact

TOLD_FOR = timedelta(days=14)
FORGOTTEN = 0.04


def add_phone_calls(
    story: Story,
    deal: Deal,
    contact: Contact,
    comments: list[CallComment],
    rng: Random,
    calendar: Calendar,
    batch: Batch,
) -> None:
    """Each comment of the last two weeks followed a call; now and then one of the last days has no comment."""
    latest = [comment for comment in comments if comment.called_at > calendar.now - TOLD_FOR]
    for comment in latest:
        seconds = rng.randint(90, 1_100)
        began = comment.called_at - timedelta(seconds=seconds + 60)
        _add(comment.deal, contact, began, seconds, rng, batch)
    last = latest[-1].called_at if latest else None
    if deal.is_open and last and rng.random() < FORGOTTEN:
        began = calendar.call(calendar.today, story.city.timezone, rng)
        if began > last:
            _add(deal, contact, began, None, rng, batch)


def _add(deal: Deal, contact: Contact, began: datetime, seconds: int | None, rng: Random, batch: Batch) -> None:
    direction = Call.Direction.INCOMING if seconds and rng.random() < 0.2 else Call.Direction.OUTGOING
    batch.add(
        Call(
            deal=deal,
            contact=contact,
            phone=contact.phone,
            direction=direction,
            started_at=began,
            duration_s=seconds,
            comment_by=moscow.end_of_office_day(began),
            by=deal.manager,
            created_at=began,
        )
    )
