"""«Исходящие» and the texts of messages, as people of each role meet them (R10)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import (
    AdministratorFactory,
    DirectorFactory,
    HeadFactory,
    MarketerFactory,
    SalesFactory,
    SupportFactory,
)
from messaging import texts
from messaging.handlers import HANDLERS, Handler, Subject
from messaging.models import Channel, Message, MessageTemplate
from messaging.sending import claim, send_due
from messaging.tests.factories import letter, sms
from messaging.texts import Hole, TextKind

pytestmark = pytest.mark.django_db
OUTBOX = reverse("messaging:outbox")
XSS = '"><script>alert(1)</script>'


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response) -> str:
    return response.content.decode()


def address(message: Message, name: str = "message") -> str:
    return reverse(f"messaging:{name}", args=[message.pk])


@pytest.fixture
def head():
    return HeadFactory()


@pytest.fixture
def own(monkeypatch):
    """A kind of messages of which the manager's own are those to «own@»."""
    visible = lambda user: Message.objects.filter(recipient__startswith="own@").values("pk")  # noqa: E731
    handler = Handler("Test", visible, lambda ids: {pk: Subject("Счёт № 7", "/x/") for pk in ids}, lambda *args: None)
    monkeypatch.setitem(HANDLERS, "test", handler)


# --- The list ------------------------------------------------------------------------------------------------------


def test_the_list_shows_each_message_newest_first_and_what_it_tells_of(head, own):
    first, second = letter(), sms()
    response = signed_in(head).get(OUTBOX)

    assert [row.message for row in response.context["page"].rows] == [second, first]
    assert "Счёт № 7" in text_of(response).replace("\N{NO-BREAK SPACE}", " ")
    assert [row.badge.text for row in response.context["page"].rows] == ["В очереди"] * 2


def test_a_manager_sees_the_messages_of_his_own_only(own):
    mine, foreign = letter(to="own@example.ru"), letter()
    client = signed_in(SupportFactory())

    assert [row.message for row in client.get(OUTBOX).context["page"].rows] == [mine]
    assert client.get(address(mine)).status_code == 200
    for name in ("message", "retry", "hold", "cancel"):
        answer = client.get if name == "message" else client.post
        assert answer(address(foreign, name), {"reason": "x"} if name != "message" else {}).status_code == 404


def test_sales_and_marketing_have_no_outbox():
    for user in (SalesFactory(), MarketerFactory()):
        assert signed_in(user).get(OUTBOX).status_code == 403


def test_the_administrator_sees_states_and_reasons_and_reads_nothing():
    message = letter(to="ivanov@example.ru", subject="Тайная тема", body="Тайный текст")
    client = signed_in(AdministratorFactory())
    pages = text_of(client.get(OUTBOX)) + text_of(client.get(address(message)))

    assert "i***@example.ru" in pages
    for secret in ("ivanov@", "Тайн"):
        assert secret not in pages
    assert client.get(OUTBOX, {"q": "ivanov"}).context["filter"].words == "ivanov"
    assert len(client.get(OUTBOX, {"q": "нет такого"}).context["page"].rows) == 1
    assert client.post(address(message, "hold"), {"reason": "шлюз чинят"}).status_code == 302


@pytest.mark.parametrize(
    ("query", "found"),
    [({"state": "sent"}, 1), ({"channel": "sms"}, 1), ({"q": "partner@"}, 1), ({"state": "x", "channel": "y"}, 2)],
)
def test_the_list_is_narrowed(query, found, head):
    letter()
    send_due()
    sms()

    assert len(signed_in(head).get(OUTBOX, query).context["page"].rows) == found


def test_the_list_goes_on_page_by_page(head, monkeypatch):
    monkeypatch.setattr("messaging.selectors.PAGE_SIZE", 2)
    made = [letter() for _ in range(5)]
    client, seen, after = signed_in(head), [], ""
    for _ in range(3):
        page = client.get(OUTBOX, {"after": after}).context["page"]
        seen += [row.message for row in page.rows]
        after = page.next_key

    assert seen == made[::-1]
    assert after == ""


@pytest.mark.parametrize("key", ["x", "2026-01-01~1", "~", "2026-01-01T00:00:00+00:00~x"])
def test_a_broken_page_key_shows_the_first_page(key, head):
    letter()

    assert len(signed_in(head).get(OUTBOX, {"after": key}).context["page"].rows) == 1


@pytest.mark.parametrize("size", [2, 12])
def test_the_number_of_queries_does_not_grow(size, head, own, django_assert_max_num_queries):
    for _ in range(size):
        letter()
        sms()
    client = signed_in(head)
    client.get(OUTBOX)

    with django_assert_max_num_queries(6):
        assert client.get(OUTBOX).status_code == 200


# --- One message ----------------------------------------------------------------------------------------------------


def test_a_letter_is_read_as_its_receiver_sees_it_and_can_do_nothing(head):
    from messaging.actions import File

    message = letter(
        subject=XSS, body=f"Здравствуйте!\n{XSS}", to_name=XSS, files=[File("счёт.pdf", b"%PDF-1.7 <script>")]
    )
    client = signed_in(head)
    page = client.get(address(message))
    file = client.get(reverse("messaging:attachment", args=[message.pk, message.attachments.get().pk]))

    assert "<script>alert(1)" not in text_of(page)
    assert "&lt;script&gt;alert(1)" in text_of(page)
    assert file.content == b"%PDF-1.7 <script>"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (
        client.get(reverse("messaging:attachment", args=[letter().pk, message.attachments.get().pk])).status_code == 404
    )


def test_an_sms_shows_its_parts_and_price(head, settings):
    settings.SMS_PART_PRICE = 5
    page = signed_in(head).get(address(sms(text="Ж" * 71)))

    assert "71 из 134, 2 части, 10\N{NO-BREAK SPACE}₽" in text_of(page)


def test_a_message_is_held_sent_again_and_cancelled_with_a_reason(head):
    message, client = letter(), signed_in(head)
    refused = client.post(address(message, "hold"), {"reason": " "})
    client.post(address(message, "hold"), {"reason": "счёт проверяют"})
    message.refresh_from_db()
    assert refused.status_code == 422
    assert (message.state, message.reason) == ("held", "счёт проверяют")
    assert send_due() == 0

    client.post(address(message, "retry"))
    message.refresh_from_db()
    assert (message.state, message.reason) == ("queued", "")

    client.post(address(message, "cancel"), {"reason": "партнёр передумал"})
    message.refresh_from_db()
    assert (message.state, message.reason) == ("cancelled", "партнёр передумал")
    again = client.post(address(message, "retry"), follow=True)
    assert "отменено" in text_of(again)
    message.refresh_from_db()
    assert message.state == "cancelled"


def test_what_has_gone_or_is_just_going_stays_as_it_is(head):
    sent, going, client = letter(), letter(), signed_in(head)
    send_due(limit=1)
    claim(timezone.now())

    for message in (sent, going):
        answer = client.post(address(message, "cancel"), {"reason": "стоп"})
        assert answer.status_code == 422
        message.refresh_from_db()
        assert message.state != "cancelled"


def test_a_message_that_failed_is_sent_again_with_all_its_tries(head, settings):
    settings.MAIL_GATEWAY, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "127.0.0.1", 9
    message, now = letter(), timezone.now()
    for _ in range(11):
        now += timedelta(hours=2)
        send_due(clock=lambda: now)  # noqa: B023
    message.refresh_from_db()
    assert message.state == "failed"

    settings.MAIL_GATEWAY = "keep"
    signed_in(head).post(address(message, "retry"))
    send_due(clock=lambda: now)
    message.refresh_from_db()
    assert message.state == "sent"


# --- The texts --------------------------------------------------------------------------------------------------------


@pytest.fixture
def kind(monkeypatch):
    holes = {"number": Hole("номер", "1184"), "name": Hole("имя", "Нина")}
    made = TextKind("test.email", Channel.EMAIL, "Письмо", holes, body="Здравствуйте, {name}!", subject="Счёт {number}")
    monkeypatch.setitem(texts.KINDS, made.code, made)
    return made


@pytest.fixture
def short_kind(monkeypatch):
    made = TextKind("test.sms", Channel.SMS, "СМС", {"number": Hole("номер", "1184")}, body="Счёт {number}")
    monkeypatch.setitem(texts.KINDS, made.code, made)
    return made


def template_data(**fields) -> dict:
    return {"subject": "Счёт № {number}", "body": "Добрый день, {name}!", "version": 0} | fields


def test_the_head_changes_a_text_and_goes_back(head, kind):
    client, url = signed_in(head), reverse("messaging:template", args=[kind.code])
    client.post(url, template_data())
    changed = texts.render_text(kind.code, {"number": "7", "name": "Иван"})
    page = client.get(url)
    client.post(reverse("messaging:template-reset", args=[kind.code]))

    assert (changed.subject, changed.body) == ("Счёт № 7", "Добрый день, Иван!")
    assert page.context["form"]["version"].value() == 1
    assert [each.version for each in page.context["history"]] == [1]
    assert texts.render_text(kind.code, {"number": "7", "name": "Иван"}).body == "Здравствуйте, Иван!"
    assert MessageTemplate.objects.get().version == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"body": "{никто}"}, "body"),
        ({"body": "{{number}}"}, None),
        ({"body": "{number.__class__}"}, "body"),
        ({"subject": "{name!r}"}, "subject"),
        ({"body": " "}, "body"),
        ({"subject": ""}, "subject"),
        ({"version": 5}, "__all__"),
    ],
)
def test_a_text_that_cannot_be_filled_in_is_refused_at_its_field(fields, field, head, kind):
    response = signed_in(head).post(reverse("messaging:template", args=[kind.code]), template_data(**fields))

    if field is None:
        assert texts.render_text(kind.code, {"number": "7", "name": ""}).body == "{7}"
        return
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not MessageTemplate.objects.exists()


def test_what_is_filled_in_is_text_and_never_a_template_again(kind):
    values = {"number": "1\r\nBcc: a@b.ru", "name": "{number} {{ 7 }} {% now %}"}
    filled = texts.fill("{number}", "{name}", values)

    assert filled.subject == "1 Bcc: a@b.ru"
    assert filled.body == "{number} {{ 7 }} {% now %}"


def test_the_preview_counts_an_sms_and_writes_nothing(head, short_kind):
    url = reverse("messaging:template-preview", args=[short_kind.code])
    client = signed_in(head)
    counted = client.post(url, {"body": "Ж" * 70 + "{number}"})
    wrong = client.post(url, {"body": "{x}"})

    assert counted.context["segments"].parts == 2
    assert "{x}" in text_of(wrong)
    assert not MessageTemplate.objects.exists()


def test_an_sms_of_more_than_three_parts_is_refused(head, short_kind):
    response = signed_in(head).post(
        reverse("messaging:template", args=[short_kind.code]), {"body": "Ж" * 202, "version": 0}
    )

    assert response.status_code == 422
    assert "body" in response.context["form"].errors


def test_who_may_not_change_the_texts_only_reads_them(kind):
    url = reverse("messaging:template", args=[kind.code])
    administrator = signed_in(AdministratorFactory())

    assert administrator.get(url).status_code == 200
    assert administrator.post(url, template_data()).status_code == 403
    assert signed_in(SupportFactory()).get(url).status_code == 403
    assert signed_in(DirectorFactory()).post(url, template_data()).status_code == 302
    assert signed_in(HeadFactory()).get(reverse("messaging:template", args=["no.such"])).status_code == 404


def test_the_list_of_texts_names_who_changed_them(head, kind):
    client = signed_in(head)
    client.post(reverse("messaging:template", args=[kind.code]), template_data())

    assert head.full_name in text_of(client.get(reverse("messaging:templates")))
