"""«Outbox»: the messages that leave the house, each as its receiver sees it, and what to do with those that wait."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission
from core.errors import RuleViolation
from messaging.actions import cancel_message, hold_message, retry_message
from messaging.forms import ReasonForm
from messaging.gateways import gateway_for
from messaging.jobs import BALANCE
from messaging.limits import sms_gone_today
from messaging.models import Channel, Message
from messaging.rules import masked
from messaging.segments import segments
from messaging.selectors import OutboxFilter, about, outbox_page, state_badge


@permission("message.list")
def outbox(request: HttpRequest) -> HttpResponse:
    """The list, newest first, with filters in the address, and how the channels are."""
    now, narrowed = timezone.now(), OutboxFilter.of(request.GET)
    page = outbox_page(request.user, narrowed, request.GET.get("after", ""))
    context = {
        "page": page,
        "filter": narrowed,
        "states": [(state, state.label, page.counts.get(state, 0)) for state in Message.State],
        "channels": Channel.choices,
        "now": now,
        "reads": may(request.user, "message.read"),
        "can_see_templates": may(request.user, "message_template.read"),
        "sms_gone": sms_gone_today(now),
        "sms_limit": settings.SMS_DAILY_TOTAL,
        "gateways": {channel: _gateway_name(channel) for channel in Channel.values},
        "balance": cache.get(BALANCE),
        "is_test_mode": bool(settings.MESSAGES_TEST_EMAIL or settings.MESSAGES_TEST_PHONE),
        "is_on_hold": settings.OUTBOX_ON_HOLD,
    }
    return render(request, "messaging/outbox.html", context)


@permission("message.list")
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message as its receiver sees it, with every try; without the right to read it, its fate alone."""
    return _show(request, _get(request, pk, "message.list"))


@permission("message.read")
def attachment(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    """A file that went with a letter: downloaded, of its fixed type, in a sandbox."""
    file = get_object_or_404(_get(request, pk, "message.read").attachments, pk=file_pk)
    response = HttpResponse(bytes(file.content), content_type=file.media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, file.name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@permission("message.manage")
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it now."""
    found = _get(request, pk, "message.list")
    try:
        retry_message(found, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
    else:
        messages.success(request, _("The message is queued and goes at once."))
    return redirect("messaging:message", pk=pk)


@permission("message.manage")
@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    return _stop(request, pk, hold_message, _("The message is on hold."))


@permission("message.manage")
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return _stop(request, pk, cancel_message, _("The message is cancelled."))


def _gateway_name(channel: str) -> str:
    name = gateway_for(channel).name
    return _("nothing connected") if name == "keep" else name.upper()


def _stop(request: HttpRequest, pk: int, deed: Callable[..., Message], done: str) -> HttpResponse:
    found, form = _get(request, pk, "message.list"), ReasonForm(request.POST)
    if form.is_valid():
        try:
            deed(found, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            messages.success(request, done)
            return redirect("messaging:message", pk=pk)
    return _show(request, found, form, status=422)


def _get(request: HttpRequest, pk: int, permission_name: str) -> Message:
    visible = Message.objects.visible_to(request.user, permission_name)
    return get_object_or_404(visible.select_related("queued_by"), pk=pk)


def _show(request: HttpRequest, found: Message, form: ReasonForm | None = None, status: int = 200) -> HttpResponse:
    reads = may(request.user, "message.read")
    can_manage = may(request.user, "message.manage")
    is_waiting = found.sent_at is None and found.state != Message.State.CANCELLED
    context = {
        "message": found,
        "badge": state_badge(found),
        "reads": reads,
        "recipient": found.recipient if reads else masked(found.recipient),
        "about": about([found]).get(found.pk) if reads else None,
        "attempts": found.attempts.all(),
        "files": found.attachments.defer("content") if reads else [],
        "sender": settings.DEFAULT_FROM_EMAIL if found.channel == Channel.EMAIL else settings.SMS_SENDER,
        "segments": segments(found.body) if found.channel == Channel.SMS else None,
        "can_retry": can_manage and is_waiting,
        "can_hold": can_manage and found.state == Message.State.QUEUED,
        "can_cancel": can_manage and is_waiting,
        "form": form or ReasonForm(),
        "now": timezone.now(),
    }
    return render(request, "messaging/message.html", context, status=status)
