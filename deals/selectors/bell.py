"""The bell: what is wrong and what has happened, told to the reader, grouped by deal."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from accounts.models import User
from core import formatting
from deals.models import Alert, AlertNotice
from deals.selectors.alerts import ORDER, SHOWN, notice_groups
from notifications.models import Notice


@dataclass(frozen=True, slots=True)
class Line:
    """An alert that is still so, or something that has happened. `alert` is the kind of an alert, else None."""

    text: str
    detail: str
    at: datetime
    url: str
    is_new: bool
    manager: str
    alert: Alert.Kind | None

    @property
    def why(self) -> str:
        """The code of an alert's explanation, see core.explanations."""
        return f"alert.{self.alert}" if self.alert else ""

    @property
    def is_escalated(self) -> bool:
        return self.alert in Alert.ESCALATED


@dataclass(frozen=True, slots=True)
class Group:
    """What concerns one deal; whatever concerns none stands alone."""

    title: str
    lines: list[Line]

    @property
    def new_count(self) -> int:
        return sum(line.is_new for line in self.lines)


def unseen_count(user: User) -> int:
    """The number on the bell outside of quiet hours."""
    alerts = AlertNotice.objects.open_for(user).unseen()
    return alerts.count() + Notice.objects.visible_to(user).unseen().count()


def bell(user: User) -> list[Group]:
    """The groups with something new first, the latest of them on top; in a group alerts first, the gravest on top."""
    lines: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
    for key, line in (*_alerts(user), *_notices(user)):
        lines[key].append(line)
    groups = [Group(title, sorted(found, key=_gravity)) for (_about, title), found in lines.items()]
    return sorted(groups, key=lambda group: (group.new_count > 0, max(line.at for line in group.lines)), reverse=True)


def _gravity(line: Line) -> tuple[int, float]:
    return (ORDER.index(line.alert) if line.alert else len(ORDER), -line.at.timestamp())


def _alerts(user: User) -> Iterator[tuple[tuple[str, str], Line]]:
    for group in notice_groups(user):
        for row in group.rows:
            url = reverse("deals:alert-open", args=[row.pk])
            line = Line(group.kind.label, row.what, row.since, url, row.is_new, row.manager, group.kind)
            about = f"deal:{row.deal_id}" if row.deal_id else f"alert:{row.pk}"
            yield (about, row.partner), line


def _notices(user: User) -> Iterator[tuple[tuple[str, str], Line]]:
    for notice in Notice.objects.visible_to(user).order_by("-created_at", "-pk")[:SHOWN]:
        text, title = formatting.typography(notice.text), formatting.typography(notice.title)
        url = reverse("notifications:open", args=[notice.pk])
        line = Line(text, "", notice.created_at, url, notice.seen_at is None, "", None)
        yield (notice.about or f"notice:{notice.pk}", title), line
