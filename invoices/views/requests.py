"""Customer requests inside the house (R20): the list, one request, and what is done with it; links for partners."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission
from core import moscow
from core.errors import RuleViolation
from invoices import actions
from invoices.forms import CloseForm
from invoices.models import CustomerRequest, RequestLink
from invoices.selectors.requests import get_request, request_counts, request_page, request_rows
from partners.filters import search_partners
from partners.models import Partner

SHOWS = ("open", "done", "all")
FOUND_LIMIT = 10


@permission("customer_request.read")
def request_list(request: HttpRequest) -> HttpResponse:
    """The requests of the reader's partners; for the head also those of nobody yet."""
    now = timezone.now()
    show = request.GET.get("show", "")
    show = show if show in SHOWS else "open"
    rows, next_key = request_rows(request.user, show, now, request.GET.get("after", ""))
    context = {
        "rows": rows,
        "next_key": next_key,
        "show": show,
        "counts": request_counts(request.user),
        "now": now,
        "today": moscow.today(now),
        "shows_managers": may(request.user, "customer_request.assign"),
    }
    return render(request, "invoices/requests.html", context)


@permission("customer_request.read")
def one_request(request: HttpRequest, pk: int) -> HttpResponse:
    return _render(request, get_request(request.user, pk))


@permission("customer_request.answer")
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that one is on it."""
    found = get_request(request.user, pk)
    return _do(request, found, actions.take_request, _("The request is yours now."))


@permission("customer_request.answer")
@require_POST
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft with everything filled in, in one step."""
    found = get_request(request.user, pk)
    try:
        draft = actions.draft_from_request(found, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
        return redirect("invoices:request", pk=pk)
    return redirect("invoices:invoice", pk=draft.pk)


@permission("customer_request.answer")
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it away without an invoice, with the reason."""
    found = get_request(request.user, pk)
    form = CloseForm(request.POST)
    if form.is_valid():
        try:
            actions.close_request(found, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            messages.success(request, _("The request is closed."))
            return redirect("invoices:requests")
    return _render(request, found, status=422, close_form=form)


@permission("customer_request.assign")
@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whose request it is."""
    found = get_request(request.user, pk)
    key = request.POST.get("partner", "")
    if not key.isdecimal() or len(key) > 18:
        messages.error(request, _("Choose the partner."))
        return redirect("invoices:request", pk=pk)
    partner = get_object_or_404(Partner.objects.visible_to(request.user), pk=key)
    words = _("%(person)s has the request now.") % {"person": partner.manager}
    return _do(request, found, lambda each, **who: actions.assign_request(each, partner, **who), words)


@permission("customer_request.link")
def link(request: HttpRequest, partner_pk: int) -> HttpResponse:
    """The partner's own link to the form: show it, make it, withdraw it."""
    partner = get_object_or_404(Partner.objects.visible_to(request.user, "customer_request.link"), pk=partner_pk)
    if request.method == "POST":
        if request.POST.get("do") == "withdraw":
            actions.withdraw_request_link(partner, by=request.user, now=timezone.now())
            messages.success(request, _("The link is withdrawn: it shows the empty form now."))
        else:
            actions.make_request_link(partner, by=request.user, now=timezone.now())
        return redirect("invoices:request-link", partner_pk=partner.pk)
    standing = RequestLink.objects.filter(partner=partner, withdrawn_at__isnull=True).select_related("made_by").first()
    url = request.build_absolute_uri(standing.get_absolute_url()) if standing else ""
    context = {"partner": partner, "link": standing, "url": url, "now": timezone.now()}
    return render(request, "invoices/request_link.html", context)


def _do(request: HttpRequest, found: CustomerRequest, action, words: str) -> HttpResponse:
    try:
        action(found, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
    else:
        messages.success(request, words)
    return redirect("invoices:request", pk=found.pk)


def _render(
    request: HttpRequest, found: CustomerRequest, status: int = 200, close_form: forms.Form | None = None
) -> HttpResponse:
    now = timezone.now()
    page = request_page(found, request.user, now)
    words = request.GET.get("q", "").strip()[:100]
    partners = []
    if page.can_assign and words:
        visible = Partner.objects.visible_to(request.user).filter(archived_at__isnull=True)
        partners = list(search_partners(visible, words).select_related("city", "manager")[:FOUND_LIMIT])
    context = {
        "page": page,
        "found": found,
        "close_form": close_form or CloseForm(),
        "words": words,
        "partners": partners,
        "now": now,
    }
    return render(request, "invoices/request.html", context, status=status)
