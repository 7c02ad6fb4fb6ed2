"""The client of SMSC.ru against a server that speaks its pages."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from messaging.gateways.http_client import get
from messaging.gateways.smsc import SmscGateway
from messaging.reports import ask_for_reports
from messaging.sending import send_due
from messaging.tests.factories import sms
from messaging.tests.fake_gateway import fake_gateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def smsc(settings):
    with fake_gateway() as (fake, url):
        settings.SMS_GATEWAY, settings.SMSC_URL = "smsc", f"{url}/smsc"
        settings.SMSC_LOGIN, settings.SMSC_PASSWORD, settings.SMS_SENDER = "lbg", "secret", "LBG"
        settings.GATEWAY_TIMEOUT = settings.GATEWAY_CONNECT_TIMEOUT = 0.5
        yield fake


def later():
    return timezone.now() + timedelta(hours=1)


def test_an_sms_is_sent_with_its_number_parts_and_price(smsc):
    message = sms()
    send_due()
    message.refresh_from_db()

    assert (message.state, message.parts, message.cost) == ("sent", 2, Decimal("7.20"))
    assert smsc.numbers == {str(message.pk): "+79000005206"}
    assert not any("secret" in path for path in smsc.paths)


@pytest.mark.parametrize("code", [1, 5, 6, 7, 8])
def test_errors_of_the_message_are_final(code, smsc):
    smsc.smsc_error, message = code, sms()
    send_due()
    message.refresh_from_db()

    assert (message.state, message.reason.split(":")[0]) == ("failed", str(code))


@pytest.mark.parametrize("code", [2, 3, 4])
def test_errors_of_the_account_stop_the_channel_for_now(code, smsc):
    smsc.smsc_error, first, second = code, sms(), sms()

    assert send_due() == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.tries) == ("queued", 0)


def test_the_same_again_within_a_minute_may_have_been_taken_so_one_asks(smsc):
    smsc.smsc_error, message = 9, sms()
    smsc.take(str(message.pk), "", "")
    send_due()
    smsc.smsc_error = 0
    send_due(clock=later)
    message.refresh_from_db()

    assert message.state == "sent"
    assert smsc.taken == {str(message.pk): 1}


@pytest.mark.parametrize("behaviour", ["take_and_cut", "take_and_hang", "take_and_break"])
def test_an_unclear_answer_is_asked_about(behaviour, smsc):
    smsc.behave, message = [behaviour], sms()
    send_due()
    send_due(clock=later)
    message.refresh_from_db()

    assert message.state == "sent"
    assert smsc.taken == {str(message.pk): 1}


@pytest.mark.parametrize(
    ("status", "state"), [("1", "delivered"), ("2", "delivered"), ("0", "sent"), ("3", "failed"), ("25", "failed")]
)
def test_their_statuses_are_understood(status, state, smsc):
    message = sms()
    send_due()
    smsc.states[str(message.pk)] = status
    ask_for_reports(clock=later)
    message.refresh_from_db()

    assert message.state == state


def test_the_balance_is_read(smsc):
    assert SmscGateway().balance() == Decimal("1234.50")


@pytest.mark.parametrize(
    "address", ["http://smsc.ru/sys/", "ftp://127.0.0.1/", "file:///etc/passwd", "http://10.0.0.1/"]
)
def test_a_gateway_is_called_by_https_only(address):
    with pytest.raises(ImproperlyConfigured):
        get(address, {})
