"""What the chat adds to the timeline of a deal: what marketing or support was asked for, and what came of it (R19)."""

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext as _

from chat.kinds import ASKING, Kind, answers_of
from chat.models import Message
from core import formatting
from deals.timeline import Entry, Line, Reach, Source, lines, register_source


def register() -> None:
    """Called once, when the app is ready."""
    for source in (
        Source("chat_request", "marketing", "chat.read", _asked, _asked_entry),
        Source("chat_answer", "marketing", "chat.read", _answered, _answered_entry),
        Source("chat_outcome", "marketing", "chat.read", _closed, _closed_entry),
    ):
        register_source(source)


WHAT = Concat(F("kind"), Value("|"), F("side"), Value("|"), F("network"))


def _of(reach: Reach, **dated: bool) -> QuerySet:
    return Message.objects.requests().filter(deal__in=reach.deals, **dated)


def _asked(reach: Reach) -> QuerySet:
    return lines(_of(reach), at="created_at", by="author", a=WHAT, b="text", amount="amount")


def _asked_entry(line: Line) -> Entry:
    kind, _side, network = line.a.split("|", 2)
    title = _("Request: %(what)s") % {"what": _what(kind, network)}
    return Entry(line.at, ASKING[kind].icon, title, _with_sum(line.b, line), url=_url(line))


def _answered(reach: Reach) -> QuerySet:
    answered = _of(reach, answered_at__isnull=False)
    return lines(answered, at="answered_at", by="answered_by", a=WHAT, b="answer", amount="amount")


def _answered_entry(line: Line) -> Entry:
    kind, side, network = line.a.split("|", 2)
    title = f"{_what(kind, network)}: {answers_of(kind, side).agreed}"
    return Entry(line.at, "message-square-text", title, _with_sum(line.b, line), url=_url(line))


def _closed(reach: Reach) -> QuerySet:
    closed = _of(reach, closed_at__isnull=False)
    return lines(closed, at="closed_at", by="closed_by", a=WHAT, b="outcome", c="state", moment="created_at")


def _closed_entry(line: Line) -> Entry:
    kind, _side, network = line.a.split("|", 2)
    if line.c == Message.State.REFUSED:
        return Entry(line.at, "ban", _("%(what)s: refused") % {"what": _what(kind, network)}, line.b, url=_url(line))
    title = _("%(what)s: done") % {"what": _what(kind, network)}
    took = _("in %(time)s") % {"time": formatting.duration(line.at - line.moment)} if line.moment else ""
    return Entry(line.at, "circle-check", title, ", ".join(filter(None, (line.b, took))), url=_url(line))


def _what(kind: str, network: str) -> str:
    label = str(Kind(kind).label)
    return f"{label}, {network}" if network else label


def _with_sum(text: str, line: Line) -> str:
    return ", ".join(filter(None, (formatting.money(line.amount) if line.amount else "", text)))


def _url(line: Line) -> str:
    return reverse("chat:deal", args=[line.deal_id]) if line.deal_id else ""
