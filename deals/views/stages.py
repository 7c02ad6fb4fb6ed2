"""Moving a deal to another status: at once, or through the dialog that asks for what the status needs (screen 20)."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts.permissions import may, permission
from core import moscow
from core.errors import RuleViolation, VersionConflict
from deals.actions import move_deal
from deals.editing import EDITABLE, key
from deals.forms.stage import DueForm, form_class_for
from deals.models import Deal, Stage, StageRole
from deals.rules import discounted
from deals.selectors.conflicts import conflict_lines, seen_values
from deals.selectors.deal_card import get_deal
from deals.selectors.load import tasks_per_day

BOARD_ADDRESS = "/deals/board/"
CONTESTED = ["package", "discount_percent", "expected_payment_on"]
"""Values of the dialog that somebody else may be changing at the same time."""
SEEN = [*CONTESTED, "amount", "stage"]
"""What the dialog remembers to have shown: the amount follows from the package and the discount."""


@permission("deal.move")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks for what the status needs. POST moves or says why not; with `ask` it may ask first."""
    deal = get_deal(request.user, pk)
    stage = get_object_or_404(Stage.objects.filter(pipeline=deal.pipeline_id), pk=_stage_id(request))
    # The way back needs no answers: they stand on the deal already.
    form_class = None if "undo" in request.GET else form_class_for(deal, stage)
    if request.method == "GET":
        form = form_class(initial=_initial(deal)) if form_class else None
        return _render(request, deal, stage, form)
    if form_class and "ask" in request.POST:
        return _render(request, deal, stage, form_class(initial=_initial(deal)))
    form = form_class(_with_theirs(request, deal)) if form_class else None
    if form is not None and not form.is_valid():
        return _render(request, deal, stage, form)
    try:
        moved = move_deal(
            deal,
            stage,
            by=request.user,
            now=timezone.now(),
            version=_version(request),
            **(form.demands() if form else {}),
            **({"amount": deal.amount} if request.POST.get("take-amount") == "theirs" else {}),
        )
    except VersionConflict as conflict:
        return _conflict(request, deal, stage, form, conflict)
    except RuleViolation as violation:
        return _refuse(request, deal, stage, form, violation)
    return _moved(request, deal, moved)


@permission("deal.move")
def price(request: HttpRequest, pk: int) -> HttpResponse:
    """The exact sum for the package and discount that are being chosen: list price, discount, to pay."""
    deal = get_deal(request.user, pk)
    form = DueForm(request.GET)
    form.is_valid()
    return render(request, "deals/_stage_price.html", _price(form, deal))


def _price(form: DueForm, deal: Deal) -> dict:
    """The parts of the sum as the form stands; empty while the package or the discount is not readable."""
    package, discount = deal.package, deal.discount_percent
    if form.is_bound:
        package, discount = form.cleaned_data.get("package"), form.cleaned_data.get("discount_percent")
    if package is None or discount is None:
        return {}
    list_price = package.service.price
    amount = discounted(list_price, discount)
    return {"list_price": list_price, "discount_sum": list_price - amount, "amount": amount}


def _moved(request: HttpRequest, before: Deal, moved: Deal) -> HttpResponse:
    text = _("%(partner)s: %(stage)s") % {"partner": moved.partner, "stage": moved.stage}
    undo = ""
    if moved.is_open and before.stage_id != moved.stage_id and before.stage.role != StageRole.HANDED_OVER:
        way = {"undo": 1, "stage": before.stage_id, "version": moved.version, "next": _back(request, moved)}
        undo = f"{reverse('deals:deal-move', args=[moved.pk])}?{urlencode(way)}"
    if request.htmx and _is_from_board(request):
        response = trigger_client_event(HttpResponse(), "toast", {"text": text, "kind": "success", "undo": undo})
        response = trigger_client_event(response, "dialog:close", {})
        return trigger_client_event(response, "deal:moved", {"deal": moved.pk})
    messages.success(request, text, extra_tags=f"undo:{undo}" if undo else "")
    return _go(request, _back(request, moved))


def _is_from_board(request: HttpRequest) -> bool:
    """The board refreshes itself; other pages are loaded anew."""
    return request.POST.get("next", "").startswith(BOARD_ADDRESS)


def _refuse(request: HttpRequest, deal: Deal, stage: Stage, form, violation: RuleViolation) -> HttpResponse:
    """Next to the field in the dialog; for a card that was dropped, the words with which it goes back."""
    if form is not None:
        form.show_violation(violation)
        return _render(request, deal, stage, form)
    if request.htmx:
        told = {"deal": deal.pk, "text": violation.message, "link": _way_out(request, deal, violation)}
        return trigger_client_event(HttpResponse(status=204), "deal:refused", told)
    messages.error(request, violation.message)
    return HttpResponseRedirect(_back(request, deal))


def _way_out(request: HttpRequest, deal: Deal, violation: RuleViolation) -> dict[str, str] | None:
    """Where what was refused can be done."""
    if violation.code != "stage_needs_acceptance" or not may(request.user, "handoff.accept"):
        return None
    return {"label": _("Accept"), "url": f"{reverse('deals:handoffs')}?handoff={deal.handoff.pk}"}


def _with_theirs(request: HttpRequest, deal: Deal) -> QueryDict:
    """What was sent, with the other's value wherever the reader chose it in the panel of a conflict."""
    data = request.POST.copy()
    for name in CONTESTED:
        if data.get(f"take-{name}") == "theirs":
            data[name] = key(EDITABLE[name].of(deal))
    return data


def _conflict(request: HttpRequest, deal: Deal, stage: Stage, form, conflict: VersionConflict) -> HttpResponse:
    """The dialog again, with both values of each field that somebody else has changed; the board puts the card back."""
    if form is None and request.htmx and _is_from_board(request):
        return _refuse(request, deal, stage, form, conflict)
    seen = {name: request.POST[f"seen-{name}"] for name in SEEN if f"seen-{name}" in request.POST}
    mine = {name: form.cleaned_data[name] for name in CONTESTED} if isinstance(form, DueForm) else {}
    if mine:
        mine["amount"] = discounted(mine["package"].service.price, mine["discount_percent"])
    context = {"conflict": conflict_lines(deal, seen, mine, str(stage)), "is_conflict": True, "version": deal.version}
    return _render(request, deal, stage, form, context)


def _render(request: HttpRequest, deal: Deal, stage: Stage, form, conflict: dict | None = None) -> HttpResponse:
    now = timezone.now()
    context = {
        "deal": deal,
        "stage": stage,
        "form": form,
        "is_dialog": bool(request.htmx),
        "is_due": isinstance(form, DueForm),
        "is_lost": stage.role == StageRole.LOST,
        "url": reverse("deals:deal-move", args=[deal.pk]) + f"?stage={stage.pk}",
        "next": _back(request, deal),
        # Whoever is asked first reads the deal as it is now.
        "version": deal.version if "ask" in request.POST else _version(request) or deal.version,
        "now": now,
        "today": moscow.today(now),
        "day_counts": tasks_per_day(request.user, now),
        "can_invoice": may(request.user, "invoice.draft"),
        "seen": seen_values(deal, SEEN),
        **(conflict or {}),
    }
    if isinstance(form, DueForm):
        context |= _price(form, deal)
    template = "deals/_stage_dialog.html" if request.htmx else "deals/stage.html"
    is_refused = conflict or (form is not None and form.is_bound)
    return render(request, template, context, status=422 if is_refused else 200)


def _initial(deal: Deal) -> dict:
    return {
        "package": deal.package_id,
        "discount_percent": deal.discount_percent.normalize() if deal.discount_percent else "",
        "expected_payment_on": deal.expected_payment_on or deal.term_ends_on,
        "kind": "call",
        "time": "12:00",
    }


def _stage_id(request: HttpRequest) -> int:
    value = request.POST.get("stage") or request.GET.get("stage") or ""
    return int(value) if value.isdecimal() else 0


def _version(request: HttpRequest) -> int | None:
    value = request.POST.get("version") or request.GET.get("version") or ""
    return int(value) if value.isdecimal() else None


def _back(request: HttpRequest, deal: Deal) -> str:
    """The page the move was made on, or the deal's card."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return target
    return reverse("deals:deal", args=[deal.pk])


def _go(request: HttpRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)
