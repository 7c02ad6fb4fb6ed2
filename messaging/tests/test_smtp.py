"""Letters through a real SMTP server on loopback (R10)."""

from datetime import timedelta
from email.header import decode_header, make_header

import pytest
from django.utils import timezone

from messaging.actions import File
from messaging.sending import send_due
from messaging.tests.factories import letter
from messaging.tests.fake_mail import open_postbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def postbox(settings):
    with open_postbox(settings) as box:
        yield box


def later():
    return timezone.now() + timedelta(hours=2)


def test_a_letter_arrives_with_its_pdf(postbox):
    message = letter(
        to_name="Нина Савельева", reply_to="olga@lbg.example", files=[File("Счёт № 1184.pdf", b"%PDF-1.7 body")]
    )
    send_due()
    message.refresh_from_db()
    [(recipients, arrived)] = postbox.letters
    text, pdf = arrived.get_payload()

    assert recipients == ["partner@example.ru"]
    assert str(make_header(decode_header(arrived["Subject"]))) == "Счёт № 1184"
    assert "Нина Савельева" in str(make_header(decode_header(arrived["To"])))
    assert arrived["Reply-To"] == "olga@lbg.example"
    assert arrived["Message-ID"] == f"<{message.key}@lbg.example>"
    assert text.get_payload(decode=True).decode().startswith("Здравствуйте!")
    assert (pdf.get_filename(), pdf.get_payload(decode=True)) == ("Счёт № 1184.pdf", b"%PDF-1.7 body")
    assert (message.state, message.gateway, message.is_kept) == ("sent", "smtp", False)


def test_an_answer_that_did_not_come_is_followed_by_the_same_letter(postbox):
    postbox.says, message = ["cut"], letter()
    send_due()
    message.refresh_from_db()
    assert (message.state, message.attempts.get().outcome) == ("queued", "unclear")

    send_due(clock=later)
    message.refresh_from_db()
    assert message.state == "sent"
    assert {arrived["Message-ID"] for _to, arrived in postbox.letters} == {f"<{message.key}@lbg.example>"}


@pytest.mark.parametrize(
    ("says", "state"), [("550 no such box", "failed"), ("451 later", "queued"), ("554 spam", "failed")]
)
def test_what_the_server_says_decides_whether_it_is_tried_again(says, state, postbox):
    postbox.says, message = [says], letter()
    send_due()
    message.refresh_from_db()

    assert message.state == state
    assert says[4:] in message.reason


def test_an_address_that_the_server_does_not_know_fails_at_once(postbox):
    postbox.refuses, message = "550 unknown user", letter()
    send_due()
    message.refresh_from_db()

    assert (message.state, message.reason) == ("failed", "550 unknown user")


def test_without_a_server_letters_wait(postbox, settings):
    settings.EMAIL_PORT, first, second = 9, letter(), letter()
    assert send_due() == 1
    first.refresh_from_db()
    second.refresh_from_db()

    assert (first.state, first.tries, second.tries) == ("queued", 1, 0)


def test_in_test_mode_letters_come_to_us(postbox, settings):
    settings.MESSAGES_TEST_EMAIL = "test@lbg.example"
    letter()
    send_due()
    [(recipients, arrived)] = postbox.letters

    assert recipients == ["test@lbg.example"]
    assert str(make_header(decode_header(arrived["Subject"]))).startswith("[partner@example.ru] ")


def test_nothing_in_a_name_or_subject_adds_a_header(postbox):
    letter(subject="Счёт\r\nBcc: b@example.ru", to_name="Имя\r\nBcc: b@example.ru", body="Текст\n.\nBcc: b@example.ru")
    send_due()
    [(recipients, arrived)] = postbox.letters

    assert recipients == ["partner@example.ru"]
    assert arrived["Bcc"] is None
