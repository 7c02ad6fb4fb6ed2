"""Sales hands a paid partner over to support (R1, R18)."""

from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import permission
from core import formatting, moscow
from core.errors import RuleViolation
from deals.actions import hand_over
from deals.forms.handoff import DETAILS, EXISTING, NEW, HandOverForm
from deals.rules import acceptance_deadline


@permission("handoff.create")
def handoff_new(request: HttpRequest) -> HttpResponse:
    """The form, for a new partner or for `?partner=`; the deadline is shown for the payment date that stands in it."""
    now = timezone.now()
    form = HandOverForm(request.POST or None, user=request.user, now=now, initial=_initial(request, now))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            handoff = hand_over(
                partner=form.draft_or_partner(),
                manager=data["manager"],
                package=data["package"],
                paid_on=data["paid_on"],
                amount=data["amount"],
                main_comment=data["main_comment"],
                agreements=data["agreements"],
                by=request.user,
                now=now,
                **form.details(),
            )
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            day = formatting.day(handoff.accept_by, moscow.today(now))
            words = _("Handed over: %(partner)s. To be accepted by the end of the day: %(day)s")
            messages.success(request, words % {"partner": handoff.deal.partner, "day": day})
            return redirect(reverse("deals:handoffs") + f"?handoff={handoff.pk}")
    paid_on = _as_date(form["paid_on"].value())
    context = {
        "form": form,
        "now": now,
        "today": moscow.today(now),
        "deadline_at": moscow.end_of_day(acceptance_deadline(paid_on)) if paid_on else None,
    }
    return render(request, "deals/handoff_new.html", context, status=422 if form.is_bound else 200)


def _initial(request: HttpRequest, now: datetime) -> dict:
    partner = request.GET.get("partner", "")
    kept = {name: request.GET[name] for name in ("package", *DETAILS) if name in request.GET}
    return {
        **kept,
        "who": EXISTING if partner else NEW,
        "partner": partner,
        "paid_on": _as_date(request.GET.get("paid_on")) or moscow.today(now),
    }


def _as_date(value: date | str | None) -> date | None:
    """The date that stands in a field; None when it is not one."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value or "")
    except ValueError:
        return None
