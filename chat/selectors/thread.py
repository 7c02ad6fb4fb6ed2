"""A thread as its panel shows it: the open requests on top, the talk by days, what the reader may do (screen 04)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import F, Max, Prefetch
from django.shortcuts import get_object_or_404
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may
from chat.actions import may_answer, may_refuse
from chat.cards import Card, facts_of, state_of
from chat.kinds import ASKING, Answers, answers_of, side_of
from chat.mentions import with_mentions
from chat.models import Mention, Message, MessageFile, ReadMark, Thread, people_of
from core import formatting, moscow
from partners.models import Metrics

PAGE_SIZE = 50
MOST_SHOWN = 1_000
METRICS_READ = 60


@dataclass(frozen=True)
class Line:
    """A message with what its reader sees of it and may do with it."""

    message: Message
    html: SafeString
    icon: str
    is_own: bool
    at: str
    files: list[MessageFile] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    card: Card | None = None
    answers: Answers | None = None
    may_answer: bool = False
    may_refuse: bool = False
    waits_for_me: bool = False
    is_editable: bool = False
    is_first_unread: bool = False
    flow: str = ""


@dataclass(frozen=True)
class Day:
    """The messages of one day under its name."""

    title: str
    lines: list[Line]


def get_thread(user: User, pk: int, permission: str = "chat.read") -> Thread:
    """The partner's thread, or 404 when it is not the user's to see."""
    threads = Thread.objects.visible_to(user, permission).select_related("city", "manager")
    return get_object_or_404(threads, pk=pk)


def get_message(user: User, pk: int, permission: str = "chat.read") -> Message:
    messages = Message.objects.visible_to(user, permission).select_related("partner", "author")
    return get_object_or_404(messages, pk=pk)


def stamp_of(thread: Thread) -> str:
    """Which state of the thread a page shows: it changes with every message, answer and mending."""
    last = Message.objects.filter(partner=thread).aggregate(pk=Max("pk"), at=Max("changed_at"))
    return f"{last['pk']}-{last['at'].timestamp()}" if last["pk"] else "0"


def last_read(thread: Thread, user: User) -> int:
    """The last message of the thread that the person has seen, 0 when none."""
    marks = ReadMark.objects.filter(person=user, message__partner=thread)
    return marks.aggregate(last=Max("message"))["last"] or 0


def feed(
    thread: Thread, user: User, now: datetime, *, unread_after: int | None = None, shown: int = PAGE_SIZE
) -> dict[str, Any]:
    """The context of `chat/_feed.html`: the latest messages by days, and every request that is still open.

    `unread_after` keeps the divider where it stood when the panel was opened. Seven queries, however long the talk is.
    """
    if unread_after is None:
        unread_after = last_read(thread, user)
    found = Message.objects.filter(partner=thread).select_related("author", "answered_by", "closed_by")
    talk = found.prefetch_related(
        Prefetch("files", MessageFile.objects.select_related("file")),
        Prefetch("mentions", Mention.objects.select_related("person")),
    )
    latest = list(talk.order_by("-pk")[: shown + 1])
    has_earlier, latest = len(latest) > shown, latest[:shown][::-1]
    open_requests = list(found.open().order_by("answer_by", "pk"))
    metrics = list(
        Metrics.objects.filter(partner=thread, requests__isnull=False)
        .order_by("measured_on", "pk")
        .values_list("measured_on", "requests")[:METRICS_READ]
    ) if any(each.is_request for each in latest) else []  # fmt: skip
    today, is_divided, lines = moscow.today(now), False, []
    for message in latest:
        is_news = not is_divided and message.pk > unread_after and message.author_id != user.pk
        is_divided = is_divided or is_news
        lines.append(_line(message, user, now, metrics, is_news))
    days = groupby(lines, key=lambda line: moscow.today(line.message.created_at))
    return {
        "thread": thread,
        "days": [Day(formatting.day(day, today), list(of_day)) for day, of_day in days],
        "open_requests": [(each, state_of(each, user, now), ASKING[each.kind].icon) for each in open_requests],
        "stamp": stamp_of(thread),
        "last_pk": latest[-1].pk if latest else 0,
        "has_unread": is_divided,
        "unread_after": unread_after,
        "more_shown": min(shown + PAGE_SIZE, MOST_SHOWN) if has_earlier and shown < MOST_SHOWN else 0,
        "shown": shown,
        "side": side_of(user),
    }


def _line(message: Message, user: User, now: datetime, metrics: list[tuple[date, int]], is_first_unread: bool) -> Line:
    names = [each.person.full_name for each in message.mentions.all()]
    line = {
        "message": message,
        "html": with_mentions(message.text, names),
        "icon": ASKING[message.kind].icon,
        "is_own": message.author_id == user.pk,
        "at": formatting.time_of_day(message.created_at),
        "files": list(message.files.all()),
        "is_editable": message.author_id == user.pk and message.is_editable(now) and may(user, "chat.edit"),
        "is_first_unread": is_first_unread,
    }
    if message.is_request:
        is_mine = message.is_open and may_answer(message, user)
        line |= {
            "facts": [(name, value) for name, value in facts_of(message, now) if value != message.network],
            "card": state_of(message, user, now),
            "answers": answers_of(message.kind, message.side),
            "may_answer": is_mine,
            "may_refuse": message.is_open and may_refuse(message, user),
            "waits_for_me": is_mine and message.state == Message.State.OPEN and message.author_id != user.pk,
            "flow": _before_and_after(message, metrics),
        }
    return Line(**line)


def _before_and_after(message: Message, metrics: list[tuple[date, int]]) -> str:
    """The requests a week told before the request was made and since it was agreed on or done (R19)."""
    asked_on = moscow.today(message.created_at)
    turned_at = message.answered_at or message.closed_at
    before = [number for day, number in metrics if day <= asked_on]
    after = [number for day, number in metrics if turned_at and day > moscow.today(turned_at)]
    if not before:
        return ""
    if after:
        return _("Requests before and after: %(before)s → %(after)s") % {"before": before[-1], "after": after[-1]}
    return _("Requests before: %(before)s") % {"before": before[-1]}


def people_to_mention(thread: Thread, user: User) -> list[str]:
    """Whom the composer offers after an @."""
    return [person.full_name for person in people_of(thread) if person.pk != user.pk]


def deal_numbers(thread: Thread, user: User) -> list[int]:
    """The open deals of the partner that the reader may open, the term first."""
    from deals.models import Deal

    deals = Deal.objects.visible_to(user).open().filter(partner=thread)
    return list(deals.order_by(F("pipeline__order"), "-pk").values_list("pk", flat=True)[:1])
