"""What was promised: the main comment that only grows, and the checklist of agreements (R1)."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core import moscow
from core.audit import operation
from core.errors import RuleViolation, VersionConflict
from deals.actions.locking import lock_deal
from deals.models import Deal
from partners.models import Agreement, Partner

MAX_PROMISE = 250


class CommentGrew(VersionConflict):
    """Somebody has added to the main comment since the author read it; `added` is what."""

    def __init__(self, added: str) -> None:
        super().__init__(_("Somebody has added a line meanwhile. Read it, and add yours if it is still needed."))
        self.added = added


def append_main_comment(deal: Deal, text: str, *, by: User, now: datetime, seen: int | None = None) -> Deal:
    """Add a dated line to the main comment; what sales wrote stays as it is.

    `seen` is the length of the comment as its reader saw it. Raises CommentGrew when it is longer by now, `empty_text`.
    """
    require(by, "deal.append_main_comment", deal)
    if not text.strip():
        raise RuleViolation("empty_text", _("Write what was agreed."), "text")
    with operation("deal.append_main_comment", by=by):
        deal = lock_deal(deal)
        if seen is not None and len(deal.main_comment) > seen:
            raise CommentGrew(deal.main_comment[seen:].strip())
        line = f"{moscow.today(now):%d.%m.%Y}, {by.full_name}: {text.strip()}"
        deal.main_comment = "\n".join(filter(None, [deal.main_comment, line]))
        deal.main_comment_by = deal.main_comment_by or by
        deal.main_comment_at = deal.main_comment_at or now
        deal.version += 1
        deal.save()
    return deal


def add_agreement(partner: Partner, text: str, *, by: User, now: datetime) -> Agreement:
    """Write down one more promise. Raises `empty_text`, `text_too_long`."""
    require(by, "partner.update", partner)
    with operation("partner.update", by=by):
        return Agreement.objects.create(partner=partner, text=_promise(text), added_at=now, added_by=by)


def edit_agreement(agreement: Agreement, text: str, *, by: User, seen: str | None = None) -> Agreement:
    """Word a promise better; the former wording stays in the audit trail.

    `seen` is the wording that the editor began from. Raises VersionConflict when it is another by now, `empty_text`,
    `text_too_long`.
    """
    require(by, "partner.update", agreement.partner)
    with operation("partner.update", by=by):
        agreement = _lock(agreement)
        if seen is not None and agreement.text not in {seen, text.strip()}:
            message = _("Somebody has worded it otherwise meanwhile: “%(text)s”. Save once more to keep yours.")
            raise VersionConflict(message % {"text": agreement.text})
        agreement.text = _promise(text)
        agreement.save()
    return agreement


def archive_agreement(agreement: Agreement, is_archived: bool, *, by: User, now: datetime) -> Agreement:
    """Take a promise that no longer counts off the list, or put it back."""
    require(by, "partner.update", agreement.partner)
    with operation("partner.update", by=by):
        agreement = _lock(agreement)
        agreement.archived_at = now if is_archived else None
        agreement.save()
    return agreement


def set_agreement_kept(agreement: Agreement, is_kept: bool, *, by: User, now: datetime) -> Agreement:
    """Tick a promise off, or take the tick back."""
    require(by, "partner.update", agreement.partner)
    with operation("partner.update", by=by):
        agreement = _lock(agreement)
        if is_kept != (agreement.kept_at is not None):
            agreement.kept_at, agreement.kept_by = (now, by) if is_kept else (None, None)
            agreement.save()
    return agreement


def _lock(agreement: Agreement) -> Agreement:
    return Agreement.objects.select_for_update().get(pk=agreement.pk)


def _promise(text: str) -> str:
    """The text of a promise as it is kept."""
    text = text.strip()
    if not text:
        raise RuleViolation("empty_text", _("Write what was promised."), "text")
    if len(text) > MAX_PROMISE:
        raise RuleViolation("text_too_long", _("A promise has up to %(n)s signs.") % {"n": MAX_PROMISE}, "text")
    return text
