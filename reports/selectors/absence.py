"""What happened in a portfolio while its manager was away and a colleague stood in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from accounts.models import Substitution, User
from accounts.permissions import Scope, scope
from core import moscow
from deals.models import CallComment, Deal, Handoff, Problem, StageChange, Task
from invoices.models import Allocation

SHOWN = 50
TOLD_FOR = timedelta(days=7)
"""So long after the return the day's page offers the brief."""


@dataclass(frozen=True, slots=True)
class Brief:
    """The lists of the page, each cut at SHOWN, and the days that they are of."""

    substitution: Substitution
    comments: list[CallComment]
    moves: list[StageChange]
    payments: list[Allocation]
    problems: list[Problem]
    accepted: list[Handoff]
    overdue: list[Task]

    @property
    def is_quiet(self) -> bool:
        return not (self.comments or self.moves or self.payments or self.problems or self.accepted or self.overdue)


def briefs_for(user: User) -> QuerySet[Substitution]:
    """The absences of which the user may read: his own; the head all."""
    standing = Substitution.objects.standing().select_related("absent", "substitute")
    if scope(user, "report.department") == Scope.ALL:
        return standing
    return standing.filter(absent=user)


def just_returned(user: User, now: datetime) -> Substitution | None:
    """The absence from which the user has come back within the last week."""
    today = moscow.today(now)
    lately = Substitution.objects.standing().filter(absent=user, ends_on__lt=today, ends_on__gte=today - TOLD_FOR)
    return lately.select_related("substitute").order_by("-ends_on").first()


def brief(substitution: Substitution, now: datetime) -> Brief:
    """What happened with the deals that are the absent one's, between the first and the last day; six queries."""
    since = moscow.start_of_day(substitution.starts_on)
    till = moscow.start_of_day(substitution.ends_on + timedelta(days=1))
    deals = Deal.objects.filter(manager=substitution.absent).values("pk")

    def during(field: str) -> dict[str, Any]:
        return {f"{field}__gte": since, f"{field}__lt": till}

    comments = CallComment.objects.filter(deal__in=deals, **during("called_at"))
    moves = StageChange.objects.filter(deal__in=deals, **during("at"), from_stage__isnull=False)
    payments = Allocation.objects.standing().filter(
        invoice__partner__manager=substitution.absent,
        payment__paid_on__range=(substitution.starts_on, substitution.ends_on),
    )
    problems = Problem.objects.filter(partner__manager=substitution.absent, **during("raised_at"))
    accepted = Handoff.objects.filter(deal__in=deals, **during("accepted_at"))
    overdue = Task.objects.overdue(now).filter(assignee=substitution.absent)
    return Brief(
        substitution,
        comments=list(comments.select_related("deal__partner", "author").order_by("-called_at")[:SHOWN]),
        moves=list(moves.select_related("deal__partner", "from_stage", "to_stage", "by").order_by("-at")[:SHOWN]),
        payments=list(payments.select_related("invoice__partner", "payment").order_by("-pk")[:SHOWN]),
        problems=list(problems.select_related("partner", "raised_by").order_by("-raised_at")[:SHOWN]),
        accepted=list(accepted.select_related("deal__partner", "accepted_by").order_by("-accepted_at")[:SHOWN]),
        overdue=list(overdue.select_related("deal__partner").order_by("due_at")[:SHOWN]),
    )
