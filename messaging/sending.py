"""The sender of the outbox: claims a message, calls its gateway outside any transaction, and writes down what it said.

A message is claimed by a lease: `FOR UPDATE SKIP LOCKED` picks one, a token and a time limit are written, and only
who still holds the token writes the result. A sender that dies leaves an attempt without an end; whoever takes the
message next then knows that it may have gone through, and asks the gateway before it sends again. A gateway that cannot
be asked gets the same key once more (for a letter, the same Message-ID). So a message is delivered at least once, and
never twice where the gateway honours the key or can be asked (R10).
"""

import logging
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from core.audit import operation
from core.scheduling import database_now
from messaging import handlers, limits
from messaging.gateways import gateway_for
from messaging.gateways.base import Absent, Accepted, Gateway, Later, Outcome, Parcel, ParcelFile, Refused, Unclear
from messaging.models import Attempt, Channel, Message
from messaging.rules import LEASE, MAX_TRIES, next_report, wait_before_next

logger = logging.getLogger(__name__)

OUTCOMES: dict[type, Attempt.Outcome] = {
    Accepted: Attempt.Outcome.ACCEPTED,
    Refused: Attempt.Outcome.REFUSED,
    Later: Attempt.Outcome.LATER,
    Unclear: Attempt.Outcome.UNCLEAR,
}


@dataclass(frozen=True)
class Turn:
    """A message in one sender's hands. `must_ask`: an earlier try may have gone through."""

    message: Message
    attempt: Attempt
    token: UUID
    must_ask: bool


def send_due(*, limit: int = 200, clock: Callable[[], datetime] = database_now) -> int:
    """Send what is due, at most `limit` messages; returns how many were taken in hand.

    When a gateway cannot be reached at all, the other messages of its channel are left for the next run.
    """
    if settings.OUTBOX_ON_HOLD:
        return 0
    done, closed = 0, set()
    while done < limit and (turn := claim(clock(), closed)):
        outcome = call_gateway(turn)
        settle(turn, outcome, clock())
        if isinstance(outcome, Later) and outcome.is_everybodys:
            closed.add(turn.message.channel)
        done += 1
    return done


def claim(now: datetime, closed: Collection[str] = ()) -> Turn | None:
    """Take the next due message into one's hands, with the attempt written; None when there is none.

    What may not go (a breaker, too many tries) is settled on the way.
    """
    while True:
        with operation("message.send", by=None):
            due = Message.objects.due(now).exclude(channel__in=closed).order_by("due_at", "pk")
            message = due.select_for_update(skip_locked=True, no_key=True).first()
            if message is None:
                return None
            last = message.attempts.last()
            must_ask = last is not None and last.outcome in {"", Attempt.Outcome.UNCLEAR}
            if stopped := _stopped(message, last if must_ask else None, now):
                state, reason = stopped
                _end(message, state, reason, now)
                continue
            message.lease_token, message.lease_until = uuid4(), now + LEASE
            message.tries += 1
            message.gateway = gateway_for(message.channel).name
            message.save(update_fields=["lease_token", "lease_until", "tries", "gateway"])
            attempt = Attempt.objects.create(
                message=message, number=last.number + 1 if last else 1, gateway=message.gateway, started_at=now
            )
            return Turn(message, attempt, message.lease_token, must_ask)


def call_gateway(turn: Turn) -> Outcome:
    """Ask or send, outside any transaction. A fault in a gateway's own code is an unclear answer, too."""
    parcel = parcel_of(turn.message)
    try:
        gateway = gateway_for(turn.message.channel)
        return _ask_then_send(gateway, parcel) if turn.must_ask and gateway.can_be_asked else gateway.send(parcel)
    except Exception as error:
        logger.exception("Gateway %s failed on message %s", turn.message.gateway, turn.message.pk)
        return Unclear(f"{type(error).__name__} in our own code")


def settle(turn: Turn, outcome: Outcome, now: datetime) -> bool:
    """Write down what the gateway said; False when the message has meanwhile passed into another sender's hands."""
    with operation("message.send", by=None):
        message = Message.objects.select_for_update(no_key=True).get(pk=turn.message.pk)
        note = "" if isinstance(outcome, Accepted) else outcome.reason
        Attempt.objects.filter(pk=turn.attempt.pk, finished_at__isnull=True).update(
            finished_at=now, outcome=OUTCOMES[type(outcome)], note=note[:500]
        )
        if message.lease_token != turn.token:
            return False
        if isinstance(outcome, Accepted):
            _sent(message, outcome, now)
        elif isinstance(outcome, Refused):
            _end(message, Message.State.FAILED, outcome.reason, now)
        else:
            _wait(message, outcome.reason, now)
    return True


def parcel_of(message: Message) -> Parcel:
    """The message as its gateway takes it. In test mode it goes to our own address and says whom it is for."""
    to, subject, text = message.recipient, message.subject, message.body
    ours = settings.MESSAGES_TEST_EMAIL if message.channel == Channel.EMAIL else settings.MESSAGES_TEST_PHONE
    if ours and message.channel == Channel.EMAIL:
        to, subject = ours, f"[{message.recipient}] {subject}"
    elif ours:
        to, text = ours, f"[{message.recipient}] {text}"
    return Parcel(
        key=message.key,
        number=message.pk,
        to=to,
        to_name=message.recipient_name,
        subject=subject,
        text=text,
        reply_to=message.reply_to,
        files=[ParcelFile(file.name, file.media_type, bytes(file.content)) for file in message.attachments.all()],
        provider_id=message.provider_id,
    )


def _ask_then_send(gateway: Gateway, parcel: Parcel) -> Outcome:
    found = gateway.find(parcel)
    return gateway.send(parcel) if isinstance(found, Absent) else found


def _stopped(message: Message, unclear: Attempt | None, now: datetime) -> tuple[str, str] | None:
    """The state and reason of a message that may not be sent now, although it is due."""
    if message.tries >= MAX_TRIES:
        return Message.State.FAILED, _("Tried %(n)s times. %(reason)s") % {"n": MAX_TRIES, "reason": message.reason}
    if unclear and unclear.gateway != gateway_for(message.channel).name:
        reason = _("It may have gone through «%(gateway)s», which is no longer connected: look there first.")
        return Message.State.HELD, reason % {"gateway": unclear.gateway}
    if reason := limits.exceeded(message, now):
        return Message.State.HELD, reason
    return None


def _sent(message: Message, outcome: Accepted, now: datetime) -> None:
    message.state, message.reason, message.sent_at = Message.State.SENT, "", now
    message.provider_id = outcome.provider_id
    message.parts, message.cost = outcome.parts or message.parts, outcome.cost or message.cost
    message.due_at = next_report(now, now)
    _release(message, now)


def _end(message: Message, state: str, reason: str, now: datetime) -> None:
    message.state, message.reason = state, reason.strip()[:500]
    _release(message, now)


def _wait(message: Message, reason: str, now: datetime) -> None:
    message.reason = reason[:500]
    message.due_at = now + wait_before_next(message.tries, random.random())  # noqa: S311  it only spreads the tries
    _release(message, now)


def _release(message: Message, now: datetime) -> None:
    """Out of the sender's hands; whom it concerns is told of the new state."""
    message.lease_token = message.lease_until = None
    message.save()
    handlers.tell(message, now)
