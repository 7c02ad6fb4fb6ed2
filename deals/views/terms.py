"""«Сроки»: the board by dates, and giving a deal another date by moving its card."""

from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts.permissions import may, permission
from core import formatting, moscow
from core.errors import RuleViolation
from deals.actions import change_field
from deals.models import Deal, Pipeline
from deals.selectors.board import stamp
from deals.selectors.deal_card import PIPELINE_ICONS, get_deal
from deals.selectors.terms import DATE_FIELD, day_in, period_columns, periods
from deals.views.toolbar import board_filters, toolbar


@permission("deal.read")
def terms(request: HttpRequest, code: str) -> HttpResponse:
    """The open deals of a pipeline by the end of the term, or by the expected payment."""
    pipeline = get_object_or_404(Pipeline, code=code)
    now = timezone.now()
    filters = board_filters(request, pipeline, now)
    columns = period_columns(pipeline, filters.qs, now)
    context = {
        "pipeline": pipeline,
        "pipeline_icon": PIPELINE_ICONS[pipeline.code],
        "columns": columns,
        "count": sum(column.count for column in columns),
        "total": sum(column.total for column in columns),
        "stamp": stamp(filters.qs.open()),
        "can_move": may(request.user, "deal.update"),
        "now": now,
        **toolbar(request, pipeline, filters, now, "terms"),
    }
    return render(request, "deals/terms.html", context)


@permission("deal.update")
@require_POST
def move_term(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the deal the day of the period `stage`, or the day `on`; `seen` is the day that the card showed."""
    deal = get_deal(request.user, pk)
    now = timezone.now()
    name = DATE_FIELD[deal.pipeline_id]
    before = getattr(deal, name)
    day = _wanted_day(request, before, moscow.today(now))
    try:
        change_field(deal, name, day, by=request.user, now=now, seen=request.GET.get("seen"))
    except RuleViolation as violation:
        return _refused(request, deal, violation.message)
    told = {"partner": deal.partner, "day": formatting.short_day(day, moscow.today(now)) if day else _("no date")}
    text = _("%(partner)s: %(day)s") % told
    way = {
        "on": before.isoformat() if before else "none",
        "seen": day.isoformat() if day else "",
        "next": _back(request, deal),
    }
    undo = f"{reverse('deals:deal-term', args=[pk])}?{urlencode(way)}"
    if request.htmx:
        response = trigger_client_event(HttpResponse(), "toast", {"text": text, "kind": "success", "undo": undo})
        return trigger_client_event(response, "deal:moved", {"deal": pk})
    messages.success(request, text, extra_tags=f"undo:{undo}" if "on" not in request.GET else "")
    return redirect(_back(request, deal))


def _wanted_day(request: HttpRequest, current: date | None, today: date) -> date | None:
    """Of the undo, or of the period on which the card was dropped. 404 for what takes no cards."""
    on = request.GET.get("on", "")
    if on == "none":
        return None
    if on:
        try:
            day = parse_date(on)
        except ValueError as error:
            raise Http404 from error
        if day is None:
            raise Http404
        return day
    code = request.POST.get("stage", "")
    period = next((period for period in periods(today) if period.code == code and period.takes_cards), None)
    if period is None:
        raise Http404
    return day_in(period, current, today)


def _refused(request: HttpRequest, deal: Deal, text: str) -> HttpResponse:
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), "deal:refused", {"deal": deal.pk, "text": text})
    messages.error(request, text)
    return redirect(_back(request, deal))


def _back(request: HttpRequest, deal: Deal) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return target
    return reverse("deals:terms", args=[deal.pipeline_id])
