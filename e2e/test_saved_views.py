"""Saved views in the browser: kept under a name, changed and taken back, by mouse and by keys, at both widths."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import HeadFactory
from deals.models import SavedView
from deals.tests.factories import DealFactory, TaskFactory
from e2e.steps import log_in
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)
BOARD = "/deals/board/renewal/"


@pytest.fixture
def idle():
    """A deal without a task, beside one that has its next step."""
    deal = DealFactory(partner=PartnerFactory(name="ООО «Сибзащита»"))
    TaskFactory(deal=DealFactory(partner=PartnerFactory(name="ИП Гусев М. Ю.", manager=deal.manager)))
    return deal


def open_list(page, live_server, person):
    """The deals without a task, as a list."""
    log_in(page, live_server.url, person, BOARD)
    page.goto(f"{live_server.url}{BOARD}?layout=list&task=none")


def views(page):
    return page.locator(".views-open")


@pytest.mark.parametrize("width", [390, 1440])
def test_a_filter_is_kept_changed_and_taken_back_by_mouse(page, live_server, idle, width):
    page.set_viewport_size({"width": width, "height": 844})
    open_list(page, live_server, idle.manager)

    page.get_by_role("link", name="Сохранить вид").click()
    page.get_by_role("button", name="Сохранить вид").click()
    expect(page.get_by_role("dialog")).to_contain_text("Назовите вид")
    page.get_by_label("Название").fill("Без дела")
    page.get_by_role("button", name="Сохранить вид").click()
    expect(views(page)).to_contain_text("Без дела")
    expect(page.locator("[data-deal]")).to_have_count(1)

    page.get_by_role("link", name="Убрать фильтр: Дело").click()
    expect(page.locator("[data-deal]")).to_have_count(2)
    expect(page.locator(".view-changed")).to_contain_text("изменён")
    page.get_by_role("link", name="Вернуть").click()
    expect(page.locator("[data-deal]")).to_have_count(1)
    expect(page.locator(".view-changed")).to_have_count(0)

    views(page).click()
    page.get_by_role("button", name="Убрать вид").click()
    expect(views(page)).to_have_text("Виды")
    page.locator(".toast").get_by_role("button", name="Отменить").click()
    expect(views(page)).to_contain_text("Без дела")
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [390, 1440])
def test_by_keys_alone_a_view_is_kept_and_the_board_begins_with_it(page, live_server, idle, width):
    page.set_viewport_size({"width": width, "height": 844})
    open_list(page, live_server, idle.manager)

    page.keyboard.press("v")
    expect(page.get_by_role("link", name="Все сделки")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type("Без дела")
    page.keyboard.press("Enter")
    expect(views(page)).to_contain_text("Без дела")

    page.keyboard.press("v")
    page.get_by_role("button", name="Открывать доску с этого вида").press("Enter")
    expect(page.locator(".toast")).to_contain_text("открывается вид «Без дела»")
    page.goto(live_server.url + BOARD)

    expect(views(page)).to_contain_text("Без дела")
    expect(page.locator("[data-deal]")).to_have_count(1)
    page.keyboard.press("v")
    expect(page.get_by_role("link", name="Все сделки")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-deal]")).to_have_count(2)


def test_the_head_shares_a_view_and_a_manager_sees_his_own_deals_through_it(page, live_server, idle):
    DealFactory(partner=PartnerFactory(name="ООО «Чужой»"))
    open_list(page, live_server, HeadFactory())
    page.get_by_role("link", name="Сохранить вид").click()
    page.get_by_label("Название").fill("Без дела")
    page.get_by_label("Показывать всем").check()
    page.keyboard.press("Enter")
    expect(views(page)).to_contain_text("Без дела")
    expect(page.locator("[data-deal]")).to_have_count(2)

    log_in(page, live_server.url, idle.manager, BOARD)
    views(page).click()
    page.locator("#views-menu").get_by_role("link", name="Без дела").click()

    expect(page.locator("[data-deal]")).to_have_count(1)
    expect(page.locator("[data-deal]")).to_contain_text("Сибзащита")
    views(page).click()
    expect(page.get_by_role("button", name="Убрать вид")).to_have_count(0)
    assert SavedView.objects.get().owner.role == "head"
