"""The head's page of a month: the plans of the managers, and settling the month (R17)."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission
from core import formatting, moscow
from core.errors import RuleViolation
from invoices.actions import lock_month, unlock_month
from invoices.models import LockedMonth
from reports.actions import set_plans
from reports.forms import PaymentsForm, PlansForm
from reports.selectors.months import Period, plans_of
from reports.selectors.payments import Narrowing, figures_by_manager
from reports.selectors.people import people_of_reports


@permission("report.plan")
def plans(request: HttpRequest) -> HttpResponse:
    """The plans of a month beside what came in it and in the month before."""
    month = _month(request)
    period = Period.month_of(month)
    planned = plans_of(period)
    form = PlansForm(people_of_reports(request.user, planned), planned, request.POST or None)
    error = ""
    if request.method == "POST" and form.is_valid():
        try:
            set_plans(month, form.changed, by=request.user)
        except RuleViolation as violation:
            error = violation.message
        else:
            messages.success(request, _("The plans of %(month)s are saved.") % {"month": formatting.month_title(month)})
            return redirect(_page(month))
    context = _context(request, period, form) | {"error": error}
    return render(request, "reports/plans.html", context, status=422 if form.is_bound else 200)


@permission("report.lock")
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Settle the month of the address."""
    month = _month(request)
    try:
        lock_month(month, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
    else:
        messages.success(request, _("%(month)s is locked.") % {"month": formatting.month_title(month)})
    return redirect(_page(month))


@permission("report.lock")
@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the month be changed again; the reason that was typed stays when it is not enough."""
    locked = get_object_or_404(LockedMonth, pk=pk)
    try:
        unlock_month(locked, reason=request.POST.get("reason", ""), by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
    else:
        messages.success(request, _("%(month)s is unlocked.") % {"month": formatting.month_title(locked.month)})
    return redirect(_page(locked.month))


def _month(request: HttpRequest) -> date:
    form = PaymentsForm({"month": request.GET.get("month", "")}, today=moscow.today(timezone.now()))
    return form.period.first


def _page(month: date) -> str:
    return f"{reverse('reports:plans')}?month={month:%Y-%m}"


def _context(request: HttpRequest, period: Period, form: PlansForm) -> dict[str, Any]:
    now = timezone.now()
    came = figures_by_manager(Narrowing(period.first, period.last))
    before = figures_by_manager(Narrowing(period.before.first, period.before.last))
    planned_before = plans_of(period.before)
    rows = [
        {
            "person": person,
            "field": form[f"plan-{person.pk}"],
            "received": came[person.pk].received.total if person.pk in came else 0,
            "received_before": before[person.pk].received.total if person.pk in before else 0,
            "planned_before": planned_before.get(person.pk),
        }
        for person in form.people
    ]
    return {
        "form": form,
        "rows": rows,
        "period": period,
        "title": formatting.month_title(period.first),
        "title_before": formatting.month_title(period.before.first),
        "locked": LockedMonth.objects.of(period.first).select_related("locked_by").first(),
        "is_over": period.last < moscow.today(now),
        "can_lock": may(request.user, "report.lock"),
        "now": now,
    }
