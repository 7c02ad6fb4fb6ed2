"""The comment after a call, saved with everything that belongs to it (R3)."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import require
from core import moscow
from core.audit import operation
from core.errors import RuleViolation
from deals.actions.locking import lock_open_deal
from deals.actions.tasks import NextStep, finish, plan
from deals.comment_advice import promises_of
from deals.comment_text import Numbers, missing_parts
from deals.models import CallComment, CommentDraft, Deal, PromiseVerdict, Task
from partners.models import Metrics

PART_NAMES = {
    "was": gettext_lazy("“Was”: what has been done up to now"),
    "now": gettext_lazy("“Now”: how things are"),
    "plans": gettext_lazy("“Plans”: what the partner will do"),
    "next_step": gettext_lazy("the next step: what we do"),
    "due_at": gettext_lazy("the date of the next step"),
}


class CommentIncomplete(RuleViolation):
    """The comment lacks parts; `missing` names them in the order of the form."""

    def __init__(self, missing: list[str]) -> None:
        names = "; ".join(str(PART_NAMES[part]) for part in missing)
        super().__init__("comment_incomplete", _("The comment lacks: %(parts)s.") % {"parts": names}, missing[0])
        self.missing = missing


def save_call_comment(
    deal: Deal,
    *,
    was: str,
    now_text: str,
    plans: str,
    numbers: Numbers,
    next_step: NextStep | None,
    by: User,
    now: datetime,
    called_at: datetime | None = None,
    completed_task: Task | None = None,
    judged: CallComment | None = None,
    outcomes: dict[int, str] | None = None,
) -> CallComment:
    """Save the comment, the week's metrics, the finished task and the next step, or nothing at all.

    `outcomes` tells what became of the promises of the comment `judged`, by their position in `promises_of(its plans)`.
    They are kept only while it is the last one: a call that was told meanwhile has answered them.

    Raises CommentIncomplete (`comment_incomplete`), `call_in_future`, `deal_closed` and what a task may raise (R2).
    """
    require(by, "call_comment.create", deal)
    called_at = called_at or now
    missing = missing_parts(
        was, now_text, plans, next_step.title if next_step else "", next_step.due_at if next_step else None
    )
    if missing:
        raise CommentIncomplete(missing)
    if called_at > now:
        raise RuleViolation("call_in_future", _("The call cannot be later than now."), "called_at")
    with operation("call_comment.create", by=by):
        deal = lock_open_deal(deal)
        promising = last_comment(deal) if judged else None
        if completed_task:
            finish(_own_task(deal, completed_task), by=by, now=now)
        comment = CallComment.objects.create(
            deal=deal,
            author=by,
            called_at=called_at,
            was=was.strip(),
            now=now_text.strip(),
            plans=plans.strip(),
            metrics=_keep_metrics(deal, numbers, called_at),
            completed_task=completed_task,
            next_task=plan(deal, next_step, by=by, now=now),
        )
        if promising and promising == judged:
            _keep_outcomes(promising, comment, outcomes or {})
        CommentDraft.objects.filter(author=by, deal=deal).delete()
    return comment


def last_comment(deal: Deal) -> CallComment | None:
    """The comment whose promises are asked about: the deal's last one, or that of the deal which it continues."""
    told = CallComment.objects.filter(deal__in=[deal.pk, deal.previous_deal_id])
    return told.order_by("-called_at", "-pk").first()


def _keep_outcomes(promising: CallComment, comment: CallComment, outcomes: dict[int, str]) -> None:
    PromiseVerdict.objects.bulk_create(
        PromiseVerdict(
            comment=promising, position=position, text=text[:500], outcome=outcomes[position], told_in=comment
        )
        for position, text in enumerate(promises_of(promising.plans))
        if position in outcomes
    )


def _own_task(deal: Deal, task: Task) -> Task:
    if task.deal_id != deal.pk:
        raise RuleViolation("foreign_task", _("This task belongs to another deal."), "completed_task")
    return task


def _keep_metrics(deal: Deal, numbers: Numbers, called_at: datetime) -> Metrics | None:
    """The numbers as the partner's metrics of that day, when the call told any."""
    if not numbers:
        return None
    return Metrics.objects.create(partner=deal.partner, measured_on=moscow.today(called_at), **vars(numbers))
