"""The frame of the desk: keys in the Russian layout, settings, a session that ends, a connection that breaks."""

import re

import pypdfium2
import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.tests.factories import PASSWORD
from deals.models import CallComment, CommentDraft
from deals.tests.factories import DealFactory, HandoffFactory, TaskFactory
from e2e.steps import log_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deal():
    return TaskFactory(deal=DealFactory()).deal


@pytest.fixture
def day(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, "/day/")
    return page


def press_in_russian(page, code, letter, shift=False, ctrl=False):
    """What a Russian layout sends: the physical key is the same, the letter is another."""
    page.evaluate(
        """([code, key, shiftKey, ctrlKey]) => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", { code, key, shiftKey, ctrlKey, bubbles: true, cancelable: true }))""",
        [code, letter, shift, ctrl],
    )


def end_session():
    """As a log-out in another tab does."""
    Session.objects.all().delete()
    cache.clear()


# --- Keys ------------------------------------------------------------------------------------------------------------


def test_letters_work_by_their_place_on_the_keyboard(day, live_server):
    press_in_russian(day, "KeyG", "п")
    press_in_russian(day, "KeyR", "к")

    day.wait_for_url("**/deals/board/renewal/")


def test_the_list_of_keys_names_what_works_here_and_nothing_else(day, live_server):
    press_in_russian(day, "Digit7", "?", shift=True)
    keys = day.get_by_role("dialog", name="Клавиши")

    here = keys.get_by_role("region", name="На этой странице")
    expect(here).to_contain_text("вниз и вверх по строкам")
    expect(here.get_by_text("по карточкам доски")).to_be_hidden()
    expect(keys.get_by_role("region", name="Везде")).to_contain_text("этот список")
    expect(keys.get_by_role("region", name="Перейти: G, затем…")).to_contain_text("Мой день")
    day.keyboard.press("Escape")
    expect(keys).to_be_hidden()

    day.goto(f"{live_server.url}/deals/board/renewal/")
    day.keyboard.press("?")
    expect(here.get_by_text("по карточкам доски")).to_be_visible()
    expect(here.get_by_text("сохранить черновик")).to_be_hidden()


def test_what_a_page_has_under_a_key_goes_before_what_every_page_has(day, live_server):
    day.goto(f"{live_server.url}/invoices/")
    press_in_russian(day, "Slash", ".")

    expect(day.locator("main [type=search]")).to_be_focused()
    expect(day.locator("#palette")).to_be_hidden()

    day.keyboard.press("Escape")
    day.locator("h1").click()
    day.keyboard.press("f")
    expect(day.locator("#payment-filter")).to_be_visible()


def test_letters_typed_into_a_field_are_letters(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/?comment=1")
    field = page.locator("[name=was]")
    field.focus()
    page.keyboard.type("gr?")

    expect(field).to_have_value("gr?")
    expect(page.locator("#keys-help")).to_be_hidden()


def test_one_letter_keys_can_be_switched_off(day, live_server):
    day.goto(f"{live_server.url}/me/")
    day.get_by_text("Выключены", exact=True).click()
    expect(day.locator("html")).to_have_attribute("data-keys", "off")

    day.keyboard.press("g")
    day.keyboard.press("r")
    day.keyboard.press("?")
    expect(day.locator("#keys-help")).to_be_hidden()
    assert day.url.endswith("/me/")

    day.locator("main").get_by_role("button", name="Все клавиши").click()
    keys = day.get_by_role("dialog", name="Клавиши")
    expect(keys).to_contain_text("Однобуквенные клавиши выключены.")
    expect(keys).to_contain_text("закрыть и вернуться")
    expect(keys.get_by_text("этот список")).to_be_hidden()


# --- Settings --------------------------------------------------------------------------------------------------------


def test_theme_and_density_apply_at_once_and_what_is_typed_stays(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/?comment=1")
    page.locator("[name=was]").fill("Разобрали три звонка")
    page.locator(".me").click()
    page.locator("#me-menu").get_by_role("button", name="Тёмная").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("[name=was]")).to_have_value("Разобрали три звонка")
    deal.manager.refresh_from_db()
    assert deal.manager.theme == "dark"


def test_roomy_rows_are_eight_pixels_higher(day, live_server):
    row = day.locator("[data-row]").first
    before = row.bounding_box()["height"]
    day.goto(f"{live_server.url}/me/")
    day.get_by_text("Просторно", exact=True).click()
    expect(day.locator("html")).to_have_attribute("data-density", "roomy")
    day.goto(f"{live_server.url}/day/")

    assert row.bounding_box()["height"] - before >= 8


def test_the_language_is_kept_with_the_person(day, live_server):
    day.goto(f"{live_server.url}/me/")
    day.get_by_text("English", exact=True).click()

    expect(day.locator("html")).to_have_attribute("lang", "en")
    expect(day.get_by_role("heading", level=1)).to_have_text("Settings")


def test_a_list_prints_black_on_white_without_buttons_on_a_turned_sheet(day, live_server, deal):
    deal.manager.theme = "dark"
    deal.manager.save()
    day.goto(f"{live_server.url}/partners/")
    day.wait_for_load_state("networkidle")

    sheet = pypdfium2.PdfDocument(day.pdf(prefer_css_page_size=True))[0]

    text = sheet.get_textpage().get_text_bounded()
    assert deal.partner.name in text
    assert "Создать" not in text
    assert "Мой день" not in text
    assert sheet.get_width() > sheet.get_height()
    assert sheet.render(scale=0.2).to_pil().getpixel((2, 2)) == (255, 255, 255)


# --- The session is over ---------------------------------------------------------------------------------------------


def sign_in_over_the_page(page, password=PASSWORD):
    dialog = page.get_by_role("dialog", name="Войдите снова")
    expect(dialog).to_be_visible()
    dialog.get_by_label(re.compile("Пароль для")).fill(password)
    dialog.get_by_role("button", name="Войти").click()
    return dialog


@pytest.mark.refused(401, 403, 400)
def test_a_form_sent_after_the_session_ended_keeps_its_text_and_goes_after_signing_in(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/?comment=1")
    page.locator("[name=was]").fill("Разобрали три звонка с новыми клиентами")
    page.locator("[name=now]").fill("30 заявок, 4 встречи, 1 договор на 100 000 руб.")
    page.locator("[name=plans]").fill("Изучит материалы до среды")
    page.locator("[name=title]").fill("Узнать, внедрён ли скрипт")
    page.locator(".ruler label").nth(3).click()
    end_session()
    page.locator(".comment-foot .btn--primary").click()

    dialog = sign_in_over_the_page(page, "not the password")
    expect(dialog.get_by_role("alert")).to_contain_text("Пароль не подходит")
    expect(page.locator("[name=was]")).to_have_value("Разобрали три звонка с новыми клиентами")
    assert not CallComment.objects.exists()

    # The draft that saves itself meanwhile is refused as well, and does not make the page forget the form.
    with page.expect_response(lambda response: response.status == 401):
        page.locator("[name=plans]").dispatch_event("input")
    sign_in_over_the_page(page)
    expect(page.locator(".feed-item").first).to_contain_text("Разобрали три звонка")
    assert CallComment.objects.count() == 1


@pytest.mark.refused(401)
def test_a_dialog_sent_after_the_session_ended_keeps_its_text_and_goes_after_signing_in(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/")
    page.locator(".stages a", has_text="Отказ").click()
    page.locator("#dialog-slot [name=reason]").fill("Закрыл практику и уехал")
    end_session()
    page.locator("#dialog-slot .dialog-foot .btn--danger").click()

    sign_in_over_the_page(page)

    expect(page.locator(".note--bad", has_text="Закрыл практику и уехал")).to_be_visible()
    deal.refresh_from_db()
    assert deal.lost_reason == "Закрыл практику и уехал"


@pytest.mark.refused(401, 403)
def test_a_draft_that_could_not_be_kept_asks_to_sign_in_and_is_kept_then(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/?comment=1")
    end_session()
    page.locator("[name=was]").fill("Разобрали три звонка")
    press_in_russian(page, "KeyS", "ы", ctrl=True)

    sign_in_over_the_page(page)

    expect(page.locator("[data-draft-state]")).to_contain_text("черновик сохранён")
    assert CommentDraft.objects.get().fields["was"] == "Разобрали три звонка"


@pytest.mark.refused(401)
def test_the_palette_asks_to_sign_in_again_and_then_finds(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, "/day/")
    end_session()
    page.keyboard.press("Control+k")
    sign_in_over_the_page(page)
    expect(page.locator("#palette-input")).to_be_focused()
    page.keyboard.type("правовой")

    expect(page.locator("#palette-list")).to_contain_text("Правовой вектор")


@pytest.mark.refused(401)
def test_a_dialog_asked_for_after_the_session_ended_comes_after_signing_in(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/")
    end_session()
    page.keyboard.press("d")

    sign_in_over_the_page(page)

    expect(page.locator("#dialog-slot dialog")).to_be_visible()


@pytest.mark.refused(403)
def test_who_signed_in_in_another_tab_sends_his_form_without_noticing(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/?comment=1")
    page.locator("[name=was]").fill("Разобрали три звонка")
    other = page.context.new_page()
    log_in(other, live_server.url, deal.manager, "/day/")
    page.locator(".comment-foot .btn--primary").click()

    # What is missing is named: the form has come through, with the token of the new session.
    expect(page.locator(".comment-foot [role=alert]")).to_contain_text("Не хватает")
    expect(page.locator("[name=was]")).to_have_value("Разобрали три звонка")


# --- The line is broken ----------------------------------------------------------------------------------------------


@pytest.mark.refused("ERR_INTERNET_DISCONNECTED")
def test_without_a_connection_the_text_stays_and_the_page_says_so(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/?comment=1")
    page.locator("[name=was]").fill("Разобрали три звонка")
    page.context.set_offline(True)

    note = page.locator("#offline")
    expect(note).to_contain_text("Нет связи с")
    page.locator(".comment-foot .btn--primary").click()
    expect(page.locator("form [data-failure]")).to_contain_text("Не отправлено: нет связи.")
    expect(page.locator("[name=was]")).to_have_value("Разобрали три звонка")

    page.context.set_offline(False)
    expect(note).to_be_hidden()
    expect(page.locator("#toasts")).to_contain_text("Связь вернулась")
    page.locator("form [data-failure]").get_by_role("button", name="Повторить").click()
    expect(page.locator(".comment-foot [role=alert]")).to_contain_text("Не хватает")


@pytest.mark.refused(500)
def test_an_error_of_the_server_says_what_became_of_the_data_and_offers_to_repeat(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/")
    page.route("**/tasks/new/", lambda route: route.fulfill(status=500, headers={"X-Error-Code": "3F812A"}))
    page.keyboard.press("d")
    toast = page.locator(".toast", has_text="Не загрузилось")
    expect(toast).to_contain_text("Ничего не изменилось")
    expect(toast).to_contain_text("Ошибка 3F812A")
    page.unroute("**/tasks/new/")

    toast.get_by_role("button", name="Повторить").click()

    expect(page.locator("#dialog-slot dialog")).to_be_visible()


def test_what_takes_long_turns_into_a_skeleton_of_itself(page, live_server):
    handoff = HandoffFactory()
    log_in(page, live_server.url, handoff.deal.manager, "/deals/handoffs/")
    held = []
    page.route("**/deals/handoffs/?**", lambda route: held.append(route))
    page.locator("[data-row-link]").first.click()

    panel = page.locator("#handoff-panel")
    expect(panel).to_have_class(re.compile("is-loading"))
    expect(panel).to_have_attribute("aria-busy", "true")
    held[0].continue_()

    expect(panel).to_contain_text(handoff.deal.partner.name)
    expect(panel).not_to_have_class(re.compile("is-loading"))


@pytest.mark.refused(500)
def test_a_part_of_the_page_that_did_not_load_says_so_in_its_place(page, live_server):
    handoff = HandoffFactory()
    log_in(page, live_server.url, handoff.deal.manager, "/deals/handoffs/")
    page.route("**/deals/handoffs/?**", lambda route: route.fulfill(status=500, body=""))
    page.locator("[data-row-link]").first.click()

    note = page.locator("#handoff-panel [role=alert]")
    expect(note).to_contain_text("Не загрузилось")
    page.unroute("**/deals/handoffs/?**")
    note.get_by_role("button", name="Повторить").click()

    expect(page.locator("#handoff-panel")).to_contain_text(handoff.deal.partner.name)
    expect(note).to_be_hidden()
