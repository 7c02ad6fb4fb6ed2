"""Settling a month: its received money and its plans change no more until the head unlocks it (R17)."""

from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core import formatting, moscow
from core.audit import operation
from core.errors import RuleViolation
from invoices.models import LockedMonth, Payment
from invoices.models.locked_month import MONTHS_KEY


def lock_month(month: date, *, by: User, now: datetime) -> LockedMonth:
    """Settle the month of this day. What is locked already stays as it is.

    Raises `month_not_over`, and `month_has_undecided` while payments of it wait for a decision.
    """
    require(by, "report.lock")
    month = month.replace(day=1)
    with operation("report.lock", by=by):
        _one_at_a_time()
        if locked := LockedMonth.objects.of(month).first():
            return locked
        if month >= moscow.today(now).replace(day=1):
            raise RuleViolation("month_not_over", _("The month is not over yet: it can be locked when it has ended."))
        undecided = Payment.objects.undecided_ones().filter(paid_on__year=month.year, paid_on__month=month.month)
        if count := undecided.count():
            message = _("Payments of this month that wait for a decision: %(n)s. Decide on them first.")
            raise RuleViolation("month_has_undecided", message % {"n": count})
        return LockedMonth.objects.create(month=month, locked_by=by, locked_at=now)


def unlock_month(locked: LockedMonth, *, reason: str, by: User, now: datetime) -> LockedMonth:
    """Let the money and the plans of the month be changed again. Raises `unlock_needs_reason`, `month_not_locked`."""
    require(by, "report.lock")
    if not reason.strip():
        raise RuleViolation("unlock_needs_reason", _("Write why the month is unlocked."), "reason")
    with operation("report.lock", by=by, why=reason):
        _one_at_a_time()
        locked = LockedMonth.objects.select_for_update(of=["self"]).get(pk=locked.pk)
        if locked.unlocked_at:
            raise RuleViolation("month_not_locked", _("The month has been unlocked meanwhile."))
        locked.unlocked_by, locked.unlocked_at, locked.unlocked_why = by, now, reason.strip()[:250]
        locked.save(update_fields=["unlocked_by", "unlocked_at", "unlocked_why"])
    return locked


def require_open_month(day: date) -> None:
    """Refuse what would change the received money of a settled month. Raises `month_locked`."""
    if LockedMonth.objects.of(day).exists():
        message = _("%(month)s is locked: its money and plans change no more. The head can unlock it.")
        raise RuleViolation("month_locked", message % {"month": formatting.month_title(day)})


def _one_at_a_time() -> None:
    """Wait for whoever is counting money just now, and let nobody begin before this is done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MONTHS_KEY])
