"""The checklist of what was promised: adding, wording better, archiving, ticking off."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.permissions import permission
from core.errors import RuleViolation
from deals.actions import add_agreement, archive_agreement, edit_agreement, set_agreement_kept
from deals.models import Deal
from deals.selectors.deal_card import get_deal
from partners.models import Agreement


@permission("partner.update")
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down one more promise."""
    deal = get_deal(request.user, pk)
    text, error = request.POST.get("text", ""), ""
    if request.method == "POST":
        try:
            add_agreement(deal.partner, text, by=request.user, now=timezone.now())
        except RuleViolation as violation:
            error = violation.message
        else:
            return _back(request, deal)
    return _render(request, deal, None, text, error)


@permission("partner.update")
def edit(request: HttpRequest, pk: int, agreement_pk: int) -> HttpResponse:
    """Word a promise better; with `archive` take it off the list."""
    deal, promise = _find(request, pk, agreement_pk)
    if request.method != "POST":
        return _render(request, deal, promise, promise.text)
    text = request.POST.get("text", "")
    try:
        if "archive" in request.POST:
            archive_agreement(promise, True, by=request.user, now=timezone.now())
            undo = reverse("deals:agreement-restore", args=[deal.pk, promise.pk])
            messages.success(request, _("The agreement is archived."), extra_tags=f"undo:{undo}")
        else:
            edit_agreement(promise, text, by=request.user, seen=request.POST.get("seen"))
    except RuleViolation as violation:
        return _render(request, deal, promise, text, violation.message)
    return _back(request, deal)


@permission("partner.update")
@require_POST
def restore(request: HttpRequest, pk: int, agreement_pk: int) -> HttpResponse:
    """Put an archived promise back on the list."""
    deal, promise = _find(request, pk, agreement_pk)
    archive_agreement(promise, False, by=request.user, now=timezone.now())
    return _back(request, deal)


@permission("partner.update")
@require_POST
def keep(request: HttpRequest, pk: int, agreement_pk: int) -> HttpResponse:
    """Tick a promise off, or take the tick back."""
    deal = get_deal(request.user, pk)
    promise = Agreement.objects.filter(partner=deal.partner_id, pk=agreement_pk).select_related("partner").first()
    if promise:
        set_agreement_kept(promise, "kept" in request.POST, by=request.user, now=timezone.now())
    return redirect("deals:deal", pk=pk)


def _find(request: HttpRequest, pk: int, agreement_pk: int) -> tuple[Deal, Agreement]:
    deal = get_deal(request.user, pk)
    promises = Agreement.objects.filter(partner=deal.partner_id).select_related("partner")
    return deal, get_object_or_404(promises, pk=agreement_pk)


def _render(request: HttpRequest, deal: Deal, promise: Agreement | None, text: str, error: str = "") -> HttpResponse:
    context = {
        "deal": deal,
        "promise": promise,
        "text": text,
        "error": error,
        "url": request.path,
        "is_dialog": bool(request.htmx),
    }
    template = "deals/_agreement_dialog.html" if request.htmx else "deals/agreement.html"
    return render(request, template, context, status=422 if error else 200)


def _back(request: HttpRequest, deal: Deal) -> HttpResponse:
    url = reverse("deals:deal", args=[deal.pk])
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)
