"""Many rows in the browser: chosen in the Russian layout, by mouse and by finger, previewed, changed, put back."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.tests.factories import HeadFactory, SupportFactory
from core import moscow
from deals.tests.factories import DealFactory, TaskFactory
from e2e.steps import log_in
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/deals/board/renewal/?layout=list"
BOARD = "/deals/board/renewal/?layout=board"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def deals():
    manager = SupportFactory()
    names = ["ИП Абрамова", "ИП Белкин", "ИП Власов", "ИП Громов"]
    found = [
        DealFactory(
            partner=PartnerFactory(name=name, manager=manager), term_ends_on=moscow.today(timezone.now()) + timedelta(n)
        )
        for n, name in enumerate(names, start=20)
    ]
    for deal in found[:3]:
        TaskFactory(deal=deal)
    return found


def russian(page: Page, code: str, letter: str, shift: bool = False) -> None:
    """A key of the Russian layout: the letter is Cyrillic, the place on the keyboard is `code`."""
    keyboard = page.context.new_cdp_session(page)
    for kind in ("keyDown", "keyUp"):
        keyboard.send(
            "Input.dispatchKeyEvent", {"type": kind, "code": code, "key": letter, "modifiers": 8 if shift else 0}
        )


def stages(deals):
    for deal in deals:
        deal.refresh_from_db()
    return [deal.stage.role for deal in deals]


def boxes(page: Page):
    return page.locator("[data-pick]")


def asked(page: Page, verb: str):
    """The dialog of a button of the bar, once it listens to what is chosen in it."""
    page.locator(".bulk").get_by_role("button", name=verb).click()
    return listening(page)


def listening(page: Page):
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    expect(page.locator(".htmx-added, .htmx-settling")).to_have_count(0)
    return dialog


def test_from_the_keyboard_in_the_russian_layout(page, live_server, deals):
    log_in(page, live_server.url, deals[0].manager, LIST)
    bar = page.locator(".bulk")
    expect(bar).to_be_hidden()

    russian(page, "KeyJ", "о")
    russian(page, "KeyX", "ч")
    expect(bar).to_contain_text("Выбрано 1")
    russian(page, "KeyJ", "о")
    russian(page, "KeyJ", "о")
    russian(page, "KeyX", "Ч", shift=True)
    expect(bar).to_contain_text("Выбрано 3")
    russian(page, "KeyD", "в")
    dialog = listening(page)
    dialog.locator("[name=day]").nth(2).focus()
    page.keyboard.press("Space")
    expect(dialog.locator(".bulk-lines li")).to_have_count(3)
    dialog.get_by_role("button", name="Перенести дела: 3").focus()
    page.keyboard.press("Enter")

    report = page.locator("dialog[open]")
    expect(report).to_contain_text("Изменены 3 строки")
    day = moscow.today(timezone.now()) + timedelta(days=2)
    assert {moscow.today(deal.tasks.get().due_at) for deal in deals[:3]} == {day}
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()


def test_escape_lets_go_of_the_choice_and_of_nothing_else(page, live_server, deals):
    log_in(page, live_server.url, deals[0].manager, LIST)
    boxes(page).first.click()
    page.get_by_role("button", name="Перенести на статус").click()
    expect(page.locator("dialog[open]")).to_be_visible()

    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(boxes(page).first).to_be_checked()
    page.keyboard.press("Escape")

    expect(boxes(page).first).not_to_be_checked()
    expect(page.locator(".bulk")).to_be_hidden()
    assert page.url.endswith(LIST)


def test_by_mouse_a_range_is_moved_and_put_back(page, live_server, deals):
    log_in(page, live_server.url, deals[0].manager, LIST)
    boxes(page).nth(0).click()
    boxes(page).nth(2).click(modifiers=["Shift"])
    expect(page.locator(".bulk")).to_contain_text("Выбрано 3")

    dialog = asked(page, "Перенести на статус")
    dialog.locator("[name=stage]").select_option(label="Есть вопросы")
    expect(dialog.locator(".bulk-lines li")).to_have_count(3)
    dialog.get_by_role("button", name="Перенести на статус: 3").click()
    expect(page.locator("dialog[open]")).to_contain_text("Изменены 3 строки")
    assert stages(deals) == ["troubled"] * 3 + ["healthy"]
    page.keyboard.press("z")

    expect(page.locator(".toast")).to_contain_text("Возвращено на место: 3 строки")
    assert stages(deals) == ["healthy"] * 4


def test_all_of_the_filter_and_those_that_cannot_are_named(page, live_server, deals):
    bare = deals[3]
    bare.amount = bare.package = None
    bare.save()
    log_in(page, live_server.url, deals[0].manager, LIST)
    boxes(page).first.click()
    page.get_by_label("все 4").click()
    expect(page.locator(".bulk")).to_contain_text("Выбрано 4")

    dialog = asked(page, "Перенести на статус")
    dialog.locator("[name=stage]").select_option(label="Должен оплатить продление")

    expect(dialog.locator(".bulk-lines--unable li")).to_contain_text(["ИП Громов"])
    expect(dialog.locator(".bulk-lines--unable")).to_contain_text("Выберите пакет продления.")
    dialog.get_by_role("button", name="Перенести на статус: 3").click()
    expect(page.locator("dialog[open]")).to_contain_text("Изменены 3 строки")
    assert stages(deals) == ["due"] * 3 + ["healthy"]


def test_on_the_board_cards_keep_their_mark_when_it_is_read_anew(page, live_server, deals):
    head = HeadFactory()
    log_in(page, live_server.url, head, BOARD)
    next_manager = SupportFactory(first_name="Борис", last_name="Сменщик")
    card = page.locator(f"[data-deal='{deals[0].pk}']")
    card.locator("[data-card-link]").focus()
    russian(page, "KeyX", "ч")
    page.keyboard.press("ArrowDown")
    russian(page, "KeyX", "ч")
    expect(page.locator(".bulk")).to_contain_text("Выбрано 2")

    page.evaluate("document.dispatchEvent(new CustomEvent('deal:moved'))")
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-pick]:checked")).to_have_count(2)
    dialog = asked(page, "Сменить ответственного")
    dialog.locator("[name=manager]").select_option(str(next_manager.pk))
    dialog.get_by_role("button", name="Сменить ответственного: 2").click()
    expect(page.locator("dialog[open]")).to_contain_text("Изменены 2 строки")
    page.locator("dialog[open]").get_by_role("button", name="Вернуться к списку").click()

    expect(card.get_by_role("img", name="Борис Сменщик")).to_be_visible()
    expect(page.locator(".bulk")).to_be_hidden()


def test_the_chosen_rows_go_out_as_a_file_and_the_page_stays(page, live_server, deals):
    log_in(page, live_server.url, deals[0].manager, LIST)
    boxes(page).nth(1).click()
    page.locator(".bulk").get_by_role("button", name="Выгрузить").click()
    with page.expect_download() as started:
        page.locator("#bulk-export").get_by_role("button", name="CSV").click()

    text = Path(started.value.path()).read_text(encoding="utf-8-sig")
    [row] = csv.DictReader(text.splitlines(), delimiter=";")
    assert row["Партнёр"] == "ИП Белкин"
    assert started.value.suggested_filename.startswith("Продления 20")
    page.locator(".topbar").get_by_role("button", name="Выгрузить").click()
    with page.expect_download() as started:
        page.locator("#export-menu").get_by_role("button", name="Excel").click()
    assert started.value.suggested_filename.endswith(".xlsx")
    expect(boxes(page).nth(1)).to_be_checked()


def test_the_head_gives_partners_to_another_manager(page, live_server, deals):
    next_manager = SupportFactory(first_name="Борис", last_name="Сменщик")
    log_in(page, live_server.url, HeadFactory(), "/partners/")
    russian(page, "KeyJ", "о")
    russian(page, "KeyX", "ч")
    boxes(page).nth(1).click()

    dialog = asked(page, "Сменить ответственного")
    dialog.locator("[name=manager]").select_option(str(next_manager.pk))
    expect(dialog.locator(".bulk-lines li")).to_contain_text(["Борис Сменщик · 1 сделка"] * 2)
    dialog.get_by_role("button", name="Сменить ответственного: 2").click()
    page.locator("dialog[open]").get_by_role("button", name="Вернуться к списку").click()

    expect(page.locator("tbody").get_by_role("img", name="Борис Сменщик")).to_have_count(2)


def test_enter_on_a_box_opens_its_row(page, live_server, deals):
    log_in(page, live_server.url, deals[0].manager, LIST)
    boxes(page).first.click()

    page.keyboard.press("Enter")

    page.wait_for_url(f"**/deals/{deals[0].pk}/")


def test_on_the_phone_with_a_finger(browser, live_server, deals):
    context = browser.new_context(locale="ru-RU", viewport=PHONE, has_touch=True, timezone_id="Europe/Moscow")
    page = context.new_page()
    log_in(page, live_server.url, deals[0].manager, LIST)
    boxes(page).nth(0).tap()
    boxes(page).nth(1).tap()
    bar = page.locator(".bulk")
    expect(bar).to_contain_text("Выбрано 2")
    assert all(button.bounding_box()["height"] >= 44 for button in bar.get_by_role("button").all())

    bar.get_by_role("button", name="Перенести дела").tap()
    dialog = listening(page)
    dialog.locator(".ruler label").nth(1).tap()
    dialog.get_by_role("button", name="Перенести дела: 2").tap()

    expect(page.locator("dialog[open]")).to_contain_text("Изменены 2 строки")
    page.locator("dialog[open]").get_by_role("button", name="Вернуться к списку").tap()
    expect(bar).to_be_hidden()
    context.close()


def test_without_scripts_the_same_goes_by_plain_forms(browser, live_server, deals):
    context = browser.new_context(locale="ru-RU", java_script_enabled=False)
    page = context.new_page()
    log_in(page, live_server.url, deals[0].manager, LIST)
    boxes(page).nth(0).check()
    boxes(page).nth(3).check()

    page.get_by_role("button", name="Перенести на статус").click()
    page.locator("[name=stage]").select_option(label="Есть вопросы")
    page.get_by_role("button", name="Показать, что изменится").click()
    expect(page.locator(".bulk-lines li")).to_have_count(2)
    page.get_by_role("button", name="Перенести на статус: 2").click()

    expect(page.locator("main")).to_contain_text("Изменены 2 строки")
    assert stages(deals) == ["troubled", "healthy", "healthy", "troubled"]
    page.get_by_role("link", name="Вернуться к списку").click()
    assert page.url.endswith(LIST)
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_bar_and_the_preview(browser, live_server, deals, theme):
    page = browser.new_context(bypass_csp=True, locale="ru-RU", color_scheme=theme, reduced_motion="reduce").new_page()
    log_in(page, live_server.url, deals[0].manager, LIST)
    boxes(page).first.click()
    bar = Axe().run(page).response["violations"]
    dialog = asked(page, "Перенести на статус")
    dialog.locator("[name=stage]").select_option(label="Есть вопросы")
    expect(dialog.locator(".bulk-lines li")).to_have_count(1)

    assert [violation["id"] for violation in [*bar, *Axe().run(page).response["violations"]]] == []
    page.context.close()
