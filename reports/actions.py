"""What changes state in the reports: the plans of managers by month (R17)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from invoices.actions.months import require_open_month
from reports.models import Plan


def set_plans(month: date, amounts: Mapping[User, Decimal], *, by: User) -> None:
    """Write how much these managers are to receive in the month of this day, in roubles; zero is no plan.

    Raises `month_locked`.
    """
    require(by, "report.plan")
    month = month.replace(day=1)
    with operation("report.plan", by=by):
        require_open_month(month)
        for manager, amount in sorted(amounts.items(), key=lambda each: each[0].pk):
            Plan.objects.update_or_create(manager=manager, month=month, defaults={"amount": amount})
