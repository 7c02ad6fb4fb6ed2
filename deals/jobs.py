"""What the scheduler runs for deals; the work is in `deals.alerting`."""

from datetime import datetime

from core.scheduling import every
from deals import alerting


@every(minutes=1)
def flag_overdue_tasks(now: datetime) -> None:
    alerting.check_tasks(now)


@every(minutes=1)
def flag_late_acceptance(now: datetime) -> None:
    alerting.check_acceptance(now)


@every(minutes=2)
def flag_missing_next_steps(now: datetime) -> None:
    alerting.check_next_steps(now)


@every(minutes=5)
def flag_far_tasks(now: datetime) -> None:
    alerting.check_horizon(now)


@every(minutes=1)
def flag_calls_without_comment(now: datetime) -> None:
    alerting.check_calls(now)
