"""The rules of the work, without a database: what may be, what is missing, when it is due.

R1 acceptance, R2 seven days, R5 the next term, R6 amounts. The text of a comment (R3) is read in `comment_text`.
"""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formatting, moscow
from core.errors import RuleViolation

HORIZON_DAYS = 7
"""A task lies at most so many calendar days (Moscow) after the day on which its date was set (R2)."""

AGAIN_AFTER = timedelta(hours=2)
"""After so long a partner who has not answered is called again."""

LONG_OVERDUE = timedelta(days=7)
"""A task that is overdue for longer is escalated to the head (R2)."""


def acceptance_deadline(paid_on: date) -> date:
    """The last day on which a new partner may be accepted: the day after the payment (R1)."""
    return paid_on + timedelta(days=1)


def last_day_without_reason(scheduled_at: datetime) -> date:
    """The furthest day that a task may get without a written reason (R2)."""
    return moscow.today(scheduled_at) + timedelta(days=HORIZON_DAYS)


def check_horizon(scheduled_at: datetime, due_at: datetime, reason: str) -> None:
    """Refuse a date in the past, and one beyond seven days without a reason (R2).

    Raises RuleViolation `task_in_past` or `task_horizon`.
    """
    if moscow.today(due_at) < moscow.today(scheduled_at):
        raise RuleViolation("task_in_past", _("This day has passed. Choose today or a later day."), "due_at")
    if moscow.today(due_at) > last_day_without_reason(scheduled_at) and not reason.strip():
        message = _("The date is more than 7 days away. Choose an earlier one or write why it is later.")
        raise RuleViolation("task_horizon", message, "long_term_reason")


def next_try(timezone_name: str, now: datetime) -> datetime:
    """When to call again a partner who has not answered: in two hours if he may be called then, else the next morning.

    Never outside the office's hours and the partner's calling window; always within the seven days of R2.
    """
    later = (now + AGAIN_AFTER).replace(second=0, microsecond=0)
    is_office = moscow.to_moscow(later).time() < moscow.OFFICE_CLOSES and moscow.today(later) == moscow.today(now)
    if is_office and moscow.calling_window(timezone_name, later).is_open:
        return later
    day = moscow.next_working_day(moscow.today(now))
    morning = moscow.at(day, moscow.OFFICE_OPENS)
    window = moscow.calling_window(timezone_name, morning)
    return window.opens_at if window.state == "early" else morning


def discounted(list_price: Decimal, discount_percent: Decimal) -> Decimal:
    """The price less the discount, rounded half up to a whole rouble as it is named to the partner."""
    return (list_price * (100 - discount_percent) / 100).quantize(Decimal(1), ROUND_HALF_UP).quantize(Decimal("0.01"))


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_term(previous_ends_on: date | None, months: int, today: date) -> tuple[date, date]:
    """First and last day of the term that follows (R5); without a previous term it begins today."""
    starts_on = previous_ends_on + timedelta(days=1) if previous_ends_on else today
    return starts_on, add_months(starts_on, months) - timedelta(days=1)


class Health(StrEnum):
    GOOD = "good"
    DOUBTFUL = "doubt"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


HEALTH_NAMES = {
    Health.GOOD: gettext_lazy("all is well"),
    Health.DOUBTFUL: gettext_lazy("has questions"),
    Health.PROBLEM: gettext_lazy("problem"),
    Health.UNKNOWN: gettext_lazy("not known yet"),
}


@dataclass(frozen=True, slots=True)
class Signs:
    """What the health of a deal is judged by."""

    stage_role: str
    overdue_days: int = 0
    silent_days: int | None = None
    last_requests: int | None = None
    has_problem: bool = False


def health(signs: Signs) -> Health:
    """The state of a partner as it shows on a deal.

    A raised problem is a problem until it is resolved. Otherwise one sign against is a question, two or no requests a
    problem.
    """
    if signs.has_problem:
        return Health.PROBLEM
    if signs.stage_role in {"", "handed_over", "accepted"} and signs.silent_days is None:
        return Health.UNKNOWN
    against = [
        signs.stage_role in {"troubled", "lost"},
        signs.overdue_days > 3,
        signs.silent_days is not None and signs.silent_days > 7,
    ]
    if signs.last_requests == 0 or sum(against) > 1:
        return Health.PROBLEM
    return Health.DOUBTFUL if any(against) or signs.stage_role == "due" else Health.GOOD


def health_reasons(signs: Signs) -> list[str]:
    """Why the health is not simply good, in words; empty when nothing speaks against."""
    told = []
    if signs.has_problem:
        told.append(_("a problem has been raised"))
    if signs.last_requests == 0:
        told.append(_("no requests at the last call"))
    if signs.stage_role in {"troubled", "lost", "due"}:
        told.append(
            {
                "troubled": _("the deal stands on a status with questions"),
                "lost": _("the last deal is lost"),
                "due": _("the renewal is to be paid"),
            }[signs.stage_role]
        )
    if signs.overdue_days > 3:
        told.append(_("a task is overdue for %(days)s") % {"days": formatting.days(signs.overdue_days)})
    if signs.silent_days is None:
        told.append(_("there was no call yet"))
    elif signs.silent_days > 7:
        told.append(_("no call for %(days)s") % {"days": formatting.days(signs.silent_days)})
    return told
