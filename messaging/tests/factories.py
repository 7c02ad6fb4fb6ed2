"""Messages for tests, put into the outbox by the actions."""

from itertools import count

from django.utils import timezone

from messaging.actions import queue_email, queue_sms
from messaging.models import Message

_numbers = count(1)


def letter(**fields) -> Message:
    """A letter that waits to be sent."""
    values = {
        "kind": "test",
        "dedup_key": f"letter:{next(_numbers)}",
        "to": "partner@example.ru",
        "subject": "Счёт № 1184",
        "body": "Здравствуйте!\n\nСчёт — во вложении.",
        "by": None,
        "now": timezone.now(),
    }
    return queue_email(**values | fields)


def sms(**fields) -> Message:
    """An SMS that waits to be sent."""
    values = {
        "kind": "test",
        "dedup_key": f"sms:{next(_numbers)}",
        "to": "+79000005206",
        "text": "Счёт № 1184 отправлен на почту",
        "by": None,
        "now": timezone.now(),
    }
    return queue_sms(**values | fields)
