"""The pure rules of telling: when it is quiet, and when the morning letter goes."""

from datetime import datetime

from core import moscow

DIGEST_HOURS = range(7, 13)
"""The hours of a morning in Moscow at which the letter may be asked for."""
DIGEST_AT = 9
TOO_LATE = 15
"""An hour from which on it is no longer morning: the letter of the day is left out."""


def is_quiet(quiet_from: int | None, quiet_to: int | None, now: datetime) -> bool:
    """Whether the hours from–to (Moscow, whole hours, perhaps over midnight) hold this moment."""
    if quiet_from is None or quiet_to is None:
        return False
    hour = moscow.to_moscow(now).hour
    if quiet_from < quiet_to:
        return quiet_from <= hour < quiet_to
    return hour >= quiet_from or hour < quiet_to


def is_digest_due(digest_at: int | None, quiet_from: int | None, quiet_to: int | None, now: datetime) -> bool:
    """Whether the day's letter goes now: on a working day, from the asked hour on, in no quiet hour."""
    local = moscow.to_moscow(now)
    if digest_at is None or not moscow.is_working_day(local.date()):
        return False
    return digest_at <= local.hour < TOO_LATE and not is_quiet(quiet_from, quiet_to, now)
