"""Texts with holes: a template says {number}, and nothing else happens in it.

Rooms above register what they send in AppConfig.ready: a code, the text it begins with, and the holes it may have. The
head may change the text (messaging.models.MessageTemplate); what is filled in is text, never a template again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.errors import RuleViolation
from messaging.models import SUBJECT_LENGTH, Channel, MessageTemplate

HOLE = re.compile(r"{([^{}\n]*)}")


@dataclass(frozen=True)
class Hole:
    """What may be filled in: its meaning and an example, which the preview shows."""

    meaning: str | Promise
    example: str


@dataclass(frozen=True)
class TextKind:
    """A message that is sent from a template. `subject` is for letters only."""

    code: str
    channel: Channel
    name: str | Promise
    holes: Mapping[str, Hole]
    body: str
    subject: str = ""

    @property
    def examples(self) -> dict[str, str]:
        return {name: hole.example for name, hole in self.holes.items()}


@dataclass(frozen=True)
class Text:
    """A rendered message."""

    subject: str
    body: str


KINDS: dict[str, TextKind] = {}


def register_text(kind: TextKind) -> None:
    KINDS[kind.code] = kind


def render_text(code: str, values: Mapping[str, str]) -> Text:
    """The message from the template as it is now. A missing value is a KeyError: it is our mistake, not a partner's."""
    subject, body, _version = current(code)
    return fill(subject, body, values)


def fill(subject: str, body: str, values: Mapping[str, str]) -> Text:
    """Put the values into the holes; a subject stays one line."""
    filled = " ".join(_filled(subject, values).split())[:SUBJECT_LENGTH]
    return Text(filled, _filled(body, values).strip())


def current(code: str) -> tuple[str, str, int]:
    """The subject, body and version in force: the head's, or those it begins with, whose version is 0."""
    kind = KINDS[code]
    changed = MessageTemplate.objects.filter(code=code).first()
    return (changed.subject, changed.body, changed.version) if changed else (kind.subject, kind.body, 0)


def check(kind: TextKind, text: str, field: str) -> None:
    """Refuse a hole that nothing fills. Raises `unknown_hole`."""
    unknown = [name for name in HOLE.findall(text) if name not in kind.holes]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in kind.holes)
        message = _("Nothing can be filled in for {%(name)s}. There are: %(known)s.")
        raise RuleViolation("unknown_hole", message % {"name": unknown[0], "known": known}, field)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return HOLE.sub(lambda found: values[found[1]], text)
