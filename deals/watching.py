"""Alerts about what higher rooms own: an invoice, a customer request.

A higher room says what is wrong, whose it is and how it is shown, and registers that in its `AppConfig.ready`; alerts,
notices and the page of the bell are the same as for deals.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Role, User
from deals import hints
from deals.models import Alert, AlertNotice


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alert is about, as its row shows it. `since` is when the cause began; `url` leads to it."""

    partner: str
    manager: str
    what: str
    since: datetime
    url: str


@dataclass(frozen=True)
class Watch:
    """A kind of alert of a higher room.

    `causes(now)` gives the keys of all that is wrong now with the responsible person, None where nobody is: the heads
    are told then. `show(keys)` tells how they look.
    """

    kind: Alert.Kind
    causes: Callable[[datetime], Mapping[int, int | None]]
    show: Callable[[Sequence[int]], Mapping[int, Subject]]


WATCHES: dict[str, Watch] = {}


def register_watch(watch: Watch) -> None:
    WATCHES[watch.kind] = watch


def check_subjects(kind: Alert.Kind, now: datetime) -> None:
    """Bring the alerts of one kind, and whom they are told to, in line with what is wrong; twice is as once."""
    causes = WATCHES[kind].causes(now)
    opened = Alert.objects.open().filter(kind=kind)
    gone = list(opened.exclude(subject_id__in=list(causes)).values_list("pk", flat=True))
    hints.bells_change(AlertNotice.objects.filter(alert__in=gone).values_list("recipient", flat=True).distinct())
    Alert.objects.filter(pk__in=gone).update(cleared_at=now)
    known = set(opened.values_list("subject_id", flat=True))
    Alert.objects.bulk_create(
        (Alert(kind=kind, subject_id=key, raised_at=now) for key in causes if key not in known), ignore_conflicts=True
    )
    _tell(kind, causes)


def subjects_of(alerts: Sequence[Alert]) -> dict[tuple[str, int], Subject]:
    """How these alerts look, by kind and key: one reading for each kind among them."""
    keys: dict[str, list[int]] = {}
    for alert in alerts:
        if alert.subject_id is not None:
            keys.setdefault(alert.kind, []).append(alert.subject_id)
    return {(kind, key): subject for kind, found in keys.items() for key, subject in WATCHES[kind].show(found).items()}


def _tell(kind: Alert.Kind, causes: Mapping[int, int | None]) -> None:
    """Tell who is responsible, the heads of what is escalated or nobody's; take it back from everybody else."""
    heads = list(User.objects.filter(role=Role.HEAD, is_active=True).values_list("pk", flat=True))
    wanted = set()
    for alert, key in Alert.objects.open().filter(kind=kind).values_list("pk", "subject_id"):
        responsible = causes.get(key)
        people = {responsible} if responsible else set()
        if not responsible or kind in Alert.ESCALATED:
            people.update(heads)
        wanted.update((alert, person) for person in people)
    notices = AlertNotice.objects.filter(alert__kind=kind, alert__cleared_at__isnull=True)
    told = {(alert, person): pk for pk, alert, person in notices.values_list("pk", "alert", "recipient")}
    AlertNotice.objects.filter(pk__in=[pk for pair, pk in told.items() if pair not in wanted]).delete()
    hints.bells_change({person for _alert, person in wanted - set(told)})
    AlertNotice.objects.bulk_create(
        (AlertNotice(alert_id=alert, recipient_id=person) for alert, person in sorted(wanted - set(told))),
        ignore_conflicts=True,
    )
