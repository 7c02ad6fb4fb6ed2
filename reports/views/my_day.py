"""Мой день: the morning page of everybody who has tasks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.permissions import may, permission
from core import moscow
from reports.selectors.my_day import day_facts, queue, rail

ORDERS = ("calls", "time", "deals")


@permission("task.read")
def my_day(request: HttpRequest) -> HttpResponse:
    """The queue in the order of calls (by the partner's closing calling window), by time, or by partner."""
    now = timezone.now()
    order = request.GET.get("order") if request.GET.get("order") in ORDERS else ORDERS[0]
    context = {
        "now": now,
        "today": moscow.today(now),
        "order": order,
        "groups": queue(request.user, now, order),
        "facts": day_facts(request.user, now),
        "can_comment": may(request.user, "call_comment.create"),
        "can_invoice": may(request.user, "invoice.draft"),
        "can_accept": may(request.user, "handoff.accept"),
        **rail(request.user, now),
    }
    return render(request, "reports/my_day.html", context)
