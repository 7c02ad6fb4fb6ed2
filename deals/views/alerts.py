"""The bell: what was told to the reader, what is wrong still and what has happened."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Role
from accounts.permissions import acting_for, permission
from core import moscow
from deals import hints
from deals.models import AlertNotice
from deals.selectors.alerts import SHOWN, notice_groups
from deals.selectors.bell import bell, unseen_count
from deals.watching import subjects_of
from notifications.actions import mark_seen as mark_notices_seen
from notifications.models import hours_of


@permission("alert.read")
def notifications(request: HttpRequest) -> HttpResponse:
    """«Уведомления»: alerts and what has happened, by deal."""
    now, hours = timezone.now(), hours_of(request.user)
    groups = bell(request.user)
    context = {
        "now": now,
        "groups": groups,
        "has_new": any(group.new_count for group in groups),
        "shows_managers": request.user.role != Role.SUPPORT_MANAGER,
        "quiet_to": hours.quiet_to if hours.is_quiet(now) else None,
    }
    return render(request, "deals/notifications.html", context)


@permission("alert.read")
def alerts(request: HttpRequest) -> HttpResponse:
    """The alerts alone, by their kinds."""
    now = timezone.now()
    groups = notice_groups(request.user)
    context = {
        "now": now,
        "today": moscow.today(now),
        "groups": groups,
        "has_new": unseen_count(request.user) > 0,
        "is_cut": sum(len(group.rows) for group in groups) == SHOWN,
        "limit": SHOWN,
        "shows_managers": request.user.role != Role.SUPPORT_MANAGER,
    }
    return render(request, "deals/alerts.html", context)


@permission("alert.read")
def open_alert(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to where the alert is from; the notice is read with that."""
    told = AlertNotice.objects.filter(recipient__in=acting_for(request.user))
    notice = get_object_or_404(told.select_related("alert"), pk=pk)
    told.filter(pk=pk).mark_seen(request.user, timezone.now())
    hints.bells_change([request.user.pk])
    if notice.alert.subject_id is None:
        return redirect("deals:deal", pk=notice.alert.deal_id)
    [subject] = subjects_of([notice.alert]).values()
    return redirect(subject.url)


@permission("alert.read")
@require_POST
def mark_seen(request: HttpRequest) -> HttpResponse:
    """Mark everything that the reader was told as read; the alerts stay until their causes are gone."""
    now = timezone.now()
    with transaction.atomic():
        AlertNotice.objects.open_for(request.user).mark_seen(request.user, now)
        mark_notices_seen(request.user, now)
        hints.bells_change([request.user.pk])
    messages.success(request, _("Everything is marked as read"))
    return redirect("deals:notifications" if request.POST.get("back") == "bell" else "deals:alerts")
