"""Calls with a partner: dialled from a page, written down by hand, nobody answered (R4)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.permissions import permission
from core.errors import RuleViolation
from deals.actions import log_call, nobody_answered
from deals.forms.call import CallForm
from deals.models import Deal
from deals.selectors.deal_card import get_deal
from deals.views.ways import way_back
from partners.models import Contact


@permission("call.log")
@require_POST
def dialled(request: HttpRequest, pk: int) -> HttpResponse:
    """A number on a page was pressed: the page tells of it and waits for nothing."""
    deal = get_deal(request.user, pk)
    number = request.POST.get("phone", "")
    contact = Contact.objects.in_use().filter(partner=deal.partner_id, phone=number).exclude(phone="").first()
    try:
        log_call(deal, contact=contact, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        return HttpResponse(violation.message, status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


@permission("call.log")
def call_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a call that was made from another phone."""
    deal, now = get_deal(request.user, pk), timezone.now()
    form = CallForm(request.POST if request.method == "POST" else None, deal=deal, now=now)
    if form.is_bound and form.is_valid():
        try:
            call = log_call(
                deal,
                contact=form.cleaned_data["contact"],
                direction=form.cleaned_data["direction"],
                started_at=form.started_at,
                duration_s=form.duration_s,
                by=request.user,
                now=now,
            )
        except RuleViolation as violation:
            field = {"started_at": "time"}.get(violation.field, violation.field)
            form.add_error(field if field in form.fields else None, violation.message)
        else:
            return _written_down(request, deal, is_talk=bool(call.duration_s))
    context = {
        "deal": deal,
        "partner": deal.partner,
        "form": form,
        "url": request.path,
        "is_dialog": bool(request.htmx),
    }
    template = "deals/_call_dialog.html" if request.htmx else "deals/call_new.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


@permission("call.log")
@require_POST
def unanswered(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody answered: the calls of which it was not known need no comment."""
    deal = get_object_or_404(Deal.objects.visible_to(request.user).select_related("partner"), pk=pk)
    nobody_answered(deal, by=request.user, now=timezone.now())
    messages.success(request, _("Nobody answered: %(partner)s. No comment is needed.") % {"partner": deal.partner})
    return redirect(way_back(request, pk))


def _written_down(request: HttpRequest, deal: Deal, *, is_talk: bool) -> HttpResponse:
    """After a talk the comment's form is next."""
    messages.success(request, _("The call is written down: %(partner)s") % {"partner": deal.partner})
    url = f"/deals/{deal.pk}/?comment=1#id_was" if is_talk else f"/deals/{deal.pk}/"
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)
