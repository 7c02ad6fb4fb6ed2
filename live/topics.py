"""Who may hear which topic. A topic is `kind:key` or just `kind`; each kind is registered by the room it is about."""

from collections.abc import Callable
from typing import Any

Audience = Callable[[Any, str], bool]

AUDIENCES: dict[str, Audience] = {}


def heard_by(kind: str, may_hear: Audience) -> None:
    """Register in `AppConfig.ready` who hears topics of this kind: `may_hear(user, key)`.

    Whoever it lets in learns the ids that hints of the topic carry: they must be ids of what he may see.
    """
    AUDIENCES[kind] = may_hear


def may_hear(user: Any, topic: str) -> bool:
    """Whether this person may hear the topic now; nobody hears a kind that is not registered."""
    kind, _colon, key = topic.partition(":")
    audience = AUDIENCES.get(kind)
    return audience is not None and audience(user, key)


def number(key: str) -> int | None:
    """The id in a topic's key, or None when it is none."""
    return int(key) if key.isascii() and key.isdecimal() and len(key) < 10 else None
