"""«Чаты»: open requests by whose turn it is and how old they are, and the threads with their news (R19)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from accounts.permissions import Scope, scope
from chat.cards import Card, state_of, summary_of
from chat.filters import InboxFilter
from chat.kinds import ASKING, Side, side_of
from chat.models import Message, Thread
from core import formatting, moscow
from partners.models import Metrics

PAGE_SIZE = 100
VIEWS = ("mine", "asked", "unread", "all")


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A typed request of the list."""

    pk: int
    thread: int
    partner: str
    city: str
    kind: str
    icon: str
    summary: str
    author: str
    manager: str
    age: str
    card: Card
    before: int | None
    unread: int


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread with its last message."""

    thread: int
    partner: str
    city: str
    manager: str
    icon: str
    last: str
    author: str
    at: str
    unread: int
    open_requests: int


@dataclass(frozen=True)
class Group:
    """Requests under one heading."""

    title: str
    kind: str
    rows: list[RequestRow]


def turn_of(user: User) -> Q:
    """The open requests whose turn is the reader's: marketing also carries out what was agreed on; a head sees all."""
    is_open, is_agreed = Q(state=Message.State.OPEN), Q(state=Message.State.ANSWERED)
    if scope(user, "chat.answer") == Scope.ALL:
        return is_open | is_agreed
    mine = is_open & ~Q(side=side_of(user))
    return mine | is_agreed if side_of(user) == Side.MARKETING else mine


def asked_by(user: User) -> Q:
    """The open requests that wait for the other side: of a head, those that wait for marketing."""
    if scope(user, "chat.answer") != Scope.ALL:
        return Q(state__in=[Message.State.OPEN, Message.State.ANSWERED]) & ~turn_of(user)
    return Q(state=Message.State.ANSWERED) | Q(state=Message.State.OPEN, side=Side.SUPPORT)


def inbox(user: User, view: str, filters: InboxFilter, now: datetime) -> dict[str, Any]:
    """The context of the list: the rows of this view, and how many each view holds."""
    requests = filters.narrow(Message.objects.visible_to(user).open(), "partner").filter(filters.of_kind)
    threads = filters.narrow(Thread.objects.visible_to(user), "pk").filter(archived_at__isnull=True)
    unread = Message.objects.filter(partner__in=Thread.objects.followed_by(user).values("pk")).unread_by(user, now)
    unread = filters.narrow(unread, "partner")
    counts = requests.aggregate(
        mine=Count("pk", filter=turn_of(user)),
        asked=Count("pk", filter=asked_by(user)),
    ) | unread.aggregate(unread=Count("partner", distinct=True))
    context = {"counts": counts, "view": view, "groups": [], "threads": [], "is_cut": False}
    if view in {"mine", "asked"}:
        found = requests.filter(turn_of(user) if view == "mine" else asked_by(user))
        rows = _requests(found, user, now)
        context |= {"groups": _groups(rows), "is_cut": len(rows) == PAGE_SIZE}
    else:
        if view == "unread":
            threads = threads.filter(pk__in=unread.order_by().values("partner"))
        rows = _threads(threads, user, now)
        context |= {"threads": rows, "is_cut": len(rows) == PAGE_SIZE}
    return context


def _requests(found: QuerySet, user: User, now: datetime) -> list[tuple[Message, RequestRow]]:
    before = Metrics.objects.filter(
        partner=OuterRef("partner"), requests__isnull=False, measured_on__lte=OuterRef("created_at")
    )
    found = (
        found.select_related("partner__city", "partner__manager", "author", "answered_by", "closed_by")
        .annotate(
            before=Subquery(before.order_by("-measured_on", "-pk").values("requests")[:1]),
            unread=unread_in("partner", user, now),
        )
        .order_by("created_at", "pk")[:PAGE_SIZE]
    )
    return [(message, _request_row(message, user, now)) for message in found]


def _request_row(message: Message, user: User, now: datetime) -> RequestRow:
    return RequestRow(
        pk=message.pk,
        thread=message.partner_id,
        partner=formatting.typography(message.partner.name),
        city=message.partner.city.name,
        kind=message.get_kind_display(),
        icon=ASKING[message.kind].icon,
        summary=formatting.typography(summary_of(message, now)),
        author=message.author.full_name,
        manager=message.partner.manager.full_name,
        age=formatting.ago(message.created_at, now),
        card=state_of(message, user, now),
        before=message.before,
        unread=message.unread,
    )


def _groups(found: list[tuple[Message, RequestRow]]) -> list[Group]:
    """By age: what is overdue, what is to be answered, what is in work; in each the oldest first."""
    late = [row for message, row in found if row.card.kind == "bad"]
    waiting = [row for message, row in found if message.state == Message.State.OPEN and row.card.kind != "bad"]
    in_work = [row for message, row in found if message.state == Message.State.ANSWERED]
    groups = [
        Group(_("Answer is overdue"), "bad", late),
        Group(_("To be answered"), "", waiting),
        Group(pgettext("requests", "In work"), "", in_work),
    ]
    return [group for group in groups if group.rows]


def _threads(threads: QuerySet, user: User, now: datetime) -> list[ThreadRow]:
    """The threads that have messages, the latest news first."""
    of_thread = Message.objects.filter(partner=OuterRef("pk")).order_by("-pk")
    opened = Message.objects.open().filter(partner=OuterRef("pk")).order_by().values("partner")
    threads = (
        threads.annotate(
            last=Subquery(of_thread.values("pk")[:1]),
            unread=unread_in("pk", user, now),
            open_requests=Coalesce(
                Subquery(opened.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0
            ),
        )
        .filter(last__isnull=False)
        .select_related("city", "manager")
        .order_by("-last")[:PAGE_SIZE]
    )
    found = list(threads)
    last = Message.objects.select_related("author").in_bulk([thread.last for thread in found])
    return [_thread_row(thread, last[thread.last], user, now) for thread in found]


def _thread_row(thread: Any, last: Message, user: User, now: datetime) -> ThreadRow:
    return ThreadRow(
        thread=thread.pk,
        partner=formatting.typography(thread.name),
        city=thread.city.name,
        manager=thread.manager.full_name,
        icon=ASKING[last.kind].icon,
        last=formatting.typography(": ".join(filter(None, [last.is_request and last.get_kind_display(), last.text]))),
        author=_("You") if last.author_id == user.pk else last.author.full_name,
        at=formatting.ago(last.created_at, now),
        unread=thread.unread,
        open_requests=thread.open_requests,
    )


def unread_in(partner: str, user: User, now: datetime) -> Coalesce:
    """How many messages of the thread the reader has not seen."""
    unread = Message.objects.filter(partner=OuterRef(partner)).unread_by(user, now).order_by().values("partner")
    return Coalesce(Subquery(unread.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


def unread_messages(user: User, now: datetime) -> QuerySet:
    """What the badge of the sidebar counts."""
    followed = Thread.objects.followed_by(user).values("pk")
    return Message.objects.filter(partner__in=followed).unread_by(user, now)


def news_of_marketing(user: User, managers: list[int], now: datetime, limit: int) -> list[tuple[Message, Card, str]]:
    """Beside my day: what marketing asks of these managers' partners, and what it has answered since yesterday."""
    yesterday = moscow.start_of_day(moscow.today(now)) - timedelta(days=1)
    asked = Q(state=Message.State.OPEN, side=Side.MARKETING)
    answered = Q(side=Side.SUPPORT, changed_at__gte=yesterday) & ~Q(state=Message.State.OPEN)
    found = (
        Message.objects.requests()
        .filter(asked | answered, partner__manager__in=managers, partner__archived_at__isnull=True)
        .select_related("partner", "answered_by", "closed_by")
        .order_by("-changed_at", "-pk")[:limit]
    )
    return [(each, state_of(each, user, now), _when(each.changed_at, now)) for each in found]


def _when(at: datetime, now: datetime) -> str:
    """11:36 of today, or the day."""
    today = moscow.today(now)
    return formatting.time_of_day(at) if moscow.today(at) == today else formatting.day(at, today)
