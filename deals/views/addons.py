"""Offering an add-on service to a partner."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import permission
from core import moscow
from core.errors import RuleViolation
from deals.actions import offer_addon
from deals.forms.addon import AddonForm
from deals.selectors.load import tasks_per_day
from partners.selectors import get_partner


@permission("deal.update")
def new(request: HttpRequest) -> HttpResponse:
    """The form for `?partner=`, and opening the deal."""
    if not request.GET.get("partner", "").isdecimal():
        raise Http404
    partner = get_partner(request.user, int(request.GET["partner"]))
    form = AddonForm(request.POST or None, initial={"service": request.GET.get("service")})
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            deal = offer_addon(
                partner,
                data["service"],
                discount_percent=data["discount_percent"],
                expected_payment_on=data["expected_payment_on"],
                next_step=form.next_step(),
                by=request.user,
                now=now,
            )
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            messages.success(request, _("Offered: %(service)s") % {"service": deal.service})
            return redirect("deals:deal", pk=deal.pk)
    context = {
        "form": form,
        "partner": partner,
        "now": now,
        "today": moscow.today(now),
        "day_counts": tasks_per_day(request.user, now),
    }
    return render(request, "deals/addon_new.html", context, status=422 if form.is_bound else 200)
