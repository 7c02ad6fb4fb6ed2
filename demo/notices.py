"""What people find under the bell: last week's words between sales, support and marketing, the answered ones read."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse

from accounts.models import User
from chat.models import Mention
from chat.telling import tell_of_mention
from core import moscow
from deals import telling
from deals.actions.handoff_talk import ANSWERED, ASKED, RETURNED
from deals.models import Handoff, HandoffQuestion, HandoffReturn
from notifications.kinds import Kind
from notifications.models import Notice

WEEK = timedelta(days=7)
NEIGHBOURS = ("handoff__deal__partner", "handoff__sold_by")


def add_notices(now: datetime) -> None:
    """Written from the rows as they stand; the alerts come by the jobs."""
    Notice.objects.bulk_create([*_returns(now), *_questions(now), *_answers(now)], batch_size=500)
    for call in Mention.objects.select_related("message__partner", "message__deal", "message__author", "person"):
        tell_of_mention(call.message, call.person)


def _returns(now: datetime) -> Iterator[Notice]:
    returns = HandoffReturn.objects.filter(returned_at__gt=now - WEEK).select_related(*NEIGHBOURS, "returned_by")
    for each in returns:
        words = {"who": each.returned_by.full_name, "what": each.missing}
        text = str(RETURNED) % words
        yield _notice(
            telling.HANDOFF_RETURNED, each.handoff, each.handoff.sold_by, text, each.returned_at, seen_at=None
        )


def _questions(now: datetime) -> Iterator[Notice]:
    questions = HandoffQuestion.objects.filter(asked_at__gt=now - WEEK).select_related(*NEIGHBOURS, "asked_by")
    for each in questions:
        text = str(ASKED) % {"who": each.asked_by.full_name, "text": each.text}
        yield _notice(
            telling.HANDOFF_ASKED, each.handoff, each.handoff.sold_by, text, each.asked_at, seen_at=each.answered_at
        )


def _answers(now: datetime) -> Iterator[Notice]:
    """Today's answers are new, the others read."""
    answers = HandoffQuestion.objects.filter(answered_at__gt=now - WEEK).select_related(
        *NEIGHBOURS, "asked_by", "answered_by"
    )
    for each in answers:
        text = str(ANSWERED) % {"who": each.answered_by.full_name, "text": each.answer}
        is_new = moscow.today(each.answered_at) == moscow.today(now)
        seen_at = None if is_new else each.answered_at + timedelta(hours=1)
        yield _notice(telling.HANDOFF_ANSWERED, each.handoff, each.asked_by, text, each.answered_at, seen_at=seen_at)


def _notice(
    kind: Kind, handoff: Handoff, recipient: User, text: str, at: datetime, *, seen_at: datetime | None
) -> Notice:
    return Notice(
        recipient=recipient,
        kind=kind.code,
        key=f"{kind.code}:{handoff.pk}:{at.isoformat()}",
        title=handoff.deal.partner.name,
        text=text,
        about=telling.about(handoff.deal),
        url=f"{reverse('deals:handoffs')}?handoff={handoff.pk}",
        created_at=at,
        seen_at=seen_at,
    )
