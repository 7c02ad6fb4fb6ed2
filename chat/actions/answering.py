"""Answering a typed request: it is agreed on, done, or refused with a reason, each once (R19)."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Scope, require, scope
from chat.checking import checked_text
from chat.events import thread_changed
from chat.kinds import side_of
from chat.models import Message
from core.audit import operation
from core.errors import RuleViolation


def may_answer(message: Message, user: User) -> bool:
    """Whether it is this person's turn: his side is asked, or he stands over both. His thread it must be, too."""
    granted = scope(user, "chat.answer")
    return granted == Scope.ALL or (granted == Scope.OWN and side_of(user) == message.owner_side)


def may_refuse(message: Message, user: User) -> bool:
    """Who may answer may refuse; who has asked may take it back."""
    return may_answer(message, user) or (message.author_id == user.pk and scope(user, "chat.answer") != Scope.NONE)


def answer_request(message: Message, text: str = "", *, by: User, now: datetime) -> Message:
    """Agree to the request: marketing takes it into work, or support says what the partner has agreed to.

    The card says so by itself; `text` adds to it. Raises `already_answered`, `text_too_long`.
    """
    with operation("chat.answer", by=by, why="answer"):
        message = _locked(message, by)
        if message.state != Message.State.OPEN:
            raise _already(message)
        _require_turn(message, by)
        message.state, message.answered_at, message.answered_by = Message.State.ANSWERED, now, by
        message.answer = checked_text(text, is_needed=False)
        return _save(message, now)


def finish_request(message: Message, text: str = "", *, by: User, now: datetime) -> Message:
    """Say that what was asked is done, at once or after it was taken into work. Raises `already_closed`."""
    with operation("chat.answer", by=by, why="done"):
        message = _locked(message, by)
        _require_open(message)
        _require_turn(message, by)
        _close(message, Message.State.DONE, checked_text(text, is_needed=False), by, now)
        return _save(message, now)


def refuse_request(message: Message, reason: str, *, by: User, now: datetime) -> Message:
    """Refuse with a reason, which the asker reads; the asker himself takes the request back so.

    Raises `already_closed`, `reason_missing`.
    """
    with operation("chat.answer", by=by, why="refuse"):
        message = _locked(message, by)
        _require_open(message)
        if not may_refuse(message, by):
            raise PermissionDenied("chat.answer")
        if not reason.strip():
            raise RuleViolation("reason_missing", _("Write why: the other side has to understand it."), "text")
        _close(message, Message.State.REFUSED, checked_text(reason, is_needed=True), by, now)
        return _save(message, now)


def _locked(message: Message, by: User) -> Message:
    """The request as it is now, locked: of two who answer at once the second sees what the first has said."""
    require(by, "chat.answer", message)
    Message.objects.select_for_update().only("pk").get(pk=message.pk)
    locked = Message.objects.select_related("partner", "author", "answered_by", "closed_by").get(pk=message.pk)
    if not locked.is_request:
        raise RuleViolation("not_a_request", _("This message asks for nothing."))
    return locked


def _require_turn(message: Message, by: User) -> None:
    if not may_answer(message, by):
        raise PermissionDenied("chat.answer")


def _require_open(message: Message) -> None:
    if not message.is_open:
        raise _already(message)


def _already(message: Message) -> RuleViolation:
    who = message.closed_by or message.answered_by
    what = message.outcome or message.answer or message.get_state_display()
    code = "already_answered" if message.is_open else "already_closed"
    return RuleViolation(code, _("%(who)s has answered meanwhile: %(what)s") % {"who": who, "what": what})


def _close(message: Message, state: str, text: str, by: User, now: datetime) -> None:
    message.state, message.outcome, message.closed_at, message.closed_by = state, text, now, by


def _save(message: Message, now: datetime) -> Message:
    message.changed_at = now
    message.save()
    thread_changed(message.partner)
    return message
