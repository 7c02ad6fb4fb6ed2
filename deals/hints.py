"""What live pages are told of deals, tasks and handoffs, and who may hear it.

A board is heard by everybody who reads deals, so its hints carry no ids: each page asks whether its own cards changed.
Whoever locks a deal, a task or a handoff changes it: `deals.actions.locking` tells of that, and nobody can forget to.
"""

from collections.abc import Iterable

from accounts.permissions import may
from deals.models import Deal, Handoff, Task
from live import topics
from live.publishing import publish


def register() -> None:
    """Called once, when the app is ready."""
    topics.heard_by("board", lambda user, _key: may(user, "deal.read"))
    topics.heard_by("handoffs", lambda user, _key: may(user, "handoff.read"))


def deal_changes(deal: Deal) -> None:
    """On its board, in its manager's counters, and to who has its partner before him; when the transaction commits."""
    publish(f"board:{deal.pipeline_id}")
    publish(f"portfolio:{deal.manager_id}")
    publish(f"partner:{deal.partner_id}", deal=deal.pk)


def task_changes(task: Task) -> None:
    """The same of its deal, and to who has to do it."""
    deal_changes(task.deal)
    publish(f"person:{task.assignee_id}")


def handoff_changes(handoff: Handoff) -> None:
    publish("handoffs")
    deal_changes(handoff.deal)


def bells_change(people: Iterable[int]) -> None:
    """The number on their bells is another one."""
    for person in people:
        publish(f"person:{person}")
