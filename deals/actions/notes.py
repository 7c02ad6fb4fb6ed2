"""Notes that follow no call, and what is pinned on top of a deal's timeline."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from core.errors import RuleViolation
from deals import hints
from deals.actions.locking import lock_deal
from deals.models import MAX_PINS, CallComment, Deal, Note, Pin

MAX_NOTE = 5_000


def write_note(deal: Deal, text: str, *, by: User, now: datetime) -> Note:
    """Add a note to the deal, open or closed. Raises `empty_text`, `text_too_long`."""
    require(by, "note.create", deal)
    with operation("note.create", by=by):
        hints.deal_changes(deal)
        return Note.objects.create(deal=deal, author=by, text=_text(text), created_at=now)


def edit_note(note: Note, text: str, *, by: User, now: datetime) -> Note:
    """Mend one's own note within 15 minutes; the former wording is kept. Raises `note_is_final`, `empty_text`."""
    require(by, "note.update", note.deal)
    if note.author_id != by.pk:
        raise PermissionDenied("note.update")
    with operation("note.update", by=by):
        note = Note.objects.select_for_update().get(pk=note.pk)
        if not note.is_editable(now):
            message = _("A note can be mended for 15 minutes. Write a new one beside it.")
            raise RuleViolation("note_is_final", message, "text")
        if (text := _text(text)) != note.text:
            note.text, note.edited_at = text, now
            note.save()
    return note


def pin(entry: CallComment | Note, *, by: User, now: datetime) -> Pin:
    """Put a call comment or a note on top; doing so twice changes nothing. Raises `too_many_pins` above seven."""
    require(by, "deal.pin", entry.deal)
    target = {"note" if isinstance(entry, Note) else "comment": entry}
    with operation("deal.pin", by=by):
        deal = lock_deal(entry.deal)
        taken = dict(deal.pins.values_list("place", "pk"))
        if standing := deal.pins.filter(**target).first():
            return standing
        free = [place for place in range(1, MAX_PINS + 1) if place not in taken]
        if not free:
            message = _("%(n)s entries are pinned already. Unpin one of them first.") % {"n": MAX_PINS}
            raise RuleViolation("too_many_pins", message)
        return Pin.objects.create(deal=deal, place=free[0], pinned_by=by, pinned_at=now, **target)


def unpin(entry: CallComment | Note, *, by: User) -> None:
    """Take the entry from the top; it stays in its place of the timeline."""
    require(by, "deal.pin", entry.deal)
    with operation("deal.pin", by=by, why="unpin"):
        Pin.objects.filter(**{"note" if isinstance(entry, Note) else "comment": entry}).delete()


def _text(text: str) -> str:
    text = text.strip()
    if not text:
        raise RuleViolation("empty_text", _("Write the note."), "text")
    if len(text) > MAX_NOTE:
        raise RuleViolation("text_too_long", _("A note has up to %(n)s signs.") % {"n": MAX_NOTE}, "text")
    return text
