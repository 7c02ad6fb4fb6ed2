"""The daily breakers on SMS: so many to one number and so many in all, counted over the day in Moscow."""

from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from core import moscow
from messaging.models import Attempt, Channel, Message

ONE_AT_A_TIME = 7_210_010
"""The advisory lock under which SMS are counted and taken, so that two senders together stay within the limit."""


def exceeded(message: Message, now: datetime) -> str:
    """Why this message may not go today, "" when it may. Call it in the transaction that claims the message."""
    if message.channel != Channel.SMS:
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    gone = _gone_today(now).exclude(message=message)
    if gone.filter(message__recipient=message.recipient).count() >= settings.SMS_DAILY_PER_NUMBER:
        return _("%(n)s SMS have gone to this number today already: that is the limit of a day.") % {
            "n": settings.SMS_DAILY_PER_NUMBER
        }
    if gone.count() >= settings.SMS_DAILY_TOTAL:
        return _("%(n)s SMS have gone today already: that is the limit of a day.") % {"n": settings.SMS_DAILY_TOTAL}
    return ""


def sms_gone_today(now: datetime) -> int:
    """How many SMS have gone since midnight, or may have."""
    return _gone_today(now).count()


def _gone_today(now: datetime):
    """One attempt of each SMS that was taken today, or may have been: also those that are being sent right now."""
    taken = Attempt.objects.filter(
        message__channel=Channel.SMS,
        started_at__gte=moscow.start_of_day(moscow.today(now)),
        outcome__in=[Attempt.Outcome.ACCEPTED, Attempt.Outcome.UNCLEAR, ""],
    )
    return taken.order_by("message").distinct("message")
