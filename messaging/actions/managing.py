"""What a person does to a message that has not gone: send it now, hold it, cancel it."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from core.errors import RuleViolation
from messaging import handlers
from messaging.jobs import nudge
from messaging.models import Message


def retry_message(message: Message, *, by: User, now: datetime) -> Message:
    """Send it again now: one that failed before anybody took it, is on hold, or waits for its next try.

    Raises `message_has_gone`, `message_being_sent`, `message_cancelled`.
    """
    require(by, "message.manage", message)
    with operation("message.retry", by=by):
        message = _lock(message, now)
        message.state, message.reason, message.tries, message.due_at = Message.State.QUEUED, "", 0, now
        _save(message, now)
        nudge()
    return message


def hold_message(message: Message, *, reason: str, by: User, now: datetime) -> Message:
    """Keep it back until somebody sends it. Raises what `retry_message` does and `message_needs_reason`."""
    return _stop(message, Message.State.HELD, "message.hold", reason, by, now)


def cancel_message(message: Message, *, reason: str, by: User, now: datetime) -> Message:
    """It will never go. Raises what `retry_message` does and `message_needs_reason`."""
    return _stop(message, Message.State.CANCELLED, "message.cancel", reason, by, now)


def _stop(message: Message, state: str, verb: str, reason: str, by: User, now: datetime) -> Message:
    require(by, "message.manage", message)
    reason = reason.strip()
    if not reason:
        raise RuleViolation("message_needs_reason", _("Write why: the list shows it."), "reason")
    with operation(verb, by=by, why=reason):
        message = _lock(message, now)
        message.state, message.reason = state, reason[:500]
        _save(message, now)
    return message


def _lock(message: Message, now: datetime) -> Message:
    """The message as it is now, locked; refused when it has gone, may be going right now, or was cancelled."""
    found = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
    if found.sent_at:
        raise RuleViolation("message_has_gone", _("This message has gone already. Send a new one where it came from."))
    if found.state == Message.State.CANCELLED:
        raise RuleViolation("message_cancelled", _("This message is cancelled. Send a new one where it came from."))
    if found.lease_until and found.lease_until > now:
        raise RuleViolation("message_being_sent", _("It is being sent right now. Look again in a minute."))
    found.lease_token = found.lease_until = None
    return found


def _save(message: Message, now: datetime) -> None:
    message.save()
    handlers.tell(message, now)
