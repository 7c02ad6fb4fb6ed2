"""The outbox: queued with what it tells of, sent at least once and never twice (R10). Gateways are real servers."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from core.errors import RuleViolation
from messaging.actions import queue_email
from messaging.models import Attempt, Message
from messaging.reports import ask_for_reports
from messaging.rules import LEASE, MAX_TRIES
from messaging.sending import call_gateway, claim, send_due, settle
from messaging.tests.factories import letter, sms
from messaging.tests.fake_gateway import fake_gateway

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def gateway(settings):
    """A gateway that honours the key and can be asked."""
    with fake_gateway() as (fake, url):
        settings.SMS_GATEWAY, settings.SMS_HTTP_URL = "http", f"{url}/sms"
        settings.SMS_HTTP_STATUS_URL, settings.SMS_HTTP_TOKEN = f"{url}/status", "secret-token"
        settings.GATEWAY_TIMEOUT = settings.GATEWAY_CONNECT_TIMEOUT = 0.5
        settings.SMS_DAILY_PER_NUMBER = settings.SMS_DAILY_TOTAL = 1000
        yield fake


def later(hours: float = 1):
    """A clock that shows a moment some hours ahead: what waits for its next try is due."""
    return lambda: timezone.now() + timedelta(hours=hours)


def outcomes(message: Message) -> list[str]:
    return list(message.attempts.values_list("outcome", flat=True))


def fresh(message: Message) -> Message:
    message.refresh_from_db()
    return message


# --- Queueing ------------------------------------------------------------------------------------------------------


def test_a_message_is_there_only_when_what_it_tells_of_is():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        letter()
        raise ZeroDivisionError

    assert not Message.objects.exists()


def test_the_same_key_queues_one_message():
    first, second = letter(dedup_key="invoice:1:email"), letter(dedup_key="invoice:1:email", body="Другой текст")

    assert first == second
    assert Message.objects.get().body.startswith("Здравствуйте")


@pytest.mark.parametrize("to", ["", "нет", "a@b", "a@example.ru\nBcc: b@example.ru", "a b@example.ru"])
def test_an_address_that_is_none_is_refused_at_its_field(to):
    with pytest.raises(RuleViolation) as refusal:
        letter(to=to)

    assert (refusal.value.code, refusal.value.field) == ("email_wrong", "email")


def test_a_subject_is_one_line():
    assert letter(subject="Счёт\r\nBcc: all@example.ru").subject == "Счёт Bcc: all@example.ru"


def test_the_database_refuses_what_must_never_be():
    message = letter()
    send_due()
    wrong = [
        {"state": "queued"},
        {"state": "cancelled", "reason": "x"},
        {"body": "Другое"},
        {"recipient": "b@example.ru"},
        {"state": "failed", "reason": " "},
        {"state": "delivered"},
    ]
    for change in wrong:
        with pytest.raises(DatabaseError), transaction.atomic():
            Message.objects.filter(pk=message.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        message.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Attempt.objects.update(note="иначе")
    with pytest.raises(IntegrityError), transaction.atomic():
        sms(to="8 900 000-00-00")


# --- Sending -------------------------------------------------------------------------------------------------------


def test_where_nothing_is_connected_a_message_is_kept_to_be_read():
    message = letter()

    assert send_due() == 1
    assert (fresh(message).state, message.gateway, message.is_kept) == ("sent", "keep", True)
    assert send_due() == 0


def test_a_message_waits_for_its_hour(gateway):
    message = sms(not_before=timezone.now() + HOUR)

    assert send_due() == 0
    assert send_due(clock=later(2)) == 1
    assert fresh(message).state == "sent"


def test_an_sms_goes_through_the_gateway_with_its_key(gateway):
    message = sms()
    send_due()

    assert (fresh(message).state, message.provider_id) == ("sent", f"p-{str(message.key)[:8]}")
    assert gateway.texts == {str(message.key): "Счёт № 1184 отправлен на почту"}
    assert gateway.headers[0]["Idempotency-Key"] == str(message.key)
    assert gateway.headers[0]["Authorization"] == "Bearer secret-token"
    assert not any("secret" in path or "7900" in path for path in gateway.paths)
    assert outcomes(message) == ["accepted"]


@pytest.mark.parametrize("behaviour", ["take_and_cut", "take_and_hang", "take_and_break", "take_and_fail"])
def test_what_may_have_gone_through_is_asked_about_and_not_sent_again(behaviour, gateway):
    gateway.behave, message = [behaviour], sms()
    send_due()
    assert (fresh(message).state, outcomes(message)) == ("queued", ["unclear"])

    send_due(clock=later())
    assert fresh(message).state == "sent"
    assert gateway.taken == {str(message.key): 1}
    assert gateway.asked == [str(message.key)]


@pytest.mark.parametrize("behaviour", ["cut", "hang", "break", "500", "huge", "redirect"])
def test_what_the_gateway_does_not_have_is_sent_again(behaviour, gateway):
    gateway.behave, message = [behaviour], sms()
    send_due()
    assert fresh(message).state == "queued"

    send_due(clock=later())
    assert (fresh(message).state, outcomes(message)) == ("sent", ["unclear", "accepted"])
    assert gateway.sent == {str(message.key): 1}


def test_a_gateway_that_does_not_answer_when_asked_gets_nothing_twice(gateway, settings):
    gateway.behave, message = ["take_and_cut"], sms()
    send_due()
    address, settings.SMS_HTTP_STATUS_URL = settings.SMS_HTTP_STATUS_URL, "http://127.0.0.1:9/status"
    send_due(clock=later())
    assert (fresh(message).state, outcomes(message)) == ("queued", ["unclear", "unclear"])

    settings.SMS_HTTP_STATUS_URL = address
    send_due(clock=later(5))
    assert fresh(message).state == "sent"
    assert gateway.taken == {str(message.key): 1}


def test_a_gateway_that_cannot_be_asked_gets_the_same_key_again(gateway, settings):
    settings.SMS_HTTP_STATUS_URL = ""
    gateway.behave, message = ["take_and_cut"], sms()
    send_due()
    send_due(clock=later())

    assert fresh(message).state == "sent"
    assert gateway.taken == {str(message.key): 2}
    assert gateway.sent == {str(message.key): 1}


def test_a_refusal_for_good_is_not_tried_again(gateway):
    gateway.behave, message = ["422"], sms()
    send_due()

    assert (fresh(message).state, message.reason) == ("failed", "422 as told")
    assert send_due(clock=later(9)) == 0


def test_when_the_gateway_takes_nothing_the_others_wait_untouched(gateway):
    gateway.behave = ["402"]
    first, second, mail = sms(), sms(), letter()

    assert send_due() == 2
    assert (fresh(first).tries, fresh(second).tries) == (1, 0)
    assert fresh(mail).state == "sent"
    assert outcomes(first) == ["later"]


def test_tries_are_further_and_further_apart_and_come_to_an_end(gateway, settings):
    settings.SMS_HTTP_URL, now = "http://127.0.0.1:9/sms", timezone.now()
    message, waits = sms(), []
    while fresh(message).state == "queued":
        send_due(clock=partial(lambda moment: moment, now))
        waits.append(fresh(message).due_at - now)
        now = message.due_at

    assert (message.state, len(outcomes(message))) == ("failed", MAX_TRIES)
    assert waits[0] < waits[1] < waits[2] < waits[3] <= HOUR * 1.25
    assert "no connection" in message.reason


# --- Crashes -------------------------------------------------------------------------------------------------------


def test_a_sender_that_dies_after_sending_sends_nothing_twice(gateway):
    """It was sent and not marked: the next one finds an attempt without an end, and asks."""
    message = sms()
    call_gateway(claim(timezone.now()))

    assert send_due() == 0  # it is in the dead sender's hands
    send_due(clock=lambda: timezone.now() + LEASE)
    assert fresh(message).state == "sent"
    assert gateway.taken == {str(message.key): 1}
    assert outcomes(message) == ["", "accepted"]


def test_a_sender_that_dies_before_sending_loses_nothing(gateway):
    message = sms()
    claim(timezone.now())
    send_due(clock=lambda: timezone.now() + LEASE)

    assert fresh(message).state == "sent"
    assert gateway.taken == {str(message.key): 1}


def test_a_sender_that_was_too_slow_does_not_write_over_the_next_ones_result(gateway):
    message, now = sms(), timezone.now()
    slow = claim(now)
    outcome = call_gateway(slow)
    quick = claim(now + LEASE)
    settle(quick, call_gateway(quick), now + LEASE)

    assert settle(slow, outcome, now + LEASE) is False
    assert fresh(message).sent_at == now + LEASE
    assert gateway.taken == {str(message.key): 1}


def test_what_may_have_gone_through_another_gateway_waits_for_a_person(gateway, settings):
    gateway.behave, message = ["cut"], sms()
    send_due()
    settings.SMS_GATEWAY = "smsc"
    send_due(clock=later())

    assert (fresh(message).state, "http" in message.reason) == ("held", True)


def test_a_fault_in_our_own_code_stops_no_other_message(gateway, monkeypatch):
    first, second, calls = sms(), sms(), []

    def broken(self, parcel):
        calls.append(parcel)
        raise RuntimeError("a mistake")

    monkeypatch.setattr("messaging.gateways.generic.GenericGateway.send", broken)
    assert send_due() == 2
    assert (fresh(first).state, fresh(second).state) == ("queued", "queued")
    assert "RuntimeError" in first.reason


def test_after_a_restored_backup_nothing_goes_by_itself(gateway, settings):
    settings.OUTBOX_ON_HOLD, message = True, sms()

    assert send_due(clock=later()) == 0
    assert fresh(message).state == "queued"


# --- Breakers, test mode, reports ------------------------------------------------------------------------------------


def test_the_fourth_sms_of_a_day_to_one_number_is_held(gateway, settings):
    settings.SMS_DAILY_PER_NUMBER = 3
    messages = [sms() for _ in range(4)]
    other = sms(to="+79000000000")
    send_due()

    assert [fresh(each).state for each in [*messages, other]] == ["sent", "sent", "sent", "held", "sent"]
    assert "3" in messages[3].reason
    assert sum(gateway.sent.values()) == 4


def test_beyond_the_days_total_every_sms_is_held_and_letters_go(gateway, settings):
    settings.SMS_DAILY_TOTAL = 2
    messages = [sms(to=f"+7900000000{n}") for n in range(4)]
    mail = letter()
    send_due()

    assert [fresh(each).state for each in messages] == ["sent", "sent", "held", "held"]
    assert fresh(mail).state == "sent"


def test_refused_sms_do_not_count_against_the_limit(gateway, settings):
    settings.SMS_DAILY_PER_NUMBER = 1
    gateway.behave = ["422"]
    refused, taken = sms(), sms()
    send_due()

    assert (fresh(refused).state, fresh(taken).state) == ("failed", "sent")


def test_in_test_mode_everything_goes_to_our_own_number_and_says_whom_it_was_for(gateway, settings):
    settings.MESSAGES_TEST_PHONE, message = "+79009999999", sms()
    send_due()

    assert gateway.numbers == {str(message.key): "+79009999999"}
    assert gateway.texts[str(message.key)].startswith("[+79000005206] ")
    assert fresh(message).recipient == "+79000005206"


@pytest.mark.parametrize(("told", "state"), [("delivered", "delivered"), ("failed", "failed"), ("sent", "sent")])
def test_what_became_of_an_sms_is_asked_and_written_down(told, state, gateway):
    message = sms()
    send_due()
    gateway.states[str(message.key)] = told

    assert ask_for_reports() == 0  # a minute has not passed
    assert ask_for_reports(clock=later()) == 1
    assert fresh(message).state == state
    assert bool(message.delivered_at) == (state == "delivered")


def test_reports_only_lead_forward_and_are_not_awaited_for_ever(gateway):
    message = sms()
    send_due()
    gateway.states[str(message.key)] = "delivered"
    ask_for_reports(clock=later())
    gateway.states[str(message.key)] = "failed"
    ask_for_reports(clock=later(99))
    assert fresh(message).state == "delivered"

    forgotten = sms()
    send_due()
    ask_for_reports(clock=later(24 * 3))
    assert ask_for_reports(clock=later(24 * 30)) == 0
    assert fresh(forgotten).state == "sent"


def test_a_state_change_is_in_the_audit_trail():
    message = letter()
    send_due()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT event.state, context.metadata->>'action' FROM messaging_messageevent event"
            " LEFT JOIN pghistory_context context ON context.id = event.pgh_context_id"
            " WHERE event.pgh_obj_id = %s ORDER BY event.pgh_id",
            [message.pk],
        )
        assert cursor.fetchall() == [("queued", None), ("sent", "message.send")]


def test_the_handler_hears_of_it_and_its_failure_undoes_nothing(monkeypatch):
    from messaging import handlers

    heard = []

    def changed(message, now):
        heard.append(message.state)
        raise RuntimeError("a mistake of the room above")

    handler = handlers.Handler("Test", lambda user: Message.objects.none(), lambda ids: {}, changed)
    monkeypatch.setitem(handlers.HANDLERS, "test", handler)
    message = letter()
    send_due()

    assert heard == ["sent"]
    assert fresh(message).state == "sent"


def test_a_letter_has_the_files_that_were_there_when_it_was_queued():
    from messaging.actions import File

    message = queue_email(
        kind="test",
        dedup_key="with-file",
        to="a@example.ru",
        subject="С файлом",
        body="Вот он",
        by=None,
        now=timezone.now(),
        files=[File("invoice.pdf", b"%PDF-1.7")],
    )

    assert [(file.name, bytes(file.content)) for file in message.attachments.all()] == [("invoice.pdf", b"%PDF-1.7")]
