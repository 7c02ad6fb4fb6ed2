"""The log of hints in the Redis-protocol server: one stream for all topics, trimmed; and what has been revoked."""

from typing import Any

STREAM = "live:hints"
KEPT = 10_000
"""Hints that the log keeps, about a day of a busy department; who was away for longer reads everything anew."""

REVOKED = "live:revoked"
"""The topic, never heard by anybody, under which the log says whose streams must be closed."""

BEGUN = "live:begun"
"""The topic of the first entry of a new log: whoever has an id from before it cannot know what he missed."""

BEAT = "live:beat"
BEAT_LIVES = 60
"""Seconds after which an event process that has fallen silent counts as gone."""

START = "0-0"


def generation_key(person: int) -> str:
    """Where the number of revocations of this person's tickets is kept."""
    return f"live:generation:{person}"


def position(entry_id: str) -> tuple[int, int]:
    """An id of the log as something to compare. Raises ValueError for what is none."""
    milliseconds, _dash, number = entry_id.partition("-")
    if not (milliseconds.isascii() and milliseconds.isdecimal() and number.isascii() and number.isdecimal()):
        raise ValueError(entry_id)
    return int(milliseconds), int(number)


def id_at(seconds: float) -> str:
    """The id that a hint of that moment (seconds since 1970) would have."""
    return f"{int(seconds * 1000)}-0"


def entries_of(answer: Any) -> list[tuple[str, dict[str, str]]]:
    """The entries of an XREAD of one stream, in the older and the newer protocol's shape."""
    if not answer:
        return []
    if isinstance(answer, dict):
        [batches] = answer.values()
        return [entry for batch in batches for entry in batch]
    [(_name, entries)] = answer
    return entries
