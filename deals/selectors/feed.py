"""The timeline as the card shows it: chips with counts, what is pinned on top, a page of entries."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may
from deals.models import EDITABLE_FOR, MAX_PINS, CallComment, Deal, Note, Pin
from deals.timeline import KINDS, Entry, partner_timeline, timeline, with_comments
from partners.models import Partner

PINNABLE: dict[str, type[CallComment] | type[Note]] = {"calls": CallComment, "notes": Note}
"""The kinds of entries that may be pinned, and their models."""


@dataclass(frozen=True)
class Chip:
    """A filter of the feed: its kind, name and how many entries it has."""

    kind: str
    label: str
    count: int


@dataclass(frozen=True)
class FeedEntry:
    """An entry with what the reader may do with it."""

    entry: Entry
    is_editable: bool = False
    is_pinned: bool = False
    pinned_by: str = ""
    pinned_at: datetime | None = field(default=None, compare=False)


def feed(deal: Deal, user: User, now: datetime, *, kind: str = "", before: datetime | None = None) -> dict[str, Any]:
    """The context of a page of the feed; the first page has the chips and what is pinned, too."""
    kind = kind if kind in KINDS else ""
    is_first = before is None
    entries, more_before, counts = timeline(deal, user, before=before or now + timedelta(seconds=1), kind=kind)
    pins = _pins(deal, user)
    on_top = {(entry.kind, entry.ref) for _pin, entry in pins}
    filled = with_comments([*entries, *(entry for _pin, entry in pins)])
    shown, pinned = filled[: len(entries)], filled[len(entries) :]
    context = {
        "entries": [_with_rights(entry, user, now, on_top) for entry in shown],
        "kind": kind,
        "more_url": _next_page(reverse("deals:feed", args=[deal.pk]), more_before, kind),
        "can_pin": may(user, "deal.pin"),
        "can_note": may(user, "note.create"),
    }
    if is_first:
        context |= {
            "chips": _chips(counts, kind),
            "pinned": [
                FeedEntry(entry, is_pinned=True, pinned_by=each.pinned_by.full_name, pinned_at=each.pinned_at)
                for (each, _entry), entry in zip(pins, pinned, strict=True)
            ],
            "max_pins": MAX_PINS,
        }
    return context


def partner_feed(
    partner: Partner, user: User, now: datetime, *, kind: str = "", before: datetime | None = None
) -> dict[str, Any]:
    """The context of a page of the feed over all deals of a partner; pinning is the deal card's."""
    kind = kind if kind in KINDS else ""
    entries, more, counts = partner_timeline(partner, user, before=before or now + timedelta(seconds=1), kind=kind)
    return {
        "entries": [_with_rights(entry, user, now, set()) for entry in with_comments(entries)],
        "kind": kind,
        "more_url": _next_page(reverse("partners:feed", args=[partner.pk]), more, kind),
        "chips": _chips(counts, kind),
        "shows_deal": True,
    }


def _with_rights(entry: Entry, user: User, now: datetime, on_top: set[tuple[str, int]]) -> FeedEntry:
    is_mine = entry.kind == "notes" and entry.author_id == user.pk
    return FeedEntry(entry, is_mine and now <= entry.at + EDITABLE_FOR, (entry.kind, entry.ref) in on_top)


def _chips(counts: dict[str, int], chosen: str) -> list[Chip]:
    chips = [Chip("", _("Everything"), sum(counts.values()))]
    return chips + [
        Chip(kind, str(name), counts.get(kind, 0)) for kind, name in KINDS.items() if counts.get(kind) or kind == chosen
    ]


def _next_page(url: str, before: datetime | None, kind: str) -> str:
    if before is None:
        return ""
    query = {"before": before.isoformat()} | ({"kind": kind} if kind else {})
    return f"{url}?{urlencode(query)}"


def _pins(deal: Deal, user: User) -> list[tuple[Pin, Entry]]:
    """What is pinned and may be read, in the order of pinning; the calls without their comments yet."""
    pins = Pin.objects.filter(deal=deal).select_related("comment__author", "note__author", "pinned_by")
    may_read_calls = may(user, "call_comment.read")
    return [(each, _entry_of(each)) for each in pins.order_by("pinned_at", "pk") if each.note_id or may_read_calls]


def _entry_of(each: Pin) -> Entry:
    if note := each.note:
        return Entry(
            note.created_at, "square-pen", _("Note"), note.text, note.author.full_name, kind="notes", ref=note.pk,
            author_id=note.author_id, edited_at=note.edited_at, deal_id=each.deal_id,
        )  # fmt: skip
    comment = each.comment
    return Entry(
        comment.called_at, "phone", _("Call"), by=comment.author.full_name, kind="calls", ref=comment.pk,
        author_id=comment.author_id, deal_id=each.deal_id,
    )  # fmt: skip
