"""The bell: what was told to the reader and is still so."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Role
from accounts.permissions import permission
from core import moscow
from deals.models import AlertNotice
from deals.selectors.alerts import SHOWN, notice_groups


@permission("alert.read")
def alerts(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    groups = notice_groups(request.user)
    context = {
        "now": now,
        "today": moscow.today(now),
        "groups": groups,
        "has_new": any(row.is_new for group in groups for row in group.rows),
        "is_cut": sum(len(group.rows) for group in groups) == SHOWN,
        "limit": SHOWN,
        "shows_managers": request.user.role != Role.SUPPORT_MANAGER,
    }
    return render(request, "deals/alerts.html", context)


@permission("alert.read")
def open_alert(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to where the alert is from; the notice is read with that."""
    notice = get_object_or_404(AlertNotice.objects.filter(recipient=request.user).select_related("alert"), pk=pk)
    AlertNotice.objects.filter(pk=pk, seen_at__isnull=True).update(seen_at=timezone.now())
    return redirect("deals:deal", pk=notice.alert.deal_id)


@permission("alert.read")
@require_POST
def mark_seen(request: HttpRequest) -> HttpResponse:
    """Mark everything that the reader was told as read; the alerts stay until their causes are gone."""
    AlertNotice.objects.filter(recipient=request.user, seen_at__isnull=True).update(seen_at=timezone.now())
    messages.success(request, _("Everything is marked as read"))
    return redirect("deals:alerts")
