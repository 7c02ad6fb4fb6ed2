"""What became of the SMS that were sent: asked of the gateway, ever less often, for two days."""

from collections.abc import Callable
from datetime import datetime

from core.audit import operation
from core.scheduling import database_now
from messaging import handlers
from messaging.gateways import gateway_for
from messaging.gateways.base import Delivered, OnItsWay, Report, Undelivered
from messaging.models import Channel, Message
from messaging.rules import next_report
from messaging.sending import parcel_of


def ask_for_reports(*, limit: int = 200, clock: Callable[[], datetime] = database_now) -> int:
    """Ask about the SMS whose time has come, at most `limit`; returns how many were asked about."""
    gateway = gateway_for(Channel.SMS)
    asked = 0
    while gateway.reports and asked < limit and (message := _next(gateway.name, clock())):
        take_report(message, gateway.report(parcel_of(message)), clock())
        asked += 1
    return asked


def take_report(message: Message, report: Report, now: datetime) -> None:
    """Write down what the gateway reports. States only go forward: what is delivered stays so."""
    if isinstance(report, OnItsWay):
        return
    with operation("message.report", by=None):
        found = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
        if found.state != Message.State.SENT:
            return
        if isinstance(report, Delivered):
            found.state, found.delivered_at = Message.State.DELIVERED, now
        elif isinstance(report, Undelivered):
            found.state, found.reason = Message.State.FAILED, report.reason[:500]
        found.save()
        handlers.tell(found, now)


def _next(gateway: str, now: datetime) -> Message | None:
    """An SMS to ask about, its next time already written: two askers at once take different ones."""
    with operation("message.report", by=None):
        sent = Message.objects.filter(state=Message.State.SENT, channel=Channel.SMS, gateway=gateway, due_at__lte=now)
        message = sent.select_for_update(skip_locked=True, no_key=True).order_by("due_at", "pk").first()
        if message:
            message.due_at = next_report(message.sent_at, now)
            message.save(update_fields=["due_at"])
        return message
