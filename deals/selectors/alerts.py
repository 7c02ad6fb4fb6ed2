"""Alerts as they are shown: to whom they were told, and on the deal they are about."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from core import formatting, moscow
from deals.alerting import not_superseded
from deals.models import Alert, AlertNotice, Call
from deals.watching import Subject, subjects_of

SHOWN = 300
"""Notices on the page; who has more has to work off the first ones anyway."""

ORDER = [
    Alert.Kind.REQUEST_UNANSWERED,
    Alert.Kind.ISSUE_UNANSWERED,
    Alert.Kind.HANDOFF_UNACCEPTED,
    Alert.Kind.TASK_OVERDUE_7D,
    Alert.Kind.TASK_OVERDUE,
    Alert.Kind.CALL_WITHOUT_COMMENT,
    Alert.Kind.DELIVERY_FAILED,
    Alert.Kind.NO_NEXT_TASK,
    Alert.Kind.TASK_HORIZON,
    Alert.Kind.INVOICE_LAPSED,
    Alert.Kind.INVOICE_LAPSING,
]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A line of the page. `since` is when the cause began: the term of the task or of the acceptance."""

    pk: int
    deal_id: int | None
    partner: str
    manager: str
    what: str
    since: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class KindGroup:
    kind: Alert.Kind
    rows: list[NoticeRow]

    @property
    def why(self) -> str:
        """The code of its explanation, see core.explanations."""
        return f"alert.{self.kind}"

    @property
    def is_escalated(self) -> bool:
        return self.kind in Alert.ESCALATED


def open_alerts(deal_ids: Iterable[int]) -> dict[int, list[Alert]]:
    """The open alerts of these deals, the gravest first; deals without any are left out."""
    found: defaultdict[int, list[Alert]] = defaultdict(list)
    for alert in not_superseded(Alert.objects.open().filter(deal__in=list(deal_ids))).order_by("raised_at", "pk"):
        found[alert.deal_id].append(alert)
    for alerts in found.values():
        alerts.sort(key=lambda alert: ORDER.index(alert.kind))
    return dict(found)


def notice_groups(user: User) -> list[KindGroup]:
    """The reader's open notices by kind, the gravest kind first and in it what has lasted longest."""
    notices = (
        AlertNotice.objects.open_for(user)
        .select_related(
            "alert__deal__partner", "alert__deal__manager", "alert__task", "alert__handoff", "alert__call__contact"
        )
        .order_by("alert__raised_at", "pk")[:SHOWN]
    )
    subjects = subjects_of([notice.alert for notice in notices])
    rows: defaultdict[str, list[NoticeRow]] = defaultdict(list)
    for notice in notices:
        subject = subjects.get((notice.alert.kind, notice.alert.subject_id))
        rows[notice.alert.kind].append(_row_of(notice, subject) if subject else _row(notice))
    return [KindGroup(kind, sorted(rows[kind], key=lambda row: row.since)) for kind in ORDER if rows[kind]]


def _row_of(notice: AlertNotice, subject: Subject) -> NoticeRow:
    return NoticeRow(
        pk=notice.pk,
        deal_id=None,
        partner=formatting.typography(subject.partner),
        manager=subject.manager,
        what=formatting.typography(subject.what),
        since=subject.since,
        is_new=notice.is_new,
    )


def _row(notice: AlertNotice) -> NoticeRow:
    alert, deal = notice.alert, notice.alert.deal
    if alert.task:
        what, since = alert.task.title, alert.task.due_at
    elif alert.handoff:
        what, since = "", moscow.end_of_day(alert.handoff.accept_by)
    elif alert.call:
        what, since = _call_words(alert.call), alert.call.started_at
    else:
        what, since = "", alert.raised_at
    return NoticeRow(
        pk=notice.pk,
        deal_id=deal.pk,
        partner=formatting.typography(deal.partner.name),
        manager=deal.manager.full_name,
        what=formatting.typography(what),
        since=since,
        is_new=notice.is_new,
    )


def _call_words(call: Call) -> str:
    """Whom the call was with: «Звонок: Лариса Чернова»."""
    return _("Call: %(whom)s") % {"whom": call.contact or formatting.phone(call.phone)}
