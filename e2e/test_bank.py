"""The bank statement in the browser, from the upload to the paid deal, decided by keyboard only (R11, R12)."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.tests.factories import HeadFactory, SupportFactory
from deals.models import Deal
from deals.tests.factories import AddonFactory
from e2e.steps import log_in
from invoices.actions import LineDraft
from invoices.models import Invoice
from invoices.tests.factories import SellerFactory, issue
from invoices.tests.statement_files import incoming, statement_text
from partners.models import Partner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def head(fresh_house):
    SellerFactory()
    return HeadFactory()


def addon(price: str, inn: str) -> Invoice:
    yesterday = timezone.localdate() - timedelta(days=1)
    deal = AddonFactory(amount=Decimal(price), list_price=Decimal(price))
    return issue(deal=deal, lines=[LineDraft(deal.service, Decimal(price))], buyer_inn=inn, dated_on=yesterday)


def write(path: Path, *rows: dict[str, str]) -> Path:
    yesterday = timezone.localdate() - timedelta(days=1)
    path.write_bytes(statement_text(*rows, first=yesterday, last=yesterday).encode("cp1251"))
    return path


def row(amount: str, number: str, purpose: str, inn: str = "7712345671") -> dict[str, str]:
    day = f"{timezone.localdate() - timedelta(days=1):%d.%m.%Y}"
    fields = {"НазначениеПлатежа": purpose, "ПлательщикИНН": inn, "Дата": day, "ДатаПоступило": day}
    return incoming(amount, number, **fields)


def test_from_the_upload_to_the_paid_deal_deciding_by_keyboard_only(page: Page, live_server, head, tmp_path):
    sure, part, other = (
        addon("65000.00", "7712345671"),
        addon("86000.00", "7712345671"),
        addon("30000.00", "7700000016"),
    )
    file = write(
        tmp_path / "kl_to_1c.txt",
        row("65000.00", "1", sure.purpose),
        row("43000.00", "2", f"Оплата по счёту № {part.number} частично, без НДС"),
        row("30000.00", "3", "Оплата, БЕЗ НДС", "500100732259"),
        row("9000.00", "4", "Возврат займа", "500100732259"),
    )
    log_in(page, live_server.url, head, "/bank/")
    expect(page.get_by_text("Новых платежей нет")).to_be_visible()
    page.set_input_files("#statement-file", file)

    # What is sure is matched by itself; the newest of the rest is open: a loan, to be returned.
    expect(page.locator(".bank-table tr[data-row]")).to_have_count(4)
    assert Deal.objects.get(pk=sure.deal_id).stage.role == "in_delivery"
    page.keyboard.press("r")
    page.keyboard.type("Возврат займа, не наша оплата")
    page.keyboard.press("Enter")

    # Nothing points to the third one's invoice: its number is typed.
    expect(page.locator("[data-payment]")).to_contain_text("30 000")
    page.keyboard.press("2")
    page.keyboard.type(str(other.number))
    page.keyboard.press("Enter")

    # The part asks why; without an answer it is refused, and nothing typed is lost.
    expect(page.locator("[data-payment]")).to_contain_text("43 000")
    page.keyboard.press("Enter")
    expect(page.locator("[data-decision] .error")).to_be_visible()
    page.keyboard.press("1")
    page.locator("[data-decision] select").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator(".bank-table .table-group", has_text="Нужно решение")).to_have_count(0)
    assert Deal.objects.get(pk=other.deal_id).stage.role == "in_delivery"
    assert Deal.objects.get(pk=part.deal_id).stage.role == "part_paid"
    assert part.lines.get().unpaid_reason == "later"


def test_r11_r17_from_the_statement_to_the_managers_task_and_report(page: Page, live_server, head, tmp_path):
    sure, manager = addon("65000.00", "7712345671"), SupportFactory()
    Partner.objects.update(manager=manager)
    Deal.objects.update(manager=manager)
    file = write(tmp_path / "kl_to_1c.txt", row("65000.00", "1", sure.purpose))
    log_in(page, live_server.url, head, "/bank/")
    page.set_input_files("#statement-file", file)
    expect(page.locator(".bank-table tr[data-row]")).to_have_count(1)

    page.context.clear_cookies()
    log_in(page, live_server.url, manager, f"/deals/{sure.deal_id}/?tab=tasks")
    expect(page.get_by_text("Сообщить партнёру, что деньги пришли").first).to_be_visible()
    yesterday = timezone.localdate() - timedelta(days=1)
    page.goto(f"{live_server.url}/payments/?month={yesterday:%Y-%m}")
    received = page.get_by_role("region", name="Полученные")
    expect(received.get_by_role("listitem")).to_contain_text(["65 000 ₽"])
    expect(received).to_contain_text("зачтён")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(str(sure.number))


def test_walking_the_list_opens_each_payment(page: Page, live_server, head, tmp_path):
    file = write(tmp_path / "a.txt", row("11.00", "1", "Оплата"), row("22.00", "2", "Оплата"))
    log_in(page, live_server.url, head, "/bank/")
    page.set_input_files("#statement-file", file)
    expect(page.locator("[data-payment]")).to_contain_text("22 ₽")
    page.keyboard.press("j")

    expect(page.locator("[data-payment]")).to_contain_text("11 ₽")
    expect(page.locator("tr.is-current")).to_contain_text("11 ₽")


def test_a_file_that_is_no_statement_is_refused_on_the_page(page: Page, live_server, head, tmp_path):
    file = tmp_path / "letter.txt"
    file.write_text("Здравствуйте, выписку пришлём завтра")
    log_in(page, live_server.url, head, "/bank/")
    page.set_input_files("#statement-file", file)

    expect(page.get_by_role("alert")).to_contain_text("не банковская выписка")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_fits(page: Page, live_server, head, tmp_path, width):
    invoice = addon("86000.00", "7712345671")
    file = write(tmp_path / "a.txt", row("43000.00", "2", f"Оплата по счёту № {invoice.number} частично, без НДС"))
    page.set_viewport_size({"width": width, "height": 844})
    log_in(page, live_server.url, head, "/bank/")
    page.set_input_files("#statement-file", file)
    expect(page.locator(".bank-table tr[data-row]")).to_have_count(1)
    page.locator(".bank-table [data-row-link]").click()
    expect(page.locator("[data-submit-decision]")).to_be_in_viewport()

    assert page.evaluate("document.documentElement.scrollWidth") == width
