"""The timeline of a deal: everything that happened, newest first, from several sources.

A source is a function (deal, before, limit) → entries. Higher rooms add theirs in `AppConfig.ready` with
`register_source`, so that this room need not know of invoices and payments.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core import formatting
from deals.models import CallComment, Deal, StageChange, Task

PAGE_SIZE = 25
FETCHED = 2 * PAGE_SIZE
"""Read from each source, so that the entries of one moment at the end of a page are all there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline; a call comment bears its comment, everything else a title and a text."""

    at: datetime
    icon: str
    title: str
    text: str = ""
    by: str = ""
    url: str = ""
    kind: str = "event"
    comment: CallComment | None = field(default=None, compare=False)


Source = Callable[[Deal, datetime, int], list[Entry]]
SOURCES: list[Source] = []


def register_source(source: Source) -> Source:
    SOURCES.append(source)
    return source


def timeline(deal: Deal, *, before: datetime, only_calls: bool = False) -> tuple[list[Entry], datetime | None]:
    """One page of entries older than `before`, and the moment from which the next page goes on (None at the end).

    Entries of one moment are never torn apart: an operation writes several with the same time.
    """
    sources = [comments] if only_calls else SOURCES
    entries = [entry for source in sources for entry in source(deal, before, FETCHED)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    if len(entries) <= PAGE_SIZE:
        return entries, None
    last_at = entries[PAGE_SIZE - 1].at
    page = [entry for entry in entries if entry.at >= last_at]
    return page, last_at if len(entries) > len(page) else None


def _latest(queryset: Any, field_name: str, before: datetime, limit: int) -> Any:
    return queryset.filter(**{f"{field_name}__lt": before}).order_by(f"-{field_name}", "-pk")[:limit]


@register_source
def comments(deal: Deal, before: datetime, limit: int) -> list[Entry]:
    queryset = deal.call_comments.select_related("author", "metrics", "next_task")
    return [
        Entry(
            at=comment.called_at,
            icon="phone",
            title=_("Call"),
            by=comment.author.full_name,
            kind="comment",
            comment=comment,
        )
        for comment in _latest(queryset, "called_at", before, limit)
    ]


@register_source
def stage_changes(deal: Deal, before: datetime, limit: int) -> list[Entry]:
    queryset = StageChange.objects.filter(deal=deal).select_related("from_stage", "to_stage", "by")
    return [_stage_entry(change) for change in _latest(queryset, "at", before, limit)]


def _stage_entry(change: StageChange) -> Entry:
    by = change.by.full_name if change.by else _("by itself")
    if change.from_stage is None:
        return Entry(at=change.at, icon="circle-plus", title=_("Deal opened"), text=str(change.to_stage), by=by)
    text = f"{change.from_stage} → {change.to_stage}"
    if change.reason:
        text = f"{text}. {change.reason}"
    return Entry(at=change.at, icon="arrow-right", title=_("Status changed"), text=text, by=by)


@register_source
def tasks_done(deal: Deal, before: datetime, limit: int) -> list[Entry]:
    """Tasks that were finished without a call comment; a finished call stands in its comment."""
    queryset = Task.objects.filter(deal=deal, done_at__isnull=False, completed_by_comments=None)
    queryset = queryset.select_related("done_by")
    return [
        Entry(
            at=task.done_at,
            icon="check",
            title=_("Task done"),
            text=f"{task.title}. {task.result}" if task.result else task.title,
            by=task.done_by.full_name if task.done_by else _("by itself"),
        )
        for task in _latest(queryset, "done_at", before, limit)
    ]


@register_source
def long_term_tasks(deal: Deal, before: datetime, limit: int) -> list[Entry]:
    """Tasks that were put further than seven days, with the reason (R2)."""
    queryset = Task.objects.filter(deal=deal).exclude(long_term_reason="").select_related("created_by")
    return [
        Entry(
            at=task.scheduled_at,
            icon="calendar-clock",
            title=_("Task later than 7 days"),
            text=_("%(task)s, %(date)s: %(reason)s")
            % {
                "task": task.title,
                "date": formatting.numeric_date(task.due_at),
                "reason": task.long_term_reason,
            },
            by=task.created_by.full_name if task.created_by else "",
        )
        for task in _latest(queryset, "scheduled_at", before, limit)
    ]
