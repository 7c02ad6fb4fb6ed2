"""The partners' list and a partner's page."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.permissions import Scope, permission, scope
from core import moscow
from deals.actions import set_agreement_kept
from deals.selectors.feed import partner_feed
from deals.selectors.files import files_panel
from deals.selectors.partner_page import partner_page
from deals.selectors.partners import PAGE_SIZE, partner_rows
from deals.views.bulk import partners_bar
from deals.views.feed import moment_of
from deals.views.partner_filter import found_partners
from partners.models import Agreement
from partners.selectors import get_partner, heir_of


@permission("partner.read")
def partner_list(request: HttpRequest) -> HttpResponse:
    """All partners of the reader's scope, narrowed by the URL: segment, filters, search, order, page."""
    now = timezone.now()
    found = found_partners(request, now)
    paginator = Paginator(found.partners, PAGE_SIZE)
    paginator.count = found.counts[found.segment]
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "filters": found.filters,
        "has_filters": any(request.GET.get(name) for name in found.filters.filters),
        "counts": found.counts,
        "segment": found.segment,
        "segment_words": found.segment_words,
        "sort": found.sort,
        "page": page,
        "rows": partner_rows(page.object_list, now),
        "shows_archive": found.shows_archive,
        "shows_manager": scope(request.user, "partner.read") == Scope.ALL,
        "bulk": partners_bar(request, paginator.count),
        "now": now,
    }
    return render(request, "partners/list.html", context)


@permission("partner.read")
def partner(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything of one partner; the address of one that was merged leads to the one that stayed."""
    now = timezone.now()
    shown = get_partner(request.user, heir_of(pk))
    if shown.pk != pk:
        return redirect("partners:partner", pk=shown.pk)
    context = partner_page(shown, request.user, now) | files_panel(request.user, shown)
    context |= partner_feed(shown, request.user, now, kind=request.GET.get("kind", ""))
    return render(request, "partners/partner.html", context | {"now": now, "today": moscow.today(now)})


@permission("partner.read")
def feed(request: HttpRequest, pk: int) -> HttpResponse:
    """The next page of the feed; without `before`, the whole box anew."""
    now = timezone.now()
    shown = get_partner(request.user, pk)
    before = moment_of(request.GET.get("before", ""))
    context = partner_feed(shown, request.user, now, kind=request.GET.get("kind", ""), before=before)
    template = "deals/_feed.html" if before else "partners/_feed_box.html"
    return render(request, template, context | {"partner": shown, "now": now, "today": moscow.today(now)})


@permission("partner.update")
@require_POST
def agreement(request: HttpRequest, pk: int, agreement_pk: int) -> HttpResponse:
    """Tick a promise off, or take the tick back."""
    shown = get_partner(request.user, pk)
    promise = Agreement.objects.filter(partner=shown, pk=agreement_pk).select_related("partner").first()
    if promise:
        set_agreement_kept(promise, "kept" in request.POST, by=request.user, now=timezone.now())
    return redirect("partners:partner", pk=pk)
