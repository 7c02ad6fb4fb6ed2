"""Where a person goes on after a form that stands on several pages."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest, deal_pk: int) -> str:
    """The page that the form or its address names in `next`, when it is one of ours; else the deal."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return target
    return reverse("deals:deal", args=[deal_pk])
