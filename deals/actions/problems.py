"""Raising a partner's problem, and resolving it."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from core.errors import RuleViolation
from deals import hints
from deals.models import Deal, Problem

MAX_LENGTH = 1_000


def raise_problem(deal: Deal, what: str, *, by: User, now: datetime) -> Problem:
    """Say what is wrong with the partner; until it is resolved its deals show as a problem. Raises `empty_text`."""
    require(by, "problem.raise", deal)
    what = _text(what, _("Write what is wrong."), "what")
    with operation("problem.raise", by=by):
        hints.deal_changes(deal)
        return Problem.objects.create(partner_id=deal.partner_id, deal=deal, what=what, raised_by=by, raised_at=now)


def resolve_problem(problem: Problem, how: str, *, by: User, now: datetime) -> Problem:
    """Say how it was resolved; a problem that somebody has resolved meanwhile stays as he left it.

    Raises `empty_text`, `already_resolved`.
    """
    require(by, "problem.resolve", problem)
    how = _text(how, _("Write how it was resolved."), "how")
    with operation("problem.resolve", by=by):
        locked = Problem.objects.select_for_update(of=("self",)).select_related("resolved_by", "deal")
        problem = locked.get(pk=problem.pk)
        if problem.resolved_at:
            message = _("%(who)s has resolved it meanwhile: %(how)s") % {"who": problem.resolved_by, "how": problem.how}
            raise RuleViolation("already_resolved", message)
        problem.how, problem.resolved_by, problem.resolved_at = how, by, now
        problem.save()
        hints.deal_changes(problem.deal)
    return problem


def _text(text: str, missing: str, field: str) -> str:
    text = text.strip()
    if not text:
        raise RuleViolation("empty_text", missing, field)
    if len(text) > MAX_LENGTH:
        raise RuleViolation("text_too_long", _("Up to %(n)s signs, please.") % {"n": MAX_LENGTH}, field)
    return text
