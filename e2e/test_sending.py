"""«Выставить и отправить» in the browser: the letter and the SMS arrive at real servers on loopback (R10)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.header import decode_header, make_header

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.tests.factories import HeadFactory, SupportFactory
from catalog.tests.factories import ServiceFactory
from deals.tests.factories import AddonFactory
from e2e.steps import log_in
from invoices.models import Invoice
from invoices.tests.factories import SellerFactory
from messaging.models import Message
from messaging.reports import ask_for_reports
from messaging.sending import send_due
from messaging.tests.fake_gateway import fake_gateway
from messaging.tests.fake_mail import open_postbox
from partners.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def postbox(settings):
    with open_postbox(settings) as box:
        yield box


@pytest.fixture
def sms_gateway(settings):
    with fake_gateway() as (gateway, url):
        settings.SMS_GATEWAY, settings.SMS_HTTP_URL = "http", f"{url}/sms"
        settings.SMS_HTTP_STATUS_URL = f"{url}/status"
        yield gateway


@pytest.fixture
def deal():
    """An add-on that a manager with the right to issue has sold; it is daytime where the partner is."""
    SellerFactory()
    manager = SupportFactory(can_issue_invoices=True)
    service = ServiceFactory(name="Настройка CRM", price=Decimal(65000))
    made = AddonFactory(
        manager=manager,
        partner__manager=manager,
        partner__city__timezone=where_it_is_noon(),
        service=service,
        list_price=Decimal(65000),
        amount=Decimal(65000),
    )
    ContactFactory(partner=made.partner, name="Нина Савельева", email="saveleva@example.ru", phone="+79000005206")
    return made


def where_it_is_noon() -> str:
    """A zone whose clocks show between noon and one, whatever the hour at which the test runs."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


def in_two_days():
    return timezone.now() + timedelta(days=2)


def test_one_press_and_the_partner_has_the_letter_with_the_pdf_and_the_sms(
    page, live_server, deal, postbox, sms_gateway
):
    sms_gateway.behave = ["take_and_cut"]  # it takes the SMS and hangs up: one asks, and sends nothing twice
    log_in(page, live_server.url, deal.manager, f"/invoices/new/?deal={deal.pk}")
    expect(page.locator("#sending-texts")).to_contain_text("Счёт № 1 на 65\N{NO-BREAK SPACE}000 р.")
    page.fill("[name=buyer_email]", "buh@example.ru")
    page.locator("[name=do][value=send]").click()
    page.wait_for_url(f"{live_server.url}/invoices/*/")
    expect(page.locator("#deliveries")).to_contain_text("buh@example.ru")
    expect(page.locator("#deliveries .chip").first).to_have_text("В очереди")

    send_due()
    send_due(clock=in_two_days)
    expect(page.locator("#deliveries")).to_contain_text("Отправлено")
    invoice = Invoice.objects.get()
    [(recipients, letter)] = postbox.letters
    assert recipients == ["buh@example.ru"]
    assert f"Счёт № {invoice.number} от" in str(make_header(decode_header(letter["Subject"])))
    assert letter.get_payload()[1].get_payload(decode=True) == bytes(invoice.pdf.content)
    sms = Message.objects.get(channel="sms")
    assert sms_gateway.sent == {str(sms.key): 1}

    sms_gateway.states[str(sms.key)] = "delivered"
    ask_for_reports(clock=lambda: in_two_days() + timedelta(hours=1))
    page.reload()
    expect(page.locator("#deliveries")).to_contain_text("Доставлено")


def test_the_head_reads_the_letter_in_the_outbox_as_the_partner_would(page, live_server, deal):
    head = HeadFactory()
    log_in(page, live_server.url, head, f"/invoices/new/?deal={deal.pk}")
    page.keyboard.press("Tab")
    page.locator("[name=buyer_email]").press("Control+Enter")
    page.wait_for_url(f"{live_server.url}/invoices/*/")
    send_due(clock=in_two_days)

    page.goto(f"{live_server.url}/outbox/?channel=email")
    page.locator("[data-row-link]").first.click()
    expect(page.locator(".letter-body")).to_contain_text("Здравствуйте, Нина Савельева!")
    expect(page.locator(".letter-body")).to_contain_text(Invoice.objects.get().purpose)
    with page.expect_download() as download:
        page.locator(".letter-files a").click()
    assert download.value.suggested_filename.startswith("Счёт № 1 от ")


def test_a_message_that_waits_is_held_with_a_reason_and_sent(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/invoices/new/?deal={deal.pk}")
    page.locator("[name=do][value=send]").click()
    page.wait_for_url(f"{live_server.url}/invoices/*/")
    page.locator("#deliveries a", has_text="saveleva").click()
    page.fill("[name=reason]", "просят подождать")
    page.get_by_role("button", name="Придержать").click()
    expect(page.locator(".topbar .chip")).to_have_text("Придержано")
    expect(page.locator("main")).to_contain_text("просят подождать")

    page.get_by_role("button", name="Отправить сейчас").click()
    expect(page.locator(".topbar .chip")).to_have_text("В очереди")


def test_the_head_changes_the_text_of_the_sms_and_sees_what_it_comes_to(page, live_server, deal):
    log_in(page, live_server.url, HeadFactory(), "/outbox/templates/invoice.sms/")
    page.fill("[name=body]", "Счёт № {number} на {amount} р. отправлен на почту. Вопросы: {manager}, {seller_phone}")
    expect(page.locator("#template-preview")).to_contain_text("2 части")
    page.locator(".foot--actions .btn--primary").click()
    expect(page.locator(".template-history")).to_be_visible()

    page.goto(f"{live_server.url}/invoices/new/?deal={deal.pk}")
    expect(page.locator("#sending-texts")).to_contain_text("Вопросы: ")
