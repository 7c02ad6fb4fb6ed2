"""What a change of many rows would do, before it is done: a line a row, in a number of queries that knows no rows."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core import formatting
from core.errors import RuleViolation
from deals.actions.bulk import on_day
from deals.actions.locking import check_open
from deals.actions.stages import check_entry
from deals.models import Deal, Stage, StageRole, Task
from deals.rules import check_horizon
from partners.actions.locking import check_in_work
from partners.models import Partner


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a preview. `pk` and `version` are of what will change; `refusal` says why it will not."""

    pk: int
    version: int
    name: str
    before: str = ""
    after: str = ""
    refusal: str = ""


def move_lines(user: User, keys: Collection[int], stage: Stage, now: datetime) -> list[Line]:
    """Deals on their way to the stage; a sum that the stage asks for stands beside it, to be looked at (R6)."""

    def line(deal: Deal) -> Line:
        after = stage.name
        if stage.role == StageRole.DUE:
            after = f"{stage.name} · {deal.subject} · {formatting.money(deal.amount)}"
        refusal = _refusal(check_entry, deal, stage)
        if deal.is_open and deal.stage_id == stage.pk:
            refusal = _("It stands on this status already.")
        return Line(deal.pk, deal.version, _name(deal.partner), deal.stage.name, after, refusal)

    return [line(deal) for deal in _deals(user, keys, "deal.move")]


def reassign_lines(user: User, keys: Collection[int], manager: User, now: datetime) -> list[Line]:
    """Deals on their way to the manager."""

    def line(deal: Deal) -> Line:
        refusal = _refusal(check_open, deal) or _same_manager(deal, manager)
        return Line(deal.pk, deal.version, _name(deal.partner), str(deal.manager), str(manager), refusal)

    return [line(deal) for deal in _deals(user, keys, "deal.reassign")]


def partner_reassign_lines(user: User, keys: Collection[int], manager: User, now: datetime) -> list[Line]:
    """Partners on their way to the manager, with how many open deals go along."""
    going = Count("deals", filter=Q(deals__closed_at__isnull=True, deals__manager=F("manager")))
    partners = (
        Partner.objects.visible_to(user, "partner.reassign")
        .filter(pk__in=keys)
        .select_related("manager")
        .annotate(going=going)
        .order_by("name", "pk")
    )

    def line(partner: Partner) -> Line:
        refusal = _refusal(check_in_work, partner) or _same_manager(partner, manager)
        deals = ngettext("%(n)s deal", "%(n)s deals", partner.going) % {"n": partner.going}
        after = f"{manager} · {deals}" if partner.going else str(manager)
        return Line(partner.pk, partner.version, _name(partner), str(partner.manager), after, refusal)

    return [line(partner) for partner in partners]


def reschedule_lines(user: User, keys: Collection[int], day: date, reason: str, now: datetime) -> list[Line]:
    """The next tasks of the deals on their way to the day (R2)."""
    deals = _deals(user, keys, "deal.read")
    return _task_lines([(deal.pk, deal.partner) for deal in deals], next_tasks(user, keys), day, reason, now)


def partner_reschedule_lines(user: User, keys: Collection[int], day: date, reason: str, now: datetime) -> list[Line]:
    """The next tasks of the partners, of whichever deal, on their way to the day (R2)."""
    partners = Partner.objects.visible_to(user).filter(pk__in=keys).order_by("name", "pk")
    tasks = next_tasks(user, keys, "deal__partner")
    return _task_lines([(partner.pk, partner) for partner in partners], tasks, day, reason, now)


def next_tasks(user: User, keys: Collection[int], owner: str = "deal") -> dict[int, Task]:
    """The nearest open task of each deal, or of each partner with `deal__partner` as owner."""
    tasks = (
        Task.objects.visible_to(user, "task.update")
        .open()
        .filter(**{f"{owner}__in": keys})
        .select_related("deal")
        .order_by(owner, "due_at", "pk")
        .distinct(owner)
    )
    return {task.deal_id if owner == "deal" else task.deal.partner_id: task for task in tasks}


def _task_lines(
    owners: list[tuple[int, Partner]], tasks: dict[int, Task], day: date, reason: str, now: datetime
) -> list[Line]:
    def line(key: int, partner: Partner) -> Line:
        task = tasks.get(key)
        if task is None:
            return Line(0, 0, _name(partner), refusal=_("There is no task to move: plan one."))
        due_at = on_day(task, day)
        before = f"{formatting.day_time(task.due_at, now)} · {formatting.typography(task.title)}"
        refusal = _refusal(check_horizon, now, due_at, reason)
        return Line(task.pk, task.version, _name(partner), before, formatting.day_time(due_at, now), refusal)

    return [line(key, partner) for key, partner in owners]


def _deals(user: User, keys: Collection[int], permission: str) -> QuerySet[Deal]:
    return (
        Deal.objects.visible_to(user, permission)
        .filter(pk__in=keys)
        .select_related("stage", "partner", "manager", "package__service", "service", "handoff")
        .order_by("partner__name", "pk")
    )


def _refusal(check: Callable[..., None], *arguments: Any) -> str:
    """What the rule would say, or nothing."""
    try:
        check(*arguments)
    except RuleViolation as violation:
        return violation.message
    return ""


def _same_manager(record: Deal | Partner, manager: User) -> str:
    return _("The manager is the same already.") if record.manager_id == manager.pk else ""


def _name(partner: Partner) -> str:
    return formatting.typography(partner.name)
