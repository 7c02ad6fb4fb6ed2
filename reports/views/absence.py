"""The brief for the one who returns: what happened meanwhile."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.permissions import permission
from core import moscow
from reports.selectors.absence import SHOWN, brief, briefs_for


@permission("report.own")
def absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Calls, statuses, money, problems and new partners of those days; what is late now."""
    now = timezone.now()
    substitution = get_object_or_404(briefs_for(request.user), pk=pk)
    context = {"brief": brief(substitution, now), "now": now, "today": moscow.today(now), "limit": SHOWN}
    return render(request, "reports/absence.html", context)
