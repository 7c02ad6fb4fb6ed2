"""Сводка отдела: the head's and the director's first page (screen 09)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.permissions import permission
from core import moscow
from deals.models import Handoff
from deals.selectors.handoffs import handoff_facts
from reports.charts import bullet, month_columns
from reports.selectors.managers import CALLED_LIMIT, IN_TIME_LIMIT, OVERDUE_LIMIT, manager_table
from reports.selectors.my_day import month_of
from reports.selectors.overview import attention, received_by_month, renewal_funnel


@permission("report.department")
def overview(request: HttpRequest) -> HttpResponse:
    """The month in figures, the managers, the funnel, and what needs the head. `?manager=` narrows the lists."""
    now = timezone.now()
    table = manager_table(now)
    chosen = next((row.person for row in table.rows if str(row.person.pk) == request.GET.get("manager")), None)
    months = received_by_month(now)
    today = moscow.today(now)
    context = {
        "now": now,
        "today": today,
        "month_ends_on": month_of(today)[1],
        "month_is_empty": not table.department.received,
        "last_month": months[-2],
        "table": table,
        "department": table.department,
        "rows": [(row, bullet(row.received, row.expected, table.widest)) for row in table.rows],
        "chosen": chosen,
        "chart": month_columns(months, table.department.expected),
        "months": months,
        "funnel": renewal_funnel(now),
        "handoffs": handoff_facts(Handoff.objects.visible_to(request.user), now),
        "limits": {"overdue": OVERDUE_LIMIT, "called": CALLED_LIMIT, "in_time": IN_TIME_LIMIT},
        **attention(request.user, now, chosen),
    }
    return render(request, "reports/overview.html", context)
