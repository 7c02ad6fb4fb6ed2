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
    """`preview` tells line by line what `act` will do; `changing` are the rows that it changes.

    `short` is the label on the phone, `owner` leads from a row to its partner's name, `undo` is there where the action
    on a single row has one.
    """

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


def _reschedule(preview: Callable[..., list[selectors.Line]]) -> Verb:
    """Moving the next tasks, of deals or of partners."""
    return Verb(
        code="reschedule",
        permission="task.update",
        label=_("Move the tasks"),
        short=_("Tasks"),
        icon="calendar-clock",
        key="KeyD",
        form=RescheduleForm,
        preview=preview,
        act=actions.reschedule_tasks,
        undo=actions.undo_reschedules,
        changing=_tasks,
        owner="deal__partner__name",
    )


OF_DEALS = {
    "move": Verb(
        code="move",
        permission="deal.move",
        label=_("Move to a status"),
        short=_("Status"),
        icon="arrow-right",
        form=MoveForm,
        preview=selectors.move_lines,
        act=actions.move_deals,
        undo=actions.undo_moves,
        changing=lambda user: Deal.objects.visible_to(user, "deal.move"),
    ),
    "reschedule": _reschedule(selectors.reschedule_lines),
    "reassign": Verb(
        code="reassign",
        permission="deal.reassign",
        label=_("Change the manager"),
        short=_("Manager"),
        icon="user-cog",
        form=ReassignForm,
        preview=selectors.reassign_lines,
        act=actions.reassign_deals,
        changing=lambda user: Deal.objects.visible_to(user, "deal.reassign"),
    ),
}

OF_PARTNERS = {
    "reschedule": _reschedule(selectors.partner_reschedule_lines),
    "reassign": Verb(
        code="reassign",
        permission="partner.reassign",
        label=_("Change the manager"),
        short=_("Manager"),
        icon="user-cog",
        form=ReassignForm,
        preview=selectors.partner_reassign_lines,
        act=actions.reassign_partners,
        changing=lambda user: Partner.objects.visible_to(user, "partner.reassign"),
        owner="name",
    ),
}
