"""A ticket: the page's signed word to the event process on who is there and what he may hear.

The event process has no database and no session: it believes the signature, for a minute, and compares the number of
revocations. A stream ends by itself after some minutes, so that a session that ran out takes its stream along.
"""

from dataclasses import dataclass

from django.core import signing

SALT = "live.ticket"
VALID_FOR = 60
"""Seconds between asking for a ticket and showing it."""


class Refused(Exception):
    """The ticket is forged, expired or no ticket at all."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """`generation` is how often the person's tickets had been revoked when this one was issued."""

    person: int
    generation: int
    topics: frozenset[str]


def write(ticket: Ticket) -> str:
    return signing.dumps([ticket.person, ticket.generation, sorted(ticket.topics)], salt=SALT)


def read(text: str) -> Ticket:
    try:
        person, generation, topics = signing.loads(text, salt=SALT, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError) as error:
        raise Refused(str(error)) from None
    return Ticket(person, generation, frozenset(topics))
