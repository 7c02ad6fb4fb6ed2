"""Changing a value of the card where it stands: click, type, Enter. Without scripts, a page with one field."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django_htmx.http import trigger_client_event

from accounts.permissions import may, permission
from core import moscow
from core.errors import RuleViolation
from deals.actions import EditConflict, change_field
from deals.editing import EDITABLE, PRICE, contact_of, key
from deals.forms.inline import InlineForm
from deals.models import Deal
from deals.selectors.deal_card import get_deal, term_chip
from deals.selectors.inline import inline_values


@permission("deal.read")
def inline(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """GET gives the field, with ?show=1 the value as it stands; POST saves, or says at the field why not."""
    deal = get_deal(request.user, pk)
    if name not in EDITABLE:
        raise Http404(name)
    if request.method == "POST":
        return _save(request, deal, name)
    if "show" in request.GET:
        return render(request, "deals/_inline_value.html", _context(request, deal, name))
    return _form(request, deal, name, InlineForm(deal, name))


def _save(request: HttpRequest, deal: Deal, name: str) -> HttpResponse:
    form = InlineForm(deal, name, request.POST)
    if not form.is_valid():
        return _form(request, deal, name, form)
    seen = form.cleaned_data["seen"] if "seen" in request.POST else None
    try:
        change_field(deal, name, form.value, seen=seen, by=request.user, now=timezone.now())
    except EditConflict as conflict:
        return _conflict(request, deal, name, form, conflict)
    except RuleViolation as violation:
        form.add_error("value", violation.message)
        return _form(request, deal, name, form)
    if not request.htmx:
        return redirect("deals:deal", pk=deal.pk)
    context = _context(request, get_deal(request.user, deal.pk), name)
    context["others"] = [context["inline"][other] for other in PRICE if other != name] if name in PRICE else []
    response = render(request, "deals/_inline_saved.html", context)
    return trigger_client_event(response, "deal:changed", {"field": name})


def _form(request: HttpRequest, deal: Deal, name: str, form: InlineForm) -> HttpResponse:
    """The field in place or on its page; what was typed stays in it."""
    context = _context(request, deal, name) | {"form": form}
    template = "deals/_inline_form.html" if request.htmx else "deals/inline.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


def _conflict(request: HttpRequest, deal: Deal, name: str, form: InlineForm, conflict: EditConflict) -> HttpResponse:
    """Both values side by side: mine, which may be saved over theirs, and theirs, which may stay."""
    context = _context(request, deal, name) | {
        "form": form,
        "conflict": conflict,
        "mine": conflict.editable.read(form.value),
        "theirs": conflict.editable.read(conflict.theirs),
        "theirs_key": key(conflict.theirs),
    }
    template = "deals/_inline_conflict.html" if request.htmx else "deals/inline.html"
    return render(request, template, context, status=422)


def _context(request: HttpRequest, deal: Deal, name: str) -> dict:
    now = timezone.now()
    contact = contact_of(deal) if may(request.user, "partner.read_contacts") else None
    values = inline_values(deal, request.user, contact)
    if name not in values:
        raise Http404(name)
    return {
        "deal": deal,
        "partner": deal.partner,
        "inline": values,
        "field": values[name],
        "term_chip": term_chip(deal, now),
        "now": now,
        "today": moscow.today(now),
    }
