"""When a message is tried again and when it is given up, without a database (R10)."""

from datetime import datetime, timedelta

MAX_TRIES = 10
LEASE = timedelta(minutes=3)
"""How long a message is in a sender's hands: longer than the slowest gateway takes to time out."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
REPORT_WAITS = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 180, 360, 720)]
REPORTS_ARE_AWAITED = timedelta(days=2)
"""How long an operator keeps trying to deliver an SMS: after that nothing is asked any more."""

FAR = timedelta(days=36_500)


def wait_before_next(tries: int, jitter: float) -> timedelta:
    """How long after the `tries`-th failure one waits: 30 s, 2 min, 8 min, 32 min, an hour. `jitter` is from 0 to 1.

    At most a quarter longer, so that messages which failed together do not all come back together.
    """
    wait = min(FIRST_WAIT * 4 ** min(tries - 1, 10), LONGEST_WAIT)
    return wait * (1 + jitter / 4)


def next_report(sent_at: datetime, now: datetime) -> datetime:
    """When to ask again what became of an SMS: often at first, ever less, and after two days never."""
    passed = now - sent_at
    if passed >= REPORTS_ARE_AWAITED:
        return now + FAR
    return now + next((wait for wait in REPORT_WAITS if wait > passed), REPORT_WAITS[-1])


def masked(recipient: str) -> str:
    """An address for those who may not read it, and for logs: i***@mail.ru, +7***3456."""
    if "@" in recipient:
        name, _at, domain = recipient.rpartition("@")
        return f"{name[:1]}***@{domain}"
    return f"{recipient[:2]}***{recipient[-4:]}"
