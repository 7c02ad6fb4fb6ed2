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

from accounts.models import Role, User
from accounts.permissions import may, permission
from core import formatting, moscow
from core.errors import RuleViolation
from deals.actions import accept_handoff, fill_in_handoff, plan_campaign, set_handoff_status
from deals.actions.handoffs import is_open_to_sales
from deals.first_call import calling_hours
from deals.forms.accept import AcceptForm
from deals.forms.handoff import DETAILS, CampaignForm, DetailsForm
from deals.models import Handoff
from deals.selectors.handoffs import Filters, handoff_facts, handoff_groups, last_accepted, sellers
from deals.selectors.load import tasks_per_day

VIEWS = ("waiting", "sales", "accepted", "all")
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
    return redirect(panel_url(handoff))


@permission("handoff.create")
@require_POST
def fill_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Sales completes the information that support and marketing wait for (R18)."""
    now = timezone.now()
    handoff = _handoff(request, pk)
    form = DetailsForm(request.POST)
    form.ask_for(handoff.package)
    if form.is_valid():
        try:
            fill_in_handoff(handoff, by=request.user, now=now, **form.details())
        except RuleViolation as violation:
            form.add_error(None, violation.message)
        else:
            messages.success(request, _("The information is saved: %(partner)s") % {"partner": handoff.deal.partner})
            return redirect(panel_url(handoff))
    return _render(request, _panel(request, handoff, now, details_form=form), now, status=422)


@permission("handoff.plan_campaign")
@require_POST
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """Marketing writes the planned campaign and its networks (R18)."""
    now = timezone.now()
    handoff = _handoff(request, pk)
    form = CampaignForm(request.POST)
    if not form.is_valid():
        return _render(request, _panel(request, handoff, now, campaign_form=form), now, status=422)
    plan_campaign(handoff, by=request.user, now=now, **form.cleaned_data)
    messages.success(request, _("The campaign is written down: %(partner)s") % {"partner": handoff.deal.partner})
    return redirect(panel_url(handoff))


def panel_url(handoff: Handoff) -> str:
    """The table with the panel of this handoff."""
    return f"{reverse('deals:handoffs')}?handoff={handoff.pk}"


def refused(request: HttpRequest, pk: int, **refusal: Any) -> HttpResponse:
    """The table and the panel again, with what was refused in it."""
    now = timezone.now()
    return _render(request, _panel(request, _handoff(request, pk), now, **refusal), now, status=422)


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
        "can_follow": may(request.user, "handoff.follow"),
        "can_ask": may(request.user, "handoff.ask"),
        "is_seller": request.user.role == Role.SALES_MANAGER,
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
    campaign_form: CampaignForm | None = None,
    **refusal: Any,
) -> dict[str, Any]:
    """The context of the panel: contacts for those who may see them, the forms for those who may act.

    `refusal` is what was refused and why: status_error, again_error and reply, answer_error, answered and answer.
    """
    user, deal = request.user, handoff.deal
    is_waiting = handoff.accepted_at is None and deal.is_open
    is_returned = is_waiting and handoff.returned_at is not None
    can_accept = is_waiting and not is_returned and may(user, "handoff.accept")
    if can_accept and form is None:
        form = AcceptForm(handoff=handoff, user=user, now=now)
    is_changeable = user.role != Role.SALES_MANAGER or is_open_to_sales(handoff)
    if may(user, "handoff.create") and is_changeable and details_form is None:
        details_form = DetailsForm(initial={name: getattr(handoff, name) for name in DETAILS})
        details_form.ask_for(handoff.package)
    if may(user, "handoff.plan_campaign") and campaign_form is None:
        campaign_form = CampaignForm(initial={"campaign": handoff.campaign, "networks": handoff.networks})
    checklist = handoff.checklist
    opens_at, closes_at = calling_hours(deal.partner.city.timezone, moscow.today(now))
    return {
        "now": now,
        "today": moscow.today(now),
        "handoff": handoff,
        "deal": deal,
        "partner": deal.partner,
        "is_waiting": is_waiting,
        "is_returned": is_returned,
        "is_seller": user.role == Role.SALES_MANAGER,
        "waited_on_support": handoff.waited_on_support(now),
        "waited_on_sales": handoff.waited_on_sales(now),
        "returns": list(handoff.returns.select_related("returned_by", "handed_over_by").reverse()),
        "questions": list(handoff.questions.select_related("asked_by", "answered_by")),
        "status_changes": list(handoff.status_changes.select_related("by")),
        "can_return": can_accept and may(user, "handoff.return"),
        "can_hand_over": is_returned and may(user, "handoff.create"),
        "can_ask": may(user, "handoff.ask"),
        "can_answer": may(user, "handoff.answer"),
        "checklist": checklist,
        "ready_count": sum(is_there for _what, is_there in checklist),
        "agreements": list(deal.partner.agreements.all()),
        "contact": deal.contact if may(user, "partner.read_contacts") else None,
        "can_comment": deal.is_open and may(user, "call_comment.create"),
        "can_see_contact": may(user, "partner.read_contacts"),
        "can_set_status": may(user, "handoff.set_status"),
        "statuses": _statuses(user, handoff),
        "details_form": details_form,
        "campaign_form": campaign_form,
        **refusal,
        "calling_from": opens_at,
        "calling_till": closes_at,
        "form": form if can_accept else None,
        "day_counts": tasks_per_day(user, now) if can_accept else {},
    }


def _statuses(user: User, handoff: Handoff) -> list[tuple[str, str]]:
    """The steps that this person may take; sales only back to waiting for info (R18)."""
    if user.role != Role.SALES_MANAGER:
        return Handoff.Status.choices
    open_to_sales = {handoff.status, Handoff.Status.WAITING_INFO}
    return [(value, label) for value, label in Handoff.Status.choices if value in open_to_sales]
