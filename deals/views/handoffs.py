"""Передача в ОМ: the table by deadline, the panel of one handoff, accepting it and moving its status (screen 05)."""

import re
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.permissions import may, permission
from core import formatting, moscow
from core.errors import RuleViolation
from deals.actions import accept_handoff, fill_in_handoff, set_handoff_status
from deals.first_call import calling_hours
from deals.forms.accept import AcceptForm
from deals.forms.handoff import DETAILS, DetailsForm
from deals.models import Handoff
from deals.selectors.handoffs import Filters, handoff_facts, handoff_groups, last_accepted, sellers
from deals.selectors.load import tasks_per_day

VIEWS = ("waiting", "accepted", "all")
PANEL_ID = "handoff-panel"


@permission("handoff.read")
def handoffs(request: HttpRequest) -> HttpResponse:
    """The table; with ?handoff= also its panel, which htmx asks for alone."""
    now = timezone.now()
    pk = request.GET.get("handoff", "")
    panel = _panel(request, _handoff(request, int(pk)), now) if pk.isdecimal() else {}
    if request.htmx.target == PANEL_ID and not request.htmx.history_restore_request:
        return render(request, "deals/_handoff_panel.html", panel)
    return _render(request, panel, now)


@permission("handoff.accept")
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept the partner into work with its first task (R1)."""
    now = timezone.now()
    handoff = _handoff(request, pk)
    form = AcceptForm(request.POST, handoff=handoff, user=request.user, now=now)
    if form.is_valid():
        try:
            accept_handoff(
                handoff,
                first_task=form.next_step(),
                manager=form.cleaned_data.get("manager"),
                by=request.user,
                now=now,
            )
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            when = formatting.day_time(form.due_at, now)
            words = _("Accepted into work: %(partner)s. First call: %(when)s")
            messages.success(request, words % {"partner": handoff.deal.partner, "when": when})
            return redirect("deals:handoffs")
    return _render(request, _panel(request, handoff, now, form=form), now, status=422)


@permission("handoff.set_status")
@require_POST
def set_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Move the row of marketing's table on (R18)."""
    now = timezone.now()
    handoff = _handoff(request, pk)
    try:
        handoff = set_handoff_status(handoff, request.POST.get("status", ""), by=request.user, now=now)
    except RuleViolation as violation:
        return _render(request, _panel(request, handoff, now, status_error=violation.message), now, status=422)
    words = {"partner": handoff.deal.partner, "status": handoff.get_status_display()}
    messages.success(request, _("%(partner)s: %(status)s") % words)
    return redirect(reverse("deals:handoffs") + f"?handoff={pk}")


@permission("handoff.create")
@require_POST
def fill_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Sales completes the information that support and marketing wait for (R18)."""
    now = timezone.now()
    handoff = _handoff(request, pk)
    form = DetailsForm(request.POST)
    if not form.is_valid():
        return _render(request, _panel(request, handoff, now, details_form=form), now, status=422)
    fill_in_handoff(handoff, by=request.user, now=now, **form.details())
    messages.success(request, _("The information is saved: %(partner)s") % {"partner": handoff.deal.partner})
    return redirect(reverse("deals:handoffs") + f"?handoff={pk}")


def _handoff(request: HttpRequest, pk: int) -> Handoff:
    """The handoff with all that its panel shows; 404 when it is not the user's to see."""
    queryset = Handoff.objects.visible_to(request.user).select_related(
        "deal__partner__city",
        "deal__partner__contract_offer",
        "deal__manager",
        "deal__main_comment_by",
        "deal__contact",
        "package",
        "sold_by",
        "accepted_by",
    )
    return get_object_or_404(queryset, pk=pk)


def _filters(request: HttpRequest) -> tuple[Filters, list]:
    """What the URL asks for; anything unknown is left out. Also the sellers that one may filter by."""
    query = request.GET
    people = sellers(Handoff.objects.visible_to(request.user))
    managers = User.objects.filter(pk=query["manager"]) if query.get("manager", "").isdecimal() else User.objects.none()
    view, page, month = query.get("view"), query.get("page", ""), query.get("month", "")
    filters = Filters(
        view=view if view in VIEWS else VIEWS[0],
        due=query["due"] if query.get("due") in {"today", "overdue"} else "",
        month=month if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month) else "",
        seller=next((person for person in people if str(person.pk) == query.get("seller")), None),
        manager=managers.first(),
        page=int(page) if re.fullmatch(r"[1-9]\d{0,3}", page) else 1,
    )
    return filters, people


def _render(request: HttpRequest, panel: dict[str, Any], now: datetime, status: int = 200) -> HttpResponse:
    visible = Handoff.objects.visible_to(request.user)
    filters, people = _filters(request)
    groups, has_more = handoff_groups(visible, filters, now)
    context = {
        "now": now,
        "today": moscow.today(now),
        "filters": filters,
        "sellers": people,
        "groups": groups,
        "is_empty": not groups[0].rows,
        "has_rows": any(group.rows for group in groups),
        "last": None if groups[0].rows else last_accepted(visible),
        "next_page": filters.page + 1 if has_more else None,
        "previous_page": filters.page - 1 if filters.page > 1 else None,
        "facts": handoff_facts(visible, now),
        "can_accept": may(request.user, "handoff.accept"),
        "can_create": may(request.user, "handoff.create"),
        **panel,
    }
    return render(request, "deals/handoffs.html", context, status=status)


def _panel(
    request: HttpRequest,
    handoff: Handoff,
    now: datetime,
    *,
    form: AcceptForm | None = None,
    details_form: DetailsForm | None = None,
    status_error: str = "",
) -> dict[str, Any]:
    """The context of the panel: contacts for those who may see them, the form for those who may accept."""
    user, deal = request.user, handoff.deal
    is_waiting = handoff.accepted_at is None and deal.is_open
    can_accept = is_waiting and may(user, "handoff.accept")
    if can_accept and form is None:
        form = AcceptForm(handoff=handoff, user=user, now=now)
    if may(user, "handoff.create") and details_form is None:
        details_form = DetailsForm(initial={name: getattr(handoff, name) for name in DETAILS})
    checklist = handoff.checklist
    opens_at, closes_at = calling_hours(deal.partner.city.timezone, moscow.today(now))
    return {
        "now": now,
        "today": moscow.today(now),
        "handoff": handoff,
        "deal": deal,
        "partner": deal.partner,
        "is_waiting": is_waiting,
        "checklist": checklist,
        "ready_count": sum(is_there for _what, is_there in checklist),
        "agreements": list(deal.partner.agreements.all()),
        "contact": deal.contact if may(user, "partner.read_contacts") else None,
        "can_see_contact": may(user, "partner.read_contacts"),
        "can_set_status": may(user, "handoff.set_status"),
        "statuses": Handoff.Status.choices,
        "status_error": status_error,
        "details_form": details_form,
        "calling_from": opens_at,
        "calling_till": closes_at,
        "form": form if can_accept else None,
        "day_counts": tasks_per_day(user, now) if can_accept else {},
    }
