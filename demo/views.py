"""Saved views that the company works with: the head's, shared with everybody, and one of a manager's own."""

from datetime import datetime

from accounts.models import User
from deals.models import Layout, PipelineCode, SavedView
from demo.company import Company

SHARED = [
    (PipelineCode.RENEWAL, "Без следующего шага", Layout.LIST, "task=none"),
    (PipelineCode.RENEWAL, "Под вопросом", Layout.TERMS, "confidence=doubtful"),
    (PipelineCode.ADDON, "Просроченные дела", Layout.BOARD, "task=overdue"),
]
OWN = (PipelineCode.RENEWAL, "Крупные, от 150 000", Layout.LIST, "amount_from=150000&sort=-amount")


def add_views(company: Company, now: datetime) -> None:
    """A few, as a department has them after some months."""
    rows = [*((company.head, True, *each) for each in SHARED), (company.support[0], False, *OWN)]
    SavedView.objects.bulk_create(_view(*row, now=now) for row in rows)


def _view(
    owner: User, is_shared: bool, pipeline: str, name: str, layout: str, query: str, *, now: datetime
) -> SavedView:
    return SavedView(
        owner=owner, is_shared=is_shared, pipeline_id=pipeline, name=name, layout=layout, query=query, created_at=now
    )
