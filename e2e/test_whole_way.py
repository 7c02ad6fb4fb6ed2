"""One partner's whole way through the house, in the browser, by the people who do it."""

import io
import re
from datetime import timedelta
from decimal import Decimal

import pypdfium2
import pytest
import zxingcpp
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.tests.factories import DirectorFactory, HeadFactory, SalesFactory, SupportFactory
from catalog.tests.factories import ContractOfferFactory, PackageFactory
from deals.models import Deal, Handoff
from deals.tests.test_comment_text import RIGHT
from e2e.steps import log_in
from e2e.test_comment import paste
from invoices.models import Invoice
from invoices.tests.factories import SellerFactory

pytestmark = pytest.mark.django_db(transaction=True)

PARTNER = "ООО «Амур-Банкротство»"


@pytest.fixture
def house(fresh_house):
    """What stands before the story begins: people, a package, an offer, a seller."""
    SellerFactory(is_default=True)
    ContractOfferFactory()
    return {
        "sales": SalesFactory(),
        "support": SupportFactory(can_issue_invoices=True),
        "head": HeadFactory(),
        "director": DirectorFactory(),
        "package": PackageFactory(),
    }


def test_from_the_handover_to_the_next_renewal(page, live_server, house):
    address = live_server.url

    sales_hands_over(page, address, house)
    support_accepts(page, address, house)
    deal = Deal.objects.get(partner__name=PARTNER)
    support_comments(page, address, deal)
    renewal = support_completes_the_first_deal(page, address, deal)
    support_moves_to_due(page, address, renewal)
    invoice = support_issues_the_invoice(page, address, renewal)
    the_pdf_pays_by_its_code(page, address, invoice)
    two_people_record_the_money(page, address, house, invoice)
    the_next_renewal_has_appeared(page, address, house, renewal)


def sales_hands_over(page: Page, address: str, house: dict) -> None:
    log_in(page, address, house["sales"], "/deals/handoffs/new/")
    page.fill("[name=name]", PARTNER)
    page.fill("[name=city]", "Хабаровск")
    page.fill("[name=contact_name]", "Денис Ланской")
    page.fill("[name=phone]", "8 (900) 000-38-11")
    page.fill("[name=email]", "amur@example.ru")
    page.select_option("[name=package]", str(house["package"].pk))
    page.fill("[name=paid_on]", timezone.localdate().isoformat())
    page.fill("[name=amount]", "186 000")
    page.fill("[name=main_comment]", "Хочет быстрый старт: первые заявки за 5 дней.")
    page.fill("[name=agreements]", "Разбор звонков через месяц")
    page.select_option("[name=manager]", str(house["support"].pk))
    page.locator(".foot .btn--primary").click()
    page.wait_for_url(re.compile(r"/deals/handoffs/(\?|$)"))

    handoff = Handoff.objects.get()
    assert handoff.accept_by == handoff.paid_on + timedelta(days=1)
    assert handoff.deal.contact.phone == "+79000003811"


def support_accepts(page: Page, address: str, house: dict) -> None:
    log_in(page, address, house["support"], "/day/")
    card = page.locator(".rail .card", has_text="Амур-Банкротство")
    expect(card.locator(".countdown")).to_contain_text("осталось")
    card.locator(".btn").click()
    page.locator(".handoff-accept .btn--primary").click()

    expect(page.locator(".toast").last).to_contain_text("Амур-Банкротство")
    handoff = Handoff.objects.get()
    assert handoff.accepted_by == house["support"]
    assert handoff.deal.stage.role == "accepted"


def support_comments(page: Page, address: str, deal: Deal) -> None:
    page.goto(f"{address}/deals/{deal.pk}/")
    page.locator(".comment-open").click()
    paste(page, "was", RIGHT)
    expect(page.locator("[name=requests]")).to_have_value("30")
    page.locator(".ruler label").nth(2).click()
    page.locator(".comment-foot .btn--primary").click()

    expect(page.locator(".feed")).to_contain_text("Рекомендую продавать дороже")
    assert deal.tasks.open().get().title.startswith("Нужно созвониться")


def support_completes_the_first_deal(page: Page, address: str, deal: Deal) -> Deal:
    page.locator(".stages a", has_text="Получает заявки").click()

    link = page.locator(".note--ok a")
    expect(link).to_be_visible()
    link.click()
    expect(page.locator(".stages [aria-current]")).to_contain_text("Всё хорошо")
    return Deal.objects.get(previous_deal=deal)


def support_moves_to_due(page: Page, address: str, renewal: Deal) -> None:
    page.goto(f"{address}/deals/{renewal.pk}/")
    page.locator(".stages a", has_text="Должен оплатить").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("[name=discount_percent]").fill("7")
    expect(dialog.locator("#stage-price")).to_contain_text("172")
    dialog.locator(".dialog-foot .btn--primary").click()

    expect(page.locator(".stages [aria-current]")).to_contain_text("Должен оплатить")


def support_issues_the_invoice(page: Page, address: str, renewal: Deal) -> Invoice:
    page.locator(".deal-actions a", has_text="Счёт").click()
    expect(page.locator(".rail--invoice")).to_contain_text("БЕЗ НДС")
    page.locator("[name=do][value=issue]").click()
    page.wait_for_url(f"{address}/invoices/*/")

    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.number, invoice.amount) == ("issued", 1, Decimal("172980.00"))
    expect(page.locator(".purpose")).to_have_text(invoice.purpose)
    return invoice


def the_pdf_pays_by_its_code(page: Page, address: str, invoice: Invoice) -> None:
    """ГОСТ Р 56042-2014: the code on the page holds the account, the sum in kopecks and the purpose."""
    response = page.request.get(f"{address}/invoices/{invoice.pk}/pdf/")
    document = pypdfium2.PdfDocument(io.BytesIO(response.body()))
    codes = zxingcpp.read_barcodes(document[0].render(scale=4).to_pil())

    payload = dict(part.split("=", 1) for part in codes[0].text.split("|")[1:])
    assert codes[0].text.startswith("ST00012|")
    assert (payload["Sum"], payload["Purpose"]) == ("17298000", invoice.purpose)


def two_people_record_the_money(page: Page, address: str, house: dict, invoice: Invoice) -> None:
    log_in(page, address, house["head"], f"/invoices/{invoice.pk}/")
    page.locator("#payment .btn--primary").click()
    expect(page.locator("main")).to_contain_text("ждёт второго человека")

    log_in(page, address, house["director"], f"/invoices/{invoice.pk}/")
    page.get_by_role("button", name="Подтвердить оплату").click()
    expect(page.locator(".totals")).to_contain_text("172\N{NO-BREAK SPACE}980")
    expect(page.locator("#payment")).to_have_count(0)


def the_next_renewal_has_appeared(page: Page, address: str, house: dict, renewal: Deal) -> None:
    renewal.refresh_from_db()
    following = renewal.next_deal
    assert (renewal.outcome, following.stage.role) == ("won", "healthy")
    assert following.term_starts_on == renewal.term_ends_on + timedelta(days=1)

    page.goto(f"{address}/overview/")
    expect(page.locator("main")).to_contain_text(house["support"].full_name)
    expect(page.locator("body")).to_contain_text("172\N{NO-BREAK SPACE}980")
    log_in(page, address, house["support"], f"/deals/{following.pk}/?tab=tasks")
    expect(page.locator(".task-list")).to_contain_text("деньги пришли")
