"""The page of one's own notifications, and opening a notice."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import permission
from core.errors import RuleViolation
from notifications.actions import mark_seen, set_hours
from notifications.forms import NotificationsForm
from notifications.kinds import kinds_of
from notifications.models import Notice


@permission("profile.update")
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """«Уведомления» of one's settings."""
    form = NotificationsForm(request.user, request.POST or None)
    if request.method == "POST" and _save(request, form):
        messages.success(request, _("Saved in your settings"))
        return redirect("notifications:settings")
    always = [kind for kind in kinds_of(request.user) if not kind.is_optional]
    status = 422 if form.errors else 200
    return render(request, "notifications/settings.html", {"form": form, "always": always}, status=status)


def _save(request: HttpRequest, form: NotificationsForm) -> bool:
    if not form.is_valid():
        return False
    wanted = form.cleaned_data.pop("kinds")
    try:
        set_hours(request.user, wanted=wanted, **form.cleaned_data)
    except RuleViolation as refusal:
        form.add_error(refusal.field, refusal.message)
        return False
    return True


@permission("notice.read")
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to what the notice tells of; it is read with that."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    mark_seen(request.user, timezone.now(), notice=notice)
    return redirect(notice.url)
