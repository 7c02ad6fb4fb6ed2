"""Drafts of comments: what is typed is kept every few seconds, so that a closed tab loses nothing."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.errors import VersionConflict
from deals.comment_advice import MOST_PROMISES
from deals.models import CommentDraft, Deal

DRAFT_FIELDS = (
    "was", "now", "plans", "requests", "meetings", "contracts", "contracts_sum", "title", "kind", "day", "time",
    "later_day", "long_term_reason", "completed_task",
)  # fmt: skip
MAX_LENGTH = 10_000
PROMISES = tuple(f"promise_{position}" for position in range(MOST_PROMISES))


class DraftConflict(VersionConflict):
    """The author has changed the draft in another tab; `draft` is what stands there."""

    def __init__(self, draft: CommentDraft) -> None:
        super().__init__(_("This draft was changed in another tab."))
        self.draft = draft


def save_draft(deal: Deal, typed: dict[str, str], *, by: User, seen: str | None = None) -> CommentDraft | None:
    """Keep what the author has typed so far; an empty form discards the draft.

    `seen` is the stamp of the draft that the form was opened with or has saved, "" for none: another one in its place
    raises DraftConflict. None saves in any case.
    """
    require(by, "call_comment.create", deal)
    fields = {name: typed[name][:MAX_LENGTH] for name in (*DRAFT_FIELDS, *PROMISES) if typed.get(name)}
    standing = CommentDraft.objects.filter(author=by, deal=deal).first()
    if standing and seen is not None and standing.stamp != seen and standing.fields != fields:
        raise DraftConflict(standing)
    if not any(fields.get(name, "").strip() for name in ("was", "now", "plans", "title")):
        discard_draft(deal, by=by)
        return None
    draft, _created = CommentDraft.objects.update_or_create(author=by, deal=deal, defaults={"fields": fields})
    return draft


def discard_draft(deal: Deal, *, by: User) -> None:
    CommentDraft.objects.filter(author=by, deal=deal).delete()
