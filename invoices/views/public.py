"""«Заявка Заказчика» as a stranger meets it, without logging in (R20; screens 14a, 14b).

Whoever sends it learns nothing of whom we know: the answer is the same for a partner and for somebody new, for a
machine that is turned away and for a person. Only who has a partner's own link sees what we know of that partner.
"""

import uuid

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import public
from core.errors import RuleViolation
from core.throttling import Limit, address_of, is_allowed
from invoices.actions import receive_request
from invoices.actions.requests import operator
from invoices.models import ConsentText, RequestLink, Seller
from invoices.request_form import CustomerRequestForm

FROM_ONE_ADDRESS = Limit(times=20, seconds=3600)
OF_ONE_PAYER = Limit(times=5, seconds=3600)
FROM_EVERYBODY = Limit(times=300, seconds=3600)
CHECKS = Limit(times=120, seconds=60)


@public
def form(request: HttpRequest, token: str = "") -> HttpResponse:
    """The form, empty or filled in from a partner's link; a link that does not stand leads to the empty one."""
    link = _link(token)
    if token and link is None:
        return redirect("request-form")
    if request.method == "POST":
        return _take(request, CustomerRequestForm(request.POST, now=timezone.now(), link=link), link)
    return _show(request, CustomerRequestForm(now=timezone.now(), link=link), link)


@public
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What is wrong with the one field that has just been left: {"error": ""} when nothing is. Keeps nothing."""
    if not is_allowed("request-check", address_of(request), CHECKS):
        return JsonResponse({"error": ""}, status=429)
    name = request.POST.get("field", "")
    typed = CustomerRequestForm(request.POST, now=timezone.now())
    errors = typed.errors.get(name) if name in typed.fields else None
    return _untold(JsonResponse({"error": errors[0] if errors else ""}))


@public
def sent(request: HttpRequest, token: str = "") -> HttpResponse:
    """What happens next."""
    link = _link(token)
    if token and link is None:
        return redirect("request-sent")
    return _untold(render(request, "invoices/request_sent.html", _context(link)))


@public
def consent(request: HttpRequest, purpose: str) -> HttpResponse:
    """The whole text of a consent, as whoever ticks its box agrees to it."""
    if purpose not in ConsentText.Purpose.values:
        raise Http404
    text = get_object_or_404(ConsentText.objects.filter(purpose=purpose)[:1])
    context = {"consent": text, "body": text.body.replace("{operator}", operator())}
    return render(request, "invoices/request_consent.html", context)


def _take(request: HttpRequest, typed: CustomerRequestForm, link: RequestLink | None) -> HttpResponse:
    """Keep the request, or show the form again with all that was typed."""
    done = redirect("request-personal-sent", link.token) if link else redirect("request-sent")
    if typed.is_of_a_machine:
        return done
    if not typed.is_valid():
        return _show(request, typed, link, status=422)
    if typed.is_out_of_time:
        typed.again()
        trouble = _("Please look through what is filled in and send it once more.")
        return _show(request, typed, link, status=422, trouble=trouble)
    draft, sender = typed.draft(), address_of(request)
    if not _is_within_limits(sender, draft.tax_number or draft.phone):
        trouble = _("Too many requests have come at once. Wait an hour and send it again, or call us.")
        return _show(request, typed, link, status=429, trouble=trouble)
    key = typed.cleaned_data["request_key"] or uuid.uuid4()
    try:
        receive_request(draft, key=key, now=timezone.now(), link=link, sent_from=sender)
    except RuleViolation as violation:
        return _show(request, typed, link, status=422, trouble=violation.message)
    return done


def _is_within_limits(sender: str, payer: str) -> bool:
    return (
        is_allowed("request-from", sender, FROM_ONE_ADDRESS)
        and is_allowed("request-of", payer, OF_ONE_PAYER)
        and is_allowed("request", "all", FROM_EVERYBODY)
    )


def _show(
    request: HttpRequest, typed: CustomerRequestForm, link: RequestLink | None, status: int = 200, trouble: str = ""
) -> HttpResponse:
    context = _context(link) | {"form": typed, "trouble": trouble}
    return _untold(render(request, "invoices/request_form.html", context, status=status))


def _context(link: RequestLink | None) -> dict:
    seller = Seller.objects.filter(is_active=True).order_by("-is_default", "pk").first()
    return {
        "link": link,
        "manager": link.partner.manager if link else None,
        "phone": settings.SUPPORT_PHONE or (seller.phone if seller else ""),
    }


def _link(token: str) -> RequestLink | None:
    """The standing link; its partner may have been merged into another, whose it is then."""
    links = RequestLink.objects.select_related("partner__city", "partner__manager")
    return links.filter(token=token, withdrawn_at__isnull=True, partner__archived_at__isnull=True).first()


def _untold(response: HttpResponse) -> HttpResponse:
    """Keep the address and what is filled in out of caches and of other sites' logs."""
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response
