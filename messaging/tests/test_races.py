"""Several senders and askers at once, with real threads and a real PostgreSQL (R10)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection
from django.db.models import Count
from django.utils import timezone

from messaging import limits
from messaging.models import Attempt, Message
from messaging.sending import send_due
from messaging.tests.factories import letter, sms
from messaging.tests.fake_gateway import fake_gateway

SENDERS = 4


def together(deed, count: int = SENDERS) -> None:
    def with_own_connection(_number: int) -> None:
        try:
            deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(with_own_connection, range(count)))


@pytest.fixture
def gateway(settings):
    with fake_gateway(honours_key=False) as (fake, url):
        settings.SMS_GATEWAY, settings.SMS_HTTP_URL = "http", f"{url}/sms"
        settings.SMS_DAILY_PER_NUMBER = settings.SMS_DAILY_TOTAL = 1000
        yield fake


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_several_senders_take_different_messages(gateway):
    messages = [sms() for _ in range(40)]
    together(send_due)

    assert Message.objects.filter(state="sent").count() == len(messages)
    assert gateway.taken == {str(message.key): 1 for message in messages}
    assert not Attempt.objects.values("message").annotate(n=Count("pk")).filter(n__gt=1).exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_without_the_row_lock_they_clash(gateway, monkeypatch):
    """The control run: the test above can fail. The constraints of the message and of its attempts are a second net."""
    monkeypatch.setattr("messaging.models.MessageQuerySet.select_for_update", lambda self, **options: self)
    clashes = []

    def send() -> None:
        try:
            send_due()
        except DatabaseError as clash:
            clashes.append(clash)

    for _ in range(40):
        sms()
    together(send)

    assert clashes or max(gateway.taken.values()) > 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_breaker_holds_when_several_senders_count_at_once(gateway, settings):
    settings.SMS_DAILY_PER_NUMBER = 3
    for _ in range(12):
        sms()
    together(send_due)

    assert sum(gateway.taken.values()) == 3
    assert Message.objects.filter(state="held").count() == 9
    assert limits.sms_gone_today(timezone.now()) == 3


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_same_key_queued_by_several_at_once_is_one_message():
    together(lambda: letter(dedup_key="one"))

    assert Message.objects.count() == 1
