"""What can be done with many rows at once: one table of verbs, each with its question, its preview and its action."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from deals.actions import bulk as actions
from deals.forms.bulk import MoveForm, ReassignForm, RescheduleForm
from deals.models import Deal, Task
from deals.selectors import bulk as selectors
from partners.models import Partner


@dataclass(frozen=True)
class Verb:
    """`preview` tells line by line what `act` will do; `changing` are the rows that it changes, `owner` leads to their
    partner's name; `short` is the label on the phone. `undo` is there where the action on a single row has one."""

    code: str
    permission: str
    label: Any
    short: Any
    icon: str
    form: type[Form]
    preview: Callable[..., list[selectors.Line]]
    act: Callable[..., actions.Report]
    changing: Callable[[User], QuerySet]
    owner: str = "partner__name"
    undo: Callable[..., actions.Report] | None = None
    key: str = ""


def _tasks(user: User) -> QuerySet[Task]:
    return Task.objects.visible_to(user, "task.update")


OF_DEALS = {
    each.code: each
    for each in (
        Verb(
            "move",
            "deal.move",
            _("Move to a status"),
            _("Status"),
            "arrow-right",
            MoveForm,
            selectors.move_lines,
            actions.move_deals,
            lambda user: Deal.objects.visible_to(user, "deal.move"),
            undo=actions.undo_moves,
        ),
        Verb(
            "reschedule",
            "task.update",
            _("Move the tasks"),
            _("Tasks"),
            "calendar-clock",
            RescheduleForm,
            selectors.reschedule_lines,
            actions.reschedule_tasks,
            _tasks,
            "deal__partner__name",
            actions.undo_reschedules,
            "KeyD",
        ),
        Verb(
            "reassign",
            "deal.reassign",
            _("Change the manager"),
            _("Manager"),
            "user-cog",
            ReassignForm,
            selectors.reassign_lines,
            actions.reassign_deals,
            lambda user: Deal.objects.visible_to(user, "deal.reassign"),
        ),
    )
}

OF_PARTNERS = {
    each.code: each
    for each in (
        Verb(
            "reschedule",
            "task.update",
            _("Move the tasks"),
            _("Tasks"),
            "calendar-clock",
            RescheduleForm,
            selectors.partner_reschedule_lines,
            actions.reschedule_tasks,
            _tasks,
            "deal__partner__name",
            actions.undo_reschedules,
            "KeyD",
        ),
        Verb(
            "reassign",
            "partner.reassign",
            _("Change the manager"),
            _("Manager"),
            "user-cog",
            ReassignForm,
            selectors.partner_reassign_lines,
            actions.reassign_partners,
            lambda user: Partner.objects.visible_to(user, "partner.reassign"),
            "name",
        ),
    )
}
