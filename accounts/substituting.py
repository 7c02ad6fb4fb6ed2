"""Standing in for an absent colleague: entered by the head, over by itself (permissions.md).

For these days the absent manager's rows are the substitute's own as well: `accounts.permissions.acting_for`.
"""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import Role, Substitution, User
from accounts.permissions import require
from core import formatting, moscow
from core.audit import operation
from core.errors import RuleViolation
from live.publishing import revoke

LONGEST = timedelta(days=180)


def stand_in(
    *, substitute: User, absent: User, starts_on: date, ends_on: date, by: User, now: datetime
) -> Substitution:
    """Let `substitute` work with the portfolio of `absent` from one day to another, both included, Moscow days.

    Raises `ends_before_start`, `already_over`, `too_long`, `not_a_support_manager`, `same_person`, `overlaps`,
    `substitute_is_away`, `absent_stands_in`.
    """
    require(by, "substitution.update")
    _check_days(starts_on, ends_on, moscow.today(now))
    for field, person in (("substitute", substitute), ("absent", absent)):
        if person.role != Role.SUPPORT_MANAGER or not person.is_active:
            raise RuleViolation("not_a_support_manager", _("Choose a support manager who works here."), field)
    if substitute.pk == absent.pk:
        raise RuleViolation(
            "same_person", _("Choose somebody else: a person cannot stand in for himself."), "substitute"
        )
    with operation("substitution.update", by=by):
        # Both are locked, in the order of their keys, so that two heads cannot cross each other's plans.
        list(User.objects.select_for_update(no_key=True).filter(pk__in=[substitute.pk, absent.pk]).order_by("pk"))
        _check_others(substitute, absent, starts_on, ends_on)
        made = Substitution.objects.create(substitute=substitute, absent=absent, starts_on=starts_on, ends_on=ends_on)
        revoke(substitute.pk)
    return made


def end_substitution(substitution: Substitution, *, by: User, now: datetime) -> Substitution:
    """The colleague is back earlier: from today on the portfolio is only his again. Raises `already_over`."""
    require(by, "substitution.update")
    today = moscow.today(now)
    with operation("substitution.update", by=by, why="end"):
        substitution = Substitution.objects.select_for_update().get(pk=substitution.pk)
        if substitution.cancelled_at or substitution.ends_on < today:
            raise RuleViolation("already_over", _("This substitution is over already."))
        if substitution.starts_on < today:
            substitution.ends_on = today - timedelta(days=1)
        else:
            substitution.cancelled_at = now
        substitution.save()
        revoke(substitution.substitute_id)
    return substitution


def _check_days(starts_on: date, ends_on: date, today: date) -> None:
    if ends_on < starts_on:
        raise RuleViolation("ends_before_start", _("The last day is before the first one."), "ends_on")
    if ends_on < today:
        raise RuleViolation("already_over", _("These days have passed. Choose today or later."), "ends_on")
    if ends_on - starts_on > LONGEST:
        raise RuleViolation(
            "too_long", _("Half a year at most. For longer, give the partners another manager."), "ends_on"
        )


def _check_others(substitute: User, absent: User, starts_on: date, ends_on: date) -> None:
    others = Substitution.objects.between(starts_on, ends_on).select_related("substitute", "absent")
    if found := others.filter(absent=absent).first():
        raise RuleViolation("overlaps", _("%(who)s stands in already: %(days)s.") % _words(found), "starts_on")
    if found := others.filter(absent=substitute).first():
        words = _words(found) | {"who": found.absent}
        raise RuleViolation("substitute_is_away", _("%(who)s is away himself: %(days)s.") % words, "substitute")
    if found := others.filter(substitute=absent).first():
        words = _words(found) | {"whom": found.absent}
        message = _("The absent one stands in for %(whom)s: %(days)s. Find another substitute there first.")
        raise RuleViolation("absent_stands_in", message % words, "absent")


def _words(substitution: Substitution) -> dict[str, object]:
    first, last = map(formatting.numeric_date, (substitution.starts_on, substitution.ends_on))
    return {"who": substitution.substitute, "days": f"{first}–{last}"}
