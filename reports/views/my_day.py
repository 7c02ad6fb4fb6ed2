"""Мой день: the morning page of everybody who has tasks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.permissions import may, permission, standing_in
from core import moscow
from reports.selectors.absence import just_returned
from reports.selectors.day_lists import done_today, later, rows_behind
from reports.selectors.my_day import QUEUE_LIMIT, day_facts, queue, rail

ORDERS = ("calls", "time", "deals")
QUEUES = ("today", "overdue")
LISTS = ("idle", "expected", "received")


@permission("task.read")
def my_day(request: HttpRequest) -> HttpResponse:
    """The queue in the order of calls (by the partner's closing calling window), by time, or by partner.

    ?show= narrows the page to what one figure of the strip counts.
    """
    now = timezone.now()
    order = request.GET.get("order") if request.GET.get("order") in ORDERS else ORDERS[0]
    show = request.GET.get("show") if request.GET.get("show") in QUEUES + LISTS else ""
    groups = [] if show in LISTS else queue(request.user, now, order, show)
    shown = sum(len(group.rows) for group in groups)
    context = {
        "now": now,
        "today": moscow.today(now),
        "order": order,
        "show": show,
        "is_list": show in LISTS,
        "groups": groups,
        "is_cut": shown >= QUEUE_LIMIT,
        "shown": shown,
        "has_calls": any(row.kind == "call" for group in groups if group.code != "tomorrow" for row in group.rows),
        "standing_in": standing_in(request.user),
        "returned": just_returned(request.user, now) if not show else None,
        "facts": day_facts(request.user, now),
        "later": later(request.user, now) if not show else None,
        "done": done_today(request.user, now) if show in {"", "today"} else [],
        "can_comment": may(request.user, "call_comment.create"),
        "can_complete": may(request.user, "task.complete"),
        "can_move": may(request.user, "task.update"),
        "can_plan": may(request.user, "task.create"),
        "can_invoice": may(request.user, "invoice.draft"),
        "can_accept": may(request.user, "handoff.accept"),
        **rail(request.user, now),
    }
    if show in LISTS:
        context |= rows_behind(request.user, now, show)
    return render(request, "reports/my_day.html", context)
