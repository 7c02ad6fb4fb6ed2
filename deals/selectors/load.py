"""How much a person already has to do on each day: the numbers under the 7-day ruler."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Count

from accounts.models import User
from core import moscow
from core.expressions import MoscowDate
from deals.models import Task
from deals.rules import HORIZON_DAYS


def tasks_per_day(user: User, now: datetime) -> dict[date, int]:
    """Open tasks of the person on today and the seven days after it."""
    return load_of([user.pk], now)


def load_of(people: Iterable[int], now: datetime) -> dict[date, int]:
    """The same of several people together, by their ids."""
    today = moscow.today(now)
    until = moscow.start_of_day(today + timedelta(days=HORIZON_DAYS + 1))
    rows = (
        Task.objects.open()
        .filter(assignee__in=people, due_at__gte=moscow.start_of_day(today), due_at__lt=until)
        .values(day=MoscowDate("due_at"))
        .annotate(count=Count("pk"))
        .order_by()
    )
    return {row["day"]: row["count"] for row in rows}
