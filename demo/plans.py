"""What each manager was to receive in the last three months; the first of them is settled (R17)."""

from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from core import moscow
from demo.company import Company
from invoices.models import LockedMonth
from reports.models import Plan
from reports.selectors.months import Period
from reports.selectors.payments import Narrowing, figures_by_manager

ROUND = Decimal(50_000)
AMBITION = (Decimal("1.05"), Decimal("0.95"), Decimal("0.9"))
"""Of what came and is to come: the plan of two months ago was missed, the present one is within reach."""


def add_plans(company: Company, now: datetime) -> None:
    this = Period.month_of(moscow.today(now))
    months = (this.before.before, this.before, this)
    plans = []
    for month, ambition in zip(months, AMBITION, strict=True):
        came = figures_by_manager(Narrowing(month.first, month.last))
        for person in company.support:
            figures = came.get(person.pk)
            money = figures.received.total + figures.expected.total if figures else Decimal(0)
            rounded = (money * ambition / ROUND).quantize(Decimal(1), ROUND_CEILING) * ROUND
            plans.append(Plan(manager=person, month=month.first, amount=max(rounded, ROUND)))
    Plan.objects.bulk_create(plans)
    LockedMonth.objects.create(month=months[0].first, locked_by=company.head, locked_at=moscow.start_of_day(this.first))
