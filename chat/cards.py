"""A typed request in words: its facts, its state, whose turn it is and by when (R19)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from chat.actions import may_answer
from chat.kinds import FLOW_KINDS, Side, answers_of
from chat.models import Message
from core import formatting, moscow


@dataclass(frozen=True, slots=True)
class Card:
    """The chip of a request: `kind` is its colour, `text` the state, `short` the same in a word or two over the talk,
    `told` who has answered what."""

    kind: str
    icon: str
    text: str
    short: str = ""
    told: str = ""


def facts_of(message: Message, now: datetime) -> list[tuple[str, str]]:
    """What was filled in beside the text: (name, value)."""
    today, facts = moscow.today(now), []
    if message.kind in FLOW_KINDS and message.requests_needed is not None:
        have = "" if message.requests_now is None else f"{message.requests_now} → "
        words = ngettext("%(n)s request a week", "%(n)s requests a week", message.requests_needed)
        facts.append((_("Flow"), have + words % {"n": message.requests_needed}))
    if message.geography:
        facts.append((_("Geography"), formatting.typography(message.geography)))
    if message.network:
        facts.append((_("Network"), formatting.typography(message.network)))
    if message.amount is not None:
        facts.append((_("Sum"), formatting.money(message.amount)))
    if message.payer:
        facts.append((_("Who pays"), message.get_payer_display()))
    if message.since:
        facts.append((_("Since"), formatting.day(message.since, today)))
    return facts


def summary_of(message: Message, now: datetime) -> str:
    """The facts and the text in one line."""
    return " · ".join([*(value for _name, value in facts_of(message, now)), *filter(None, [message.text])])


def state_of(message: Message, user: User, now: datetime) -> Card:
    """The state as this reader sees it."""
    if message.state == Message.State.OPEN:
        return _open(message, user, now)
    if message.state == Message.State.ANSWERED:
        agreed = str(answers_of(message.kind, message.side).agreed)
        is_started = message.side == Side.SUPPORT
        told = _told(message.answered_by, message.answered_at, message.answer, message, now)
        kind, icon = ("warn", "timer") if is_started else ("ok", "check")
        return Card(kind, icon, agreed, agreed, told)
    told = _told(message.closed_by, message.closed_at, message.outcome, message, now)
    if message.state == Message.State.DONE:
        return Card("ok", "check", message.get_state_display(), told=told)
    return Card("bad", "ban", message.get_state_display(), told=told)


def _open(message: Message, user: User, now: datetime) -> Card:
    term = _term(message.answer_by, now)
    if message.is_late(now):
        late = _("answer overdue for %(time)s") % {"time": formatting.duration(now - message.answer_by)}
        return Card("bad", "clock-alert", late, formatting.word("overdue"))
    if may_answer(message, user) and message.author_id != user.pk:
        return Card("accent", "", _("answer by %(when)s") % {"when": term}, _("waits for you"))
    side = _("waits for marketing") if message.owner_side == Side.MARKETING else _("waits for support")
    return Card("", "", _("%(side)s till %(when)s") % {"side": side, "when": term}, term)


def _term(moment: datetime, now: datetime) -> str:
    """19:00 of today, or the day."""
    if moscow.today(moment) == moscow.today(now):
        return formatting.time_of_day(moment)
    return formatting.short_day(moment, moscow.today(now))


def _told(person: User | None, at: datetime, words: str, message: Message, now: datetime) -> str:
    """Полина Зайцева, вчера 16:05, за 3 ч: words."""
    took = _("in %(time)s") % {"time": formatting.duration(at - message.created_at)}
    line = f"{person}, {formatting.day_time(at, now)}, {took}"
    return f"{line}: {formatting.typography(words)}" if words else line
