"""Drafts of comments: what is typed is kept every few seconds, so that a closed tab loses nothing."""

from accounts.models import User
from accounts.permissions import require
from deals.models import CommentDraft, Deal

DRAFT_FIELDS = (
    "was", "now", "plans", "requests", "meetings", "contracts", "contracts_sum", "title", "kind", "day", "time",
    "later_day", "long_term_reason", "completed_task",
)  # fmt: skip
MAX_LENGTH = 10_000


def save_draft(deal: Deal, typed: dict[str, str], *, by: User) -> CommentDraft | None:
    """Keep what the author has typed so far; an empty form discards the draft."""
    require(by, "call_comment.create", deal)
    fields = {name: typed[name][:MAX_LENGTH] for name in DRAFT_FIELDS if typed.get(name)}
    if not any(fields.get(name, "").strip() for name in ("was", "now", "plans", "title")):
        discard_draft(deal, by=by)
        return None
    draft, _created = CommentDraft.objects.update_or_create(author=by, deal=deal, defaults={"fields": fields})
    return draft


def discard_draft(deal: Deal, *, by: User) -> None:
    CommentDraft.objects.filter(author=by, deal=deal).delete()
