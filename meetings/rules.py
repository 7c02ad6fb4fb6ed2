"""The rules of the planning meeting, without a database (R16): the five lists, what came of promises, readiness."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from deals.rules import Health

RENEWAL_WINDOW = timedelta(days=31)
"""A renewal is talked about when its term ends or its payment is expected within so many days."""

DEFAULT_MINUTES = 40


class Listed(StrEnum):
    """The lists of a meeting; the first one, of the whole portfolio, has no code."""

    SURE = "sure"
    DOUBTFUL = "doubtful"
    ADDON = "addon"
    PROBLEM = "problem"


LIST_NAMES = {
    Listed.SURE: _("Renew for sure"),
    Listed.DOUBTFUL: _("Renewals in doubt"),
    Listed.ADDON: _("Add-on services"),
    Listed.PROBLEM: _("Problem partners"),
}

CORRECTIONS = {
    Listed.SURE: _("will renew for sure"),
    Listed.DOUBTFUL: _("the renewal is in doubt"),
    Listed.PROBLEM: _("is a problem"),
    "calm": _("is no problem"),
}
"""What a manager may say against the rules, with a word why."""

SHOWN_UNDER = (Listed.PROBLEM, Listed.DOUBTFUL, Listed.SURE, Listed.ADDON)
"""Under which of its lists a partner stands in the table of all: the most urgent one."""


class Kept(StrEnum):
    """What came of what was promised at the last meeting."""

    DONE = "done"
    PARTLY = "part"
    NOT_DONE = "no"


KEPT_NAMES = {Kept.DONE: _("done"), Kept.PARTLY: _("partly"), Kept.NOT_DONE: _("not done")}


@dataclass(frozen=True, slots=True)
class Facts:
    """By what a partner is put on the lists. `renews_on`: the nearer of the end of term and the expected payment."""

    health: Health
    renews_on: date | None = None
    is_renewal_sure: bool = True
    has_offer: bool = False


def lists_of(facts: Facts, correction: str, today: date) -> tuple[Listed, ...]:
    """The lists on which a partner stands, corrected by the manager (R16).

    A renewal whose day is near is sure when its deal says so and the partner is well, else in doubt; an open offer of
    an add-on puts it on the third list, a problem on the fourth.
    """
    found = []
    is_problem = correction == Listed.PROBLEM or (facts.health == Health.PROBLEM and correction != "calm")
    if facts.renews_on is not None and facts.renews_on <= today + RENEWAL_WINDOW:
        is_sure = facts.is_renewal_sure and facts.health == Health.GOOD
        if correction in {Listed.SURE, Listed.DOUBTFUL}:
            is_sure = correction == Listed.SURE
        found.append(Listed.SURE if is_sure else Listed.DOUBTFUL)
    if facts.has_offer:
        found.append(Listed.ADDON)
    if is_problem:
        found.append(Listed.PROBLEM)
    return tuple(found)


def shown_under(lists: tuple[Listed, ...]) -> Listed | None:
    return next((each for each in SHOWN_UNDER if each in lists), None)


def kept(*, is_task_done: bool | None, is_task_overdue: bool, has_paid: bool) -> Kept | None:
    """What came of a promise: its task is done or the money has come; late is not done; the rest is on its way.

    `is_task_done` is None when the meeting decided nothing that became a task.
    """
    if is_task_done or has_paid:
        return Kept.DONE
    if is_task_done is None:
        return None
    return Kept.NOT_DONE if is_task_overdue else Kept.PARTLY
