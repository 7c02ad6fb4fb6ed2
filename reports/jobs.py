"""What the scheduler runs for reports."""

from datetime import datetime

from core.scheduling import every
from reports.digest import send_digests


@every(minutes=10)
def morning_letters(now: datetime) -> None:
    send_digests(now)
