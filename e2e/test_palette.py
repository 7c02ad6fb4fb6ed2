"""Ctrl K from anywhere: found in the wrong layout, opened by keyboard and by mouse, on the desk and on the phone."""

import pytest
from playwright.sync_api import Page, expect

from deals.models import Deal
from deals.tests.factories import DealFactory, TaskFactory
from e2e.steps import log_in
from partners.models import Contact

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deal(fresh_house) -> Deal:
    deal = DealFactory(partner__name="ООО «Правовой вектор»", main_comment="Звонить после 12:00")
    Contact.objects.create(partner=deal.partner, name="Лариса Чернова", phone="+79123451427", is_primary=True)
    TaskFactory(deal=deal)
    return deal


def test_by_keyboard_in_the_wrong_layout_and_in_the_russian_one(page: Page, live_server, deal):
    log_in(page, live_server.url, deal.manager, "/day/")

    page.keyboard.press("Control+KeyK")
    field = page.get_by_role("combobox", name="Поиск и действия")
    expect(field).to_be_focused()
    page.keyboard.type("dtrnjh")
    option = page.get_by_role("option", name="Правовой вектор")
    expect(option.first).to_have_attribute("aria-selected", "true")
    expect(page.locator("#palette-preview")).to_contain_text("Звонить после 12:00")

    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="Позвонить: Лариса Чернова")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/partners/{deal.partner_id}/")

    # In the Russian layout the key K gives «л»; what counts is the key.
    page.evaluate("""() => document.body.dispatchEvent(new KeyboardEvent(
        "keydown", {key: "л", code: "KeyK", ctrlKey: true, bubbles: true, cancelable: true}))""")
    expect(field).to_be_focused()
    expect(page.get_by_role("option").first).to_contain_text("Правовой вектор")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_escape_gives_the_focus_back_and_letters_do_nothing_behind(page: Page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/")
    link = page.get_by_role("link", name="Продления").first
    link.focus()

    page.keyboard.press("Control+KeyK")
    page.keyboard.type("нет такого")
    expect(page.get_by_text("Ничего не нашлось")).to_be_visible()
    page.keyboard.press("Escape")

    expect(link).to_be_focused()


@pytest.mark.parametrize("width", [1440, 390])
def test_by_mouse_a_comment_is_two_clicks_away(page: Page, live_server, deal, width):
    page.set_viewport_size({"width": width, "height": 844})
    log_in(page, live_server.url, deal.manager, "/day/")

    page.get_by_role("link", name="Поиск и действия").click()
    page.keyboard.type("1427")
    page.get_by_role("option", name="Комментарий после звонка").click()

    page.wait_for_url(f"{live_server.url}/deals/{deal.pk}/?comment=1")
    expect(page.get_by_label("Было")).to_be_visible()
