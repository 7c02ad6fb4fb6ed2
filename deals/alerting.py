"""Finding what is wrong, and telling whom it concerns: the logic of the jobs (R1, R2, R4).

Every pass looks at the present state with a few set-based statements: what has a cause and no open alert gets one, what
has lost its cause is cleared, and who should know and has not been told is told. Running it twice, late, or in two
processes at once therefore changes nothing; the database keeps an open alert unique.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Role, User
from core import moscow
from deals import hints
from deals.models import Alert, AlertNotice, Call, Deal, Handoff, Task
from deals.rules import LONG_OVERDUE

BATCH = 1000


def check_tasks(now: datetime) -> None:
    """Tasks past due, and those past due for more than seven days, which the head hears of (R2)."""
    overdue = Task.objects.overdue(now).filter(deal__closed_at__isnull=True)
    _check(Alert.Kind.TASK_OVERDUE_7D, overdue.filter(due_at__lt=now - LONG_OVERDUE), "task", now)
    _check(Alert.Kind.TASK_OVERDUE, overdue, "task", now)


def check_horizon(now: datetime) -> None:
    """Imported tasks beyond the seven days that say no reason (R2)."""
    beyond = Task.objects.beyond_horizon().filter(deal__closed_at__isnull=True)
    _check(Alert.Kind.TASK_HORIZON, beyond, "task", now)


def check_next_steps(now: datetime) -> None:
    """Open deals with no open task (R2)."""
    _check(Alert.Kind.NO_NEXT_TASK, Deal.objects.without_next_task(), "deal", now)


def check_acceptance(now: datetime) -> None:
    """New partners not accepted by the end of the day after the payment, which the head hears of (R1)."""
    late = Handoff.objects.past_deadline(moscow.today(now))
    _check(Alert.Kind.HANDOFF_UNACCEPTED, late, "handoff", now)


def check_calls(now: datetime) -> None:
    """Calls whose working day is over and that nobody has commented (R4)."""
    _check(Alert.Kind.CALL_WITHOUT_COMMENT, Call.objects.past_deadline(now), "call", now)


def check_deals(kind: Alert.Kind, causes: QuerySet, now: datetime) -> None:
    """For higher rooms: bring the alerts of a kind in line with the deals that have its cause."""
    _check(kind, causes, "deal", now)


def _check(kind: Alert.Kind, causes: QuerySet, subject: str, now: datetime) -> None:
    """Bring the alerts of one kind in line with their causes; `subject` is the field of an alert that is the cause."""
    opened = Alert.objects.open().filter(kind=kind)
    _clear(opened.filter(~Exists(causes.filter(pk=OuterRef(f"{subject}_id")))), now)
    unnoticed = causes.filter(~Exists(opened.filter(**{subject: OuterRef("pk")})))
    deal_of = "pk" if subject == "deal" else "deal_id"
    Alert.objects.bulk_create(
        (
            Alert(**{"kind": kind, "deal_id": deal_id, "raised_at": now, f"{subject}_id": pk})
            for pk, deal_id in unnoticed.values_list("pk", deal_of)
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    _tell(kind)


def _clear(alerts: QuerySet, now: datetime) -> None:
    """Their causes are gone: they leave the bells of those who were told."""
    gone = list(alerts.values_list("pk", flat=True))
    if gone:
        hints.bells_change(AlertNotice.objects.filter(alert__in=gone).values_list("recipient", flat=True).distinct())
        Alert.objects.filter(pk__in=gone).update(cleared_at=now)


def _tell(kind: Alert.Kind) -> None:
    """Tell the responsible managers, and the heads of what is escalated; take it back from everybody else.

    A task that is overdue for more than seven days is told as that alone, not as overdue, too. Of a handoff that is
    returned its seller is told as well.
    """
    opened = Alert.objects.open().filter(kind=kind)
    alerts = not_superseded(opened)
    heads = User.objects.filter(role=Role.HEAD, is_active=True) if kind in Alert.ESCALATED else User.objects.none()
    to_manager = Deal.objects.filter(alerts=OuterRef("alert"), manager=OuterRef("recipient"))
    to_seller = Handoff.objects.returned().filter(alerts=OuterRef("alert"), sold_by=OuterRef("recipient"))
    concerned = Q(alert__in=alerts) & (Q(recipient__in=heads) | Exists(to_manager) | Exists(to_seller))
    AlertNotice.objects.filter(alert__in=opened).exclude(concerned).delete()
    _create_notices(_untold(alerts, OuterRef("deal__manager")).values_list("pk", "deal__manager"))
    with_sales = alerts.filter(handoff__in=Handoff.objects.returned())
    _create_notices(_untold(with_sales, OuterRef("handoff__sold_by")).values_list("pk", "handoff__sold_by"))
    for head in heads.values_list("pk", flat=True):
        _create_notices((alert, head) for alert in _untold(alerts, head).values_list("pk", flat=True))


def _untold(alerts: QuerySet, recipient: OuterRef | int) -> QuerySet:
    return alerts.filter(~Exists(AlertNotice.objects.filter(alert=OuterRef("pk"), recipient=recipient)))


def not_superseded(alerts: QuerySet) -> QuerySet:
    """Without the «overdue» alerts of tasks that have the sharper «overdue for more than 7 days»."""
    sharper = Alert.objects.open().filter(kind=Alert.Kind.TASK_OVERDUE_7D, task=OuterRef("task"))
    return alerts.exclude(Q(kind=Alert.Kind.TASK_OVERDUE) & Exists(sharper))


def _create_notices(pairs: Iterable[tuple[int, int]]) -> None:
    pairs = list(pairs)
    hints.bells_change({recipient for _alert, recipient in pairs})
    AlertNotice.objects.bulk_create(
        (AlertNotice(alert_id=alert, recipient_id=recipient) for alert, recipient in pairs),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
