"""Reads for the page «Outbox»: messages with their states in words, filters, and the state of the channels."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may
from messaging.handlers import HANDLERS, Subject
from messaging.models import Channel, Message, MessageQuerySet
from messaging.rules import masked

PAGE_SIZE = 50

STATE_KINDS = {
    Message.State.QUEUED: "accent",
    Message.State.SENT: "plain",
    Message.State.DELIVERED: "ok",
    Message.State.FAILED: "bad",
    Message.State.HELD: "warn",
    Message.State.CANCELLED: "plain",
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as a chip shows it: its words and its kind."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class OutboxFilter:
    """What the list is narrowed to: a state, a channel, words of the address or the subject."""

    state: str = ""
    channel: str = ""
    words: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> "OutboxFilter":
        """From the address; values that do not exist are ignored."""
        state, channel = query.get("state", ""), query.get("channel", "")
        return cls(
            state=state if state in Message.State.values else "",
            channel=channel if channel in Channel.values else "",
            words=query.get("q", "").strip()[:100],
        )

    @property
    def is_set(self) -> bool:
        return bool(self.state or self.channel or self.words)

    def apply(self, messages: MessageQuerySet) -> MessageQuerySet:
        if self.state:
            messages = messages.filter(state=self.state)
        if self.channel:
            messages = messages.filter(channel=self.channel)
        if self.words:
            messages = messages.filter(Q(recipient__icontains=self.words) | Q(subject__icontains=self.words))
        return messages


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message as a row shows it; who may not read messages gets a masked address and no subject."""

    message: Message
    badge: Badge
    recipient: str
    title: str
    about: Subject | None


@dataclass(frozen=True)
class OutboxPage:
    rows: list[OutboxRow]
    next_key: str
    counts: dict[str, int] = field(default_factory=dict)


def state_badge(message: Message) -> Badge:
    """One chip for where the message stands. What was kept for want of a gateway is not called sent."""
    if message.state == Message.State.SENT and message.is_kept:
        return Badge(_("kept here"), "line")
    if message.state == Message.State.QUEUED and message.tries:
        return Badge(_("trying again"), "warn")
    return Badge(str(Message.State(message.state).label), STATE_KINDS[message.state])


def outbox_page(user: User, narrowed: OutboxFilter, after: str = "") -> OutboxPage:
    """A page of the list, newest first, the key of the next one, and how many there are in each state."""
    visible = Message.objects.visible_to(user, "message.list")
    if not may(user, "message.read"):
        narrowed = OutboxFilter(narrowed.state, narrowed.channel)
    found = narrowed.apply(visible)
    if key := _read_key(after):
        moment, pk = key
        found = found.filter(Q(queued_at__lt=moment) | Q(queued_at=moment, pk__lt=pk))
    messages = list(found.order_by("-queued_at", "-pk").defer("body")[: PAGE_SIZE + 1])
    shown = messages[:PAGE_SIZE]
    next_key = f"{shown[-1].queued_at.isoformat()}~{shown[-1].pk}" if len(messages) > PAGE_SIZE else ""
    counts = visible.order_by().values("state").annotate(n=Count("pk")).values_list("state", "n")
    return OutboxPage(_rows(shown, user), next_key, dict(counts))


def about(messages: list[Message]) -> dict[int, Subject]:
    """What messages tell of: one reading for each kind among them."""
    keys: dict[str, list[int]] = {}
    for message in messages:
        keys.setdefault(message.kind, []).append(message.pk)
    found: dict[int, Subject] = {}
    for kind, pks in keys.items():
        if kind in HANDLERS:
            found |= HANDLERS[kind].subjects(pks)
    return found


def _rows(messages: list[Message], user: User) -> list[OutboxRow]:
    reads = may(user, "message.read")
    subjects = about(messages) if reads else {}
    return [
        OutboxRow(
            message=message,
            badge=state_badge(message),
            recipient=message.recipient if reads else masked(message.recipient),
            title=message.subject if reads else "",
            about=subjects.get(message.pk),
        )
        for message in messages
    ]


def _read_key(after: str) -> tuple[datetime, int] | None:
    moment, _tilde, pk = after.partition("~")
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (found, int(pk)) if found.tzinfo and pk.isdecimal() and len(pk) < 19 else None
