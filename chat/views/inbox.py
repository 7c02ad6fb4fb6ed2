"""«Чаты»: requests by whose turn it is, threads with news; a thread opens beside the list (?thread=)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import Role
from accounts.permissions import Scope, permission, scope
from chat.filters import InboxFilter
from chat.kinds import Side, side_of
from chat.selectors.inbox import VIEWS, inbox
from chat.selectors.thread import get_thread
from chat.views.thread import panel_context
from core import moscow


@permission("chat.read")
def chats(request: HttpRequest) -> HttpResponse:
    """The list of the view that is asked for; with ?thread= also its panel, which htmx asks for alone."""
    pk = request.GET.get("thread", "")
    is_named = pk.isascii() and pk.isdecimal() and len(pk) < 19
    panel = panel_context(request, get_thread(request.user, int(pk)), None) if is_named else {}
    if panel and request.htmx.target == "chat" and not request.htmx.history_restore_request:
        return render(request, "chat/_panel.html", panel)
    return inbox_page(request, panel)


def inbox_page(request: HttpRequest, panel: dict[str, Any], status: int = 200) -> HttpResponse:
    """The page around a panel that has been made already, {} for none."""
    now, user = timezone.now(), request.user
    filters = InboxFilter(request.GET, user=user)
    view = request.GET.get("view") if request.GET.get("view") in VIEWS else _first_view(request)
    context = inbox(user, view, filters, now) | {
        "filters": filters,
        "now": now,
        "today": moscow.today(now),
        "sees_all": scope(user, "chat.read") == Scope.ALL,
        "is_marketing": side_of(user) == Side.MARKETING,
        "can_answer": scope(user, "chat.answer") != Scope.NONE,
        "shows_manager": "manager" in filters.fields,
    }
    return render(request, "chat/inbox.html", panel | context, status=status)


def _first_view(request: HttpRequest) -> str:
    """Sales, who answers no requests, begins with the threads into which it was called."""
    return "all" if request.user.role == Role.SALES_MANAGER else "mine"
