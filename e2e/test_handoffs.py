"""Sales hands a partner over, its manager accepts it into work: in the browser, as they do it (R1, R18)."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.tests.factories import MarketerFactory, SalesFactory, SupportFactory
from catalog.tests.factories import PackageFactory
from deals.models import Handoff
from deals.tests.factories import HandoffFactory, NewDealFactory
from e2e.steps import log_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def manager():
    return SupportFactory(first_name="Ольга", last_name="Мартынова")


def fill_in(page: Page, package) -> None:
    page.fill("[name=name]", "ООО «Амур-Банкротство»")
    page.fill("[name=city]", "Хабаровск")
    page.fill("[name=contact_name]", "Денис Ланской")
    page.fill("[name=phone]", "8 (900) 000-38-11")
    page.select_option("[name=package]", str(package.pk))
    page.fill("[name=amount]", "120 000")
    page.fill("[name=main_comment]", "Хочет быстрый старт: первые заявки за 5 дней.")
    page.fill("[name=agreements]", "Бесплатный разбор звонков через месяц\nСкидка 7 % на продление")


def test_from_the_sale_to_the_first_call(page: Page, live_server, manager):
    package = PackageFactory(name="Бизнес")

    # Sales types an INN wrongly: it is said at the field, and all that was typed is still there.
    log_in(page, live_server.url, SalesFactory(), "/deals/handoffs/new/")
    fill_in(page, package)
    page.fill("[name=inn]", "7707083894")
    page.locator(".foot .btn--primary").click()
    expect(page.locator("[name=inn]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=contact_name]")).to_have_value("Денис Ланской")

    page.fill("[name=inn]", "7707083893")
    page.locator(".foot .btn--primary").click()
    page.wait_for_url("**/deals/handoffs/?handoff=*")
    panel = page.get_by_role("complementary")
    expect(panel).to_contain_text("Амур-Банкротство")
    expect(panel).to_contain_text("Бесплатный разбор звонков")
    expect(page.locator("#accept-form")).to_have_count(0)

    # The manager opens the row, which loads the panel alone, and accepts by the key.
    log_in(page, live_server.url, manager, "/deals/handoffs/")
    expect(page.locator(".handoffs .countdown")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#accept-form")).to_be_visible()
    assert "handoff=" in page.url
    page.keyboard.press("a")
    page.wait_for_url(lambda url: url.endswith("/deals/handoffs/"))
    expect(page.locator(".toasts")).to_contain_text("Амур-Банкротство")
    expect(page.locator(".handoffs .countdown")).to_have_count(0)

    handoff = Handoff.objects.get()
    assert (handoff.accepted_by, handoff.deal.stage.role) == (manager, "accepted")
    assert handoff.deal.tasks.open().count() == 1


@pytest.mark.parametrize("width", [390, 1440])
def test_support_and_sales_talk_until_the_partner_is_accepted(page: Page, live_server, manager, width):
    seller = SalesFactory(first_name="Антон", last_name="Горин")
    handoff = HandoffFactory(deal=NewDealFactory(partner__manager=manager), sold_by=seller)
    panel = page.get_by_role("complementary")
    page.set_viewport_size({"width": width, "height": 844})

    def open_panel(person) -> None:
        log_in(page, live_server.url, person, "/deals/handoffs/")
        page.goto(f"{live_server.url}/deals/handoffs/?handoff={handoff.pk}")

    # The manager asks, by the key or by the button, and then returns what is incomplete.
    open_panel(manager)
    if width > 1000:
        page.keyboard.press("w")
        expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
        page.keyboard.type("Кто ведёт сайт?")
        page.keyboard.press("Control+Enter")
    else:
        panel.get_by_role("link", name="Спросить").click()
        page.get_by_role("dialog").get_by_role("textbox").fill("Кто ведёт сайт?")
        page.get_by_role("dialog").get_by_role("button", name="Спросить").click()
    expect(panel).to_contain_text("Кто ведёт сайт?")
    if width > 1000:
        page.keyboard.press("r")
    else:
        panel.get_by_role("link", name="Вернуть продажам").click()
    missing = page.get_by_role("dialog").get_by_role("textbox")
    expect(missing).to_have_value(re.compile("Доступы и контакт"))
    missing.fill(" ")
    missing.press("Control+Enter")
    expect(missing).to_have_attribute("aria-invalid", "true")
    missing.fill("Нет доступа к сайту")
    missing.press("Control+Enter")
    expect(panel).to_contain_text("Возвращено продажам")
    expect(page.locator("#accept-form")).to_have_count(0)

    # The seller answers, completes the information and hands the partner over again.
    open_panel(seller)
    expect(panel).to_contain_text("Возвращено вам")
    panel.get_by_label("Ответ", exact=True).fill("Их подрядчик Иван")
    panel.get_by_role("button", name="Ответить").click()
    expect(panel).to_contain_text("Их подрядчик Иван")
    panel.get_by_label("Доступы и контакт").check()
    panel.get_by_role("button", name="Сохранить информацию").click()
    expect(page.locator(".toasts")).to_contain_text("Информация сохранена")
    panel.get_by_label("Что добавлено").fill("Доступ выслан на почту")
    panel.get_by_role("button", name="Передать снова").click()
    expect(panel).to_contain_text("Доступ выслан на почту")

    # The manager reads the answers and accepts.
    open_panel(manager)
    expect(panel).to_contain_text("Их подрядчик Иван")
    page.get_by_role("button", name="Принять в работу").click()
    expect(page.locator(".toasts")).to_contain_text("Принято в работу")

    # The seller sees what became of it.
    log_in(page, live_server.url, seller, "/deals/handoffs/sold/")
    expect(page.locator(".sold")).to_contain_text("Ольга Мартынова")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_marketing_plans_the_campaign_and_moves_the_status(page: Page, live_server, manager):
    handoff = HandoffFactory(deal=NewDealFactory(partner__manager=manager))
    log_in(page, live_server.url, MarketerFactory(), "/deals/handoffs/")
    page.goto(f"{live_server.url}/deals/handoffs/?handoff={handoff.pk}")

    page.get_by_text("Запланировать кампанию").click()
    page.get_by_label("Планируемая кампания").fill("Поиск и РСЯ")
    page.get_by_role("button", name="Сохранить кампанию").click()
    expect(page.get_by_role("complementary")).to_contain_text("Поиск и РСЯ")
    page.get_by_label("Статус").select_option("preparing")
    page.get_by_role("button", name="Поставить статус").click()

    expect(page.get_by_label("История статуса")).to_contain_text("Кампания готовится")
    expect(page.get_by_role("complementary")).to_contain_text("Поиск и РСЯ")


def test_the_form_asks_for_what_the_package_needs(page: Page, live_server, manager):
    package = PackageFactory(name="CRM", needs_advertising=False)
    log_in(page, live_server.url, SalesFactory(), "/deals/handoffs/new/")
    page.fill("[name=geography]", "Омск")

    page.select_option("[name=package]", str(package.pk))

    expect(page.locator("[name=geography]")).to_have_count(0)
    expect(page.locator("[name=has_access]")).to_have_count(1)


def test_the_date_of_payment_moves_the_deadline_that_is_shown(page: Page, live_server, manager):
    log_in(page, live_server.url, SalesFactory(), "/deals/handoffs/new/")
    expect(page.locator("#deadline .countdown--plain, #deadline .countdown--warn")).to_have_count(1)

    page.fill("[name=paid_on]", "2020-01-10")
    page.locator("[name=amount]").focus()

    expect(page.locator("#deadline .countdown--bad")).to_have_count(1)


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_sticks_out_of_the_page(page: Page, live_server, manager, width):
    handoff = HandoffFactory(deal=NewDealFactory(partner__manager=manager))
    log_in(page, live_server.url, manager, "/deals/handoffs/")
    page.set_viewport_size({"width": width, "height": 844})

    for path in ("", f"?handoff={handoff.pk}", "?view=all"):
        page.goto(f"{live_server.url}/deals/handoffs/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == width

    expect(page.locator(".handoffs")).to_contain_text("Правовой")
