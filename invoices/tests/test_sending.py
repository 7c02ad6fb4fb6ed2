"""«Выставить и отправить»: number, letter with the stored PDF and SMS in one press and one transaction (R10)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, MarketerFactory, SalesFactory, SupportFactory
from core.errors import RuleViolation
from deals.models import AlertNotice
from deals.tests.factories import AddonFactory
from deals.timeline import timeline
from invoices.actions import cancel_invoice, issue_and_send, send_invoice
from invoices.actions import issuing as issuing_module
from invoices.actions import sending as sending_module
from invoices.jobs import flag_undelivered_invoices
from invoices.letters import sms_goes_at
from invoices.models import Delivery, Invoice, InvoiceCounter
from invoices.tests.factories import SellerFactory, addon_invoice, issue, make_draft
from invoices.tests.pages import form_data, one_line, signed_in, text_of
from messaging.actions import cancel_message
from messaging.gateways.base import Accepted, Refused
from messaging.models import Message
from messaging.sending import claim, send_due, settle
from partners.tests.factories import ContactFactory, PartnerFactory

EMAIL, PHONE = "saveleva@example.ru", "+79000005206"


@pytest.fixture(autouse=True)
def quick_pdf(monkeypatch):
    """Drawing the document has tests of its own."""
    monkeypatch.setattr(issuing_module, "invoice_pdf", lambda document: b"%PDF-quick")


@pytest.fixture
def head(db):
    return HeadFactory()


def press(invoice: Invoice, by, **changes) -> Invoice:
    values = {"email": EMAIL, "phone": PHONE, "by": by, "now": timezone.now()}
    return issue_and_send(invoice, **values | changes)


def messages_of(invoice: Invoice) -> dict[str, Message]:
    return {delivery.message.channel: delivery.message for delivery in invoice.deliveries.select_related("message")}


# --- The action ------------------------------------------------------------------------------------------------------


def test_one_press_issues_and_queues_the_letter_with_its_pdf_and_the_sms(head):
    partner = ContactFactory(name="Нина Савельева", partner__manager__email="olga@lbg.example").partner
    invoice = press(make_draft(head, partner=partner), head)
    messages = messages_of(invoice)
    letter, sms = messages["email"], messages["sms"]
    file = letter.attachments.get()

    assert invoice.state == "issued"
    assert (letter.recipient, sms.recipient) == (EMAIL, PHONE)
    assert letter.reply_to == "olga@lbg.example"
    assert f"№ {invoice.number} от" in letter.subject
    assert letter.body.startswith("Здравствуйте, Нина Савельева!")
    assert invoice.purpose in letter.body
    assert sms.body == f"Счёт № {invoice.number} на 65\N{NO-BREAK SPACE}000 р. отправлен на почту"
    assert (bytes(file.content), file.sha256) == (bytes(invoice.pdf.content), invoice.pdf.sha256)
    assert file.name.startswith(f"Счёт № {invoice.number} от ")


def test_when_queueing_fails_nothing_is_issued_and_no_number_is_taken(head, monkeypatch):
    draft = make_draft(head)

    def broken(**values):
        raise RuleViolation("sms_too_long", "слишком длинно")

    monkeypatch.setattr(sending_module, "queue_sms", broken)
    with pytest.raises(RuleViolation):
        press(draft, head)

    draft.refresh_from_db()
    assert (draft.state, Message.objects.count()) == ("draft", 0)
    assert not InvoiceCounter.objects.filter(last_number__gt=0).exists()


@pytest.mark.parametrize(("email", "code"), [("", "send_needs_email"), ("нет адреса", "email_wrong")])
def test_without_an_address_nothing_is_issued(email, code, head):
    draft = make_draft(head)
    with pytest.raises(RuleViolation) as refusal:
        press(draft, head, email=email)

    draft.refresh_from_db()
    assert (refusal.value.code, draft.state) == (code, "draft")


def test_without_a_phone_only_the_letter_goes(head):
    assert set(messages_of(press(make_draft(head), head, phone=""))) == {"email"}


def test_it_is_sent_again_later_and_the_same_form_only_once(head):
    invoice, key = issue(head), uuid4()
    for _ in range(2):
        send_invoice(invoice, email="b@example.ru", phone="", by=head, now=timezone.now(), request_key=key)
    send_invoice(invoice, email="b@example.ru", phone="", by=head, now=timezone.now(), request_key=uuid4())

    assert Message.objects.filter(recipient="b@example.ru").count() == 2
    assert invoice.deliveries.count() == 2


def test_a_draft_and_a_cancelled_invoice_are_not_sent(head):
    cancelled = issue(head)
    cancel_invoice(cancelled, reason="ошибка", by=head, now=timezone.now())

    for invoice in (make_draft(head), cancelled):
        with pytest.raises(RuleViolation) as refusal:
            send_invoice(invoice, email=EMAIL, phone="", by=head, now=timezone.now())
        assert refusal.value.code == "invoice_not_issued"


def test_one_sends_the_invoices_of_ones_own_partners_only(head):
    manager = SupportFactory()
    own, foreign = issue(head, partner=PartnerFactory(manager=manager)), issue(head)
    send_invoice(own, email=EMAIL, phone="", by=manager, now=timezone.now())

    for by, invoice in ((manager, foreign), (SalesFactory(), own), (MarketerFactory(), own)):
        with pytest.raises(PermissionDenied):
            send_invoice(invoice, email=EMAIL, phone="", by=by, now=timezone.now())


@pytest.mark.parametrize(
    ("utc", "goes"),
    [
        ((2026, 11, 23, 8, 0), (2026, 11, 23, 8, 0)),  # 18:00 in Vladivostok
        ((2026, 11, 23, 10, 0), (2026, 11, 23, 23, 0)),  # 20:00 there: at 9:00 of the next day
        ((2026, 11, 23, 20, 0), (2026, 11, 23, 23, 0)),  # 6:00 there
        ((2026, 11, 22, 23, 0), (2026, 11, 22, 23, 0)),  # 9:00 there
    ],
)
def test_an_sms_wakes_nobody(utc, goes):
    assert sms_goes_at("Asia/Vladivostok", datetime(*utc, tzinfo=UTC)) == datetime(*goes, tzinfo=UTC)


def test_the_deal_tells_of_it(head):
    invoice = addon_invoice(by=head)
    send_invoice(invoice, email=EMAIL, phone=PHONE, by=head, now=timezone.now())
    entries, _next, _counts = timeline(invoice.deal, head, before=timezone.now())

    assert [entry.text for entry in entries if entry.icon == "send"] == [f"№ {invoice.number} — {EMAIL}: в очереди"]


# --- When it does not arrive ------------------------------------------------------------------------------------------


def told(user) -> set[int]:
    return set(AlertNotice.objects.open_for(user).values_list("alert__deal", flat=True))


def fail(invoice: Invoice, channel: str = "email") -> None:
    """The gateway refuses the waiting message of the channel for good, the others are taken."""
    now = timezone.now() + timedelta(days=1)
    while turn := claim(now):
        settle(turn, Refused("550 такого ящика нет") if turn.message.channel == channel else Accepted(), now)


def test_the_manager_hears_at_once_of_a_letter_that_did_not_arrive_and_it_passes_when_it_is_sent_anew(head):
    invoice = addon_invoice(by=head)
    manager = invoice.deal.manager
    send_invoice(invoice, email=EMAIL, phone=PHONE, by=head, now=timezone.now())
    fail(invoice)
    assert told(manager) == {invoice.deal_id}
    page = signed_in(head).get(reverse("invoices:invoice", args=[invoice.pk]))
    assert "550 такого ящика нет" in text_of(page)

    send_invoice(invoice, email="b@example.ru", phone="", by=head, now=timezone.now())
    flag_undelivered_invoices(timezone.now())
    assert told(manager) == set()


def test_an_invoice_without_a_deal_is_told_on_the_partners_newest_open_deal(head):
    deal = AddonFactory()
    newest = AddonFactory(partner=deal.partner, manager=deal.manager)
    invoice = issue(head, partner=deal.partner)
    send_invoice(invoice, email=EMAIL, phone="", by=head, now=timezone.now())
    fail(invoice)

    assert told(deal.manager) == {newest.pk}


def test_what_arrived_and_what_was_cancelled_rings_no_bell(head):
    fine, cancelled = addon_invoice(by=head), addon_invoice(by=head)
    for invoice in (fine, cancelled):
        send_invoice(invoice, email=EMAIL, phone="", by=head, now=timezone.now())
    cancel_message(messages_of(cancelled)["email"], reason="не надо", by=head, now=timezone.now())
    send_due()
    flag_undelivered_invoices(timezone.now())

    assert not AlertNotice.objects.filter(alert__kind="delivery_failed").exists()


# --- Pressed many times -----------------------------------------------------------------------------------------------

TWICE = 20


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_button_pressed_twice_at_once_gives_one_invoice_one_letter_and_one_sms(settings):
    """Through the whole page, with real threads: the draft that the first press makes is the second one's, too."""
    head = HeadFactory()
    partner = ContactFactory().partner
    data = form_data(partner, one_line(), do="send", buyer_email=EMAIL, buyer_phone=PHONE, is_with_sms="on")

    def send(key) -> int:
        try:
            return signed_in(head).post(reverse("invoices:new"), data | {"request_key": key}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        keys = [uuid4() for _ in range(TWICE)]
        codes = list(pool.map(send, [key for key in keys for _ in range(2)]))

    assert set(codes) == {302}
    assert sorted(Invoice.objects.values_list("number", flat=True)) == list(range(1, TWICE + 1))
    assert Message.objects.count() == Delivery.objects.count() == 2 * TWICE


# --- The pages --------------------------------------------------------------------------------------------------------


def test_the_form_offers_the_main_contact_and_shows_what_will_be_sent(head):
    SellerFactory()
    contact = ContactFactory(email=EMAIL, phone=PHONE)
    response = signed_in(head).get(reverse("invoices:new"), {"partner": contact.partner_id})
    form, sending = response.context["editor"].form, response.context["preview"].sending

    assert (form["buyer_email"].value(), form["is_with_sms"].value()) == (EMAIL, True)
    assert "+7\N{NO-BREAK SPACE}900" in str(form["buyer_phone"])
    assert "Здравствуйте, Лариса Чернова!" in text_of(response)
    assert sending.segments.parts == 1
    assert 'value="send"' in text_of(response)


def test_issue_and_send_from_the_form(head):
    partner = ContactFactory().partner
    data = form_data(partner, one_line(), do="send", buyer_email=EMAIL, buyer_phone="8 900 000-52-06", is_with_sms="on")
    response = signed_in(head).post(reverse("invoices:new"), data)
    invoice = Invoice.objects.get()

    assert response.url == reverse("invoices:invoice", args=[invoice.pk])
    assert {message.recipient for message in messages_of(invoice).values()} == {EMAIL, PHONE}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"buyer_email": ""}, "buyer_email"),
        ({"buyer_email": "нет"}, "buyer_email"),
        ({"buyer_phone": "12"}, "buyer_phone"),
    ],
)
def test_a_wrong_address_is_said_at_its_field_and_nothing_typed_is_lost(fields, field, head):
    partner = ContactFactory().partner
    data = form_data(partner, one_line("65 123"), do="send", buyer_email=EMAIL, buyer_phone=PHONE, is_with_sms="on")
    response = signed_in(head).post(reverse("invoices:new"), data | fields)

    assert response.status_code == 422
    assert field in response.context["editor"].form.errors
    assert "65 123" in text_of(response)
    assert not Invoice.objects.filter(state="issued").exists()


@pytest.mark.django_db
def test_who_may_not_issue_has_no_button_and_is_refused():
    manager = SupportFactory()
    partner = ContactFactory(partner__manager=manager).partner
    seller, client = SellerFactory(), signed_in(manager)
    page = client.get(reverse("invoices:new"), {"partner": partner.pk})
    data = form_data(partner, one_line(), seller=seller.pk, do="send", buyer_email=EMAIL)

    assert 'value="send"' not in text_of(page)
    assert client.post(reverse("invoices:new"), data).status_code == 403
    assert not Invoice.objects.exists()


def test_the_invoice_shows_each_message_its_state_and_tries(head):
    invoice, client = press(make_draft(head, partner=ContactFactory().partner), head), signed_in(head)
    page = client.get(reverse("invoices:invoice", args=[invoice.pk]))
    assert page.context["is_moving"]
    assert 'hx-trigger="every 5s"' in text_of(page)
    assert EMAIL in text_of(page)

    send_due(clock=lambda: timezone.now() + timedelta(days=1))
    fragment = client.get(reverse("invoices:deliveries", args=[invoice.pk]))
    assert "every 5s" not in text_of(fragment)
    assert "<html" not in text_of(fragment)
    assert [row.badge.text for row in fragment.context["deliveries"]] == ["оставлено здесь"] * 2


def test_it_is_sent_from_the_page_of_the_invoice(head):
    invoice, client = issue(head, partner=ContactFactory(email=EMAIL).partner), signed_in(head)
    page = client.get(reverse("invoices:invoice", args=[invoice.pk]))
    form = page.context["send_form"]
    url = reverse("invoices:send", args=[invoice.pk])
    data = {"request_key": form["request_key"].value(), "buyer_email": "b@example.ru", "buyer_phone": ""}
    refused = client.post(url, data | {"buyer_email": "плохо"})
    answers = [client.post(url, data).status_code for _ in range(2)]

    assert form["buyer_email"].value() == EMAIL
    assert (refused.status_code, "плохо" in text_of(refused)) == (422, True)
    assert answers == [302, 302]
    assert [message.recipient for message in Message.objects.all()] == ["b@example.ru"]


def test_strangers_and_those_without_the_right_send_nothing(head):
    invoice, manager = issue(head), SupportFactory()
    seller = SalesFactory()
    url = reverse("invoices:send", args=[invoice.pk])
    data = {"buyer_email": EMAIL}

    assert signed_in(manager).post(url, data).status_code == 404
    assert signed_in(seller).post(url, data).status_code == 403
    assert signed_in(MarketerFactory()).get(reverse("invoices:deliveries", args=[invoice.pk])).status_code == 403
    assert not Message.objects.exists()
