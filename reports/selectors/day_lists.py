"""What stands behind the figures of the day and below its queue: exactly the rows that were counted."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min

from accounts.models import User
from accounts.permissions import acting_for
from core import moscow
from deals.models import Task
from invoices.models import Allocation
from reports.selectors.my_day import expected_deals, month_of, without_step

LIST_LIMIT = 200
"""Rows of a list behind a figure; where there are more, the page says so."""


@dataclass(frozen=True)
class Later:
    """What lies further than tomorrow."""

    count: int
    first_on: date | None


def done_today(user: User, now: datetime) -> list[Task]:
    """Tasks that were finished today, the latest first."""
    starts = moscow.start_of_day(moscow.today(now))
    done = Task.objects.filter(
        assignee__in=acting_for(user), done_at__gte=starts, done_at__lt=starts + timedelta(days=1)
    )
    return list(done.select_related("deal__partner").order_by("-done_at", "-pk")[:LIST_LIMIT])


def later(user: User, now: datetime) -> Later:
    """How many open tasks lie further than tomorrow, and when the first of them is due."""
    until = moscow.start_of_day(moscow.today(now) + timedelta(days=2))
    told = (
        Task.objects.open()
        .filter(assignee__in=acting_for(user), due_at__gte=until)
        .aggregate(count=Count("pk"), first=Min("due_at"))
    )
    return Later(told["count"], told["first"] and moscow.today(told["first"]))


def rows_behind(user: User, now: datetime, show: str) -> dict[str, Any]:
    """The deals or payments behind a figure: idle, expected or received."""
    own, (month_starts, month_ends) = acting_for(user), month_of(moscow.today(now))
    if show == "idle":
        deals = without_step(own).order_by("term_ends_on", "pk")
    elif show == "expected":
        deals = expected_deals(own, month_ends).annotate(left=F("amount") - F("paid_amount"))
        deals = deals.order_by("expected_payment_on", "pk")
    else:
        paid = Allocation.objects.standing().filter(payment__paid_on__range=(month_starts, month_ends), manager__in=own)
        paid = paid.select_related("invoice__partner", "payment").order_by("-payment__paid_on", "-pk")
        return {"payments": list(paid[:LIST_LIMIT]), "limit": LIST_LIMIT}
    deals = deals.select_related("partner__city", "stage", "pipeline")
    return {"deals": list(deals[:LIST_LIMIT]), "limit": LIST_LIMIT}
