"""What a comment could say better (R3): it is told while one writes, and refuses nothing.

Only missing parts refuse (`comment_text.missing_parts`); the advice is about parts that are there and say little.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher

from deals.comment_text import Numbers, is_our_step, missing_parts, read_numbers, says_something

MOST_PROMISES = 8
"""So many promises of one call are followed; nobody promises more in a call."""

SAME_FROM = 0.9
"""From this likeness on, a comment says the same as the one before."""

MIN_WORDS = 3
"""A part with fewer words («всё хорошо») names no facts."""

_SENTENCE_ENDS = re.compile(r"(?<=[.!?;])\s+(?=[«\"А-ЯЁA-Z0-9])|[;\n]+")
_BULLET = re.compile(r"^\s*(?:[-–—•*]|\d{1,2}[.)](?!\d))\s*")
_WHEN = re.compile(
    r"\d{1,2}\s*[.\-/]\s*\d{1,2}"
    r"|\b(?:до|к|с|на|от|после|около)\s+(?:\d{1,2}\b|конц|начал|середин|выходн|праздник)"
    r"|\d{1,2}(?:-?го)?\s+(?:янв|фев|мар|апр|ма[яй]|июн|июл|авг|сен|окт|ноя|дек|числ)"
    r"|\b(?:сегодня|завтра|послезавтра|понедельник|вторник|сред[уы]\b|четверг|пятниц|суббот|воскресен|недел|месяц|дн(?:я|ей)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Typed:
    """A comment while it is being written."""

    was: str = ""
    now: str = ""
    plans: str = ""
    next_step: str = ""
    due_at: datetime | None = None
    numbers: Numbers = field(default_factory=Numbers)

    @property
    def text(self) -> str:
        return " ".join((self.was, self.now, self.plans))


@dataclass(frozen=True)
class Meter:
    """`missing` refuses (was, now, plans, next_step, due_at); `advice` does not (facts, numbers, date, same)."""

    missing: list[str]
    advice: list[str]


def promises_of(plans: str) -> list[str]:
    """«Планирует» as a list to be checked at the next call: its sentences and lines, without what we do ourselves."""
    items = [_BULLET.sub("", item).strip().rstrip(".;") for item in _SENTENCE_ENDS.split(plans)]
    return [item for item in items if says_something(item) and not is_our_step(item)][:MOST_PROMISES]


def meter(typed: Typed, previous: str) -> Meter:
    """What is missing and what could be better; `previous` is the whole text of the call before."""
    missing = missing_parts(typed.was, typed.now, typed.plans, typed.next_step, typed.due_at)
    advice = []
    if any(says_something(part) and len(part.split()) < MIN_WORDS for part in (typed.was, typed.now)):
        advice.append("facts")
    if says_something(typed.now) and not typed.numbers and not read_numbers(typed.now):
        advice.append("numbers")
    if says_something(typed.plans) and not _WHEN.search(typed.plans):
        advice.append("date")
    if is_same(typed.text, previous):
        advice.append("same")
    return Meter(missing, advice)


def is_same(text: str, previous: str) -> bool:
    """Whether the text repeats the former one, word for word or nearly so."""
    words, former = text.lower().split(), previous.lower().split()
    return bool(words and former) and SequenceMatcher(None, words, former, autojunk=False).ratio() >= SAME_FROM
