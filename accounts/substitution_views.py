"""«Замещения»: the head enters who stands in for whom and from when to when; it ends by itself."""

from datetime import datetime

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.forms import SubstitutionForm
from accounts.models import Substitution
from accounts.permissions import permission
from accounts.substituting import end_substitution, stand_in
from core import moscow
from core.errors import RuleViolation

SHOWN = 100


@permission("substitution.update")
def substitutions(request: HttpRequest) -> HttpResponse:
    """Those that are, will be and were, with the form of a new one."""
    now = timezone.now()
    form = SubstitutionForm(request.POST or None, initial={"starts_on": moscow.today(now)})
    if request.method == "POST" and form.is_valid():
        try:
            made = stand_in(**form.cleaned_data, by=request.user, now=now)
        except RuleViolation as violation:
            form.add_error(violation.field, violation.message)
        else:
            words = {"substitute": made.substitute, "absent": made.absent}
            messages.success(request, _("%(substitute)s stands in for %(absent)s.") % words)
            return redirect("accounts:substitutions")
    return render(request, "accounts/substitutions.html", _page(form, now), status=422 if form.is_bound else 200)


@permission("substitution.update")
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The colleague is back, or does not go away after all."""
    found = get_object_or_404(Substitution.objects.select_related("absent"), pk=pk)
    try:
        end_substitution(found, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
    else:
        messages.success(request, _("The portfolio is with %(absent)s alone again.") % {"absent": found.absent})
    return redirect("accounts:substitutions")


def _page(form: SubstitutionForm, now: datetime) -> dict:
    today = moscow.today(now)
    partners = Count("absent__portfolio", filter=Q(absent__portfolio__archived_at__isnull=True))
    rows = Substitution.objects.standing().select_related("absent", "substitute").annotate(partners=partners)
    return {
        "form": form,
        "now": now,
        "today": today,
        "coming": rows.filter(ends_on__gte=today).order_by("starts_on", "pk")[:SHOWN],
        "past": rows.filter(ends_on__lt=today).order_by("-ends_on", "-pk")[:SHOWN],
    }
