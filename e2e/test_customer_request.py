"""A stranger fills in the request, the manager has it at once, and one press makes the invoice (R20)."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.tests.factories import SupportFactory
from catalog.tests.factories import ServiceFactory
from e2e.steps import log_in
from invoices.models import CustomerRequest, Invoice
from invoices.tests.factories import SellerFactory
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def house(fresh_house):
    SellerFactory()
    manager = SupportFactory(can_issue_invoices=True)
    return {
        "manager": manager,
        "partner": PartnerFactory(manager=manager, inn="7707083893"),
        "service": ServiceFactory(name="Настройка CRM"),
    }


@pytest.fixture(autouse=True)
def no_haste(monkeypatch):
    """The browser is quicker than any person."""
    monkeypatch.setattr("invoices.request_form.FASTEST", timedelta(0))


def test_on_the_desk_by_mouse(page, live_server, house):
    page.set_viewport_size(DESK)
    page.goto(f"{live_server.url}/request/")
    page.fill("[name=tax_number]", "7707083894")
    page.locator("[name=payer_name]").click()
    expect(page.locator("#id_tax_number_error")).to_contain_text("Проверьте цифры")
    page.fill("[name=tax_number]", "7707083893")
    fill_in(page)
    expect(page.locator("#id_tax_number_error")).to_have_count(0)
    page.locator(".request-service", has_text="Настройка CRM").click()
    page.locator("[name=agrees]").check()
    page.get_by_role("button", name="Отправить заявку").click()
    page.wait_for_url("**/request/sent/")

    log_in(page, live_server.url, house["manager"], "/invoices/requests/")
    page.locator("[data-row-link]").click()
    page.get_by_role("button", name="Сделать счёт").click()
    page.wait_for_url(re.compile(r"/invoices/\d+/edit/"))
    expect(page.locator(".chip--ok")).to_contain_text("из заявки")
    page.locator("[name=do][value=issue]").click()
    page.wait_for_url(re.compile(r"/invoices/\d+/$"))

    the_invoice_is_out(house)


def test_on_the_phone_by_keyboard(page, live_server, house):
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/request/")
    page.locator("[name=payer_kind]:checked").focus()
    for expected, text in [
        ("country", ""),
        ("tax_number", "7707083893"),
        ("kpp", "773601001"),
        ("payer_name", "ООО «Ромашка»"),
        ("ogrn", ""),
        ("address", ""),
        ("contact_name", "Нина Савельева"),
        ("phone", "8 900 000-52-06"),
        ("email", "saveleva@example.ru"),
        ("city", "Владивосток"),
        ("wants_renewal", ""),
        ("services", " "),
    ]:
        page.keyboard.press("Tab")
        expect(page.locator(f"[name={expected}]:focus")).to_have_count(1)
        page.keyboard.press("Space") if text == " " else page.keyboard.type(text)
    page.locator("[name=agrees]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/request/sent/")

    log_in(page, live_server.url, house["manager"], "/invoices/requests/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/requests/\d+/"))
    page.keyboard.press("i")
    page.wait_for_url(re.compile(r"/invoices/\d+/edit/"))
    page.locator("[name=buyer_name]").focus()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/invoices/\d+/$"))

    the_invoice_is_out(house)


def fill_in(page: Page) -> None:
    page.fill("[name=kpp]", "773601001")
    page.fill("[name=payer_name]", "ООО «Ромашка»")
    page.fill("[name=contact_name]", "Нина Савельева")
    page.fill("[name=phone]", "8 900 000-52-06")
    page.fill("[name=email]", "saveleva@example.ru")
    page.fill("[name=city]", "Владивосток")


def the_invoice_is_out(house: dict) -> None:
    invoice, request = Invoice.objects.get(), CustomerRequest.objects.get()
    assert (request.state, request.invoice, request.partner) == ("invoiced", invoice, house["partner"])
    assert (invoice.state, invoice.buyer_name, invoice.buyer_inn) == ("issued", "ООО «Ромашка»", "7707083893")
    assert invoice.buyer_email == "saveleva@example.ru"
    assert [line.service for line in invoice.lines.all()] == [house["service"]]
