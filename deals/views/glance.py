"""The quick look from a board or a list (Space)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.permissions import may, permission
from deals.selectors.deal_card import PIPELINE_ICONS, get_deal
from deals.selectors.glance import glance as read_glance


@permission("deal.read")
def glance(request: HttpRequest, pk: int) -> HttpResponse:
    """The dialog with the deal in short; without a script, the deal itself."""
    if not request.htmx:
        return redirect("deals:deal", pk=pk)
    now = timezone.now()
    shown = read_glance(get_deal(request.user, pk), request.user, now)
    context = {
        "glance": shown,
        "deal": shown.deal,
        "partner": shown.deal.partner,
        "pipeline_icon": PIPELINE_ICONS[shown.deal.pipeline_id],
        "can_comment": shown.deal.is_open and may(request.user, "call_comment.create"),
        "now": now,
    }
    return render(request, "deals/_glance_dialog.html", context)
