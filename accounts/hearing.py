"""Which topics of live pages a person hears by himself, and when his streams are closed."""

from typing import Any

from allauth.account.signals import password_changed, password_reset
from django.contrib.auth.signals import user_logged_out
from django.http import HttpRequest

from accounts.models import User
from accounts.permissions import acting_for
from live import tickets, topics
from live.publishing import generation, revoke
from live.tickets import Ticket

MOST_TOPICS = 50
"""No page has more."""


def register() -> None:
    """`person`: he himself. `role`: his role. `portfolio`: whose rows are his today."""
    topics.heard_by("person", lambda user, key: topics.number(key) == user.pk)
    topics.heard_by("role", lambda user, key: key == user.role)
    topics.heard_by("portfolio", lambda user, key: topics.number(key) in acting_for(user))
    user_logged_out.connect(_sign_out, dispatch_uid="accounts.hearing")
    for signal in (password_changed, password_reset):
        signal.connect(_close_streams, dispatch_uid="accounts.hearing")


def ticket_for(user: User, asked: list[str]) -> str:
    """A ticket for those of the topics that the person may hear.

    The revocations are counted before the rights are read: rights that change in between make the ticket void.
    """
    issued = generation(user.pk)
    heard = frozenset(topic for topic in asked[:MOST_TOPICS] if topics.may_hear(user, topic))
    return tickets.write(Ticket(user.pk, issued, heard))


def _sign_out(request: HttpRequest, user: User | None = None, **_sent: Any) -> None:
    """Django tells of it while the session is still there, and with that a page would get another ticket at once."""
    request.session.flush()
    _close_streams(user)


def _close_streams(user: User | None = None, **_sent: Any) -> None:
    if user is not None:
        revoke(user.pk)
