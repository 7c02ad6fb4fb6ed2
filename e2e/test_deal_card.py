"""The deal card in the browser: values changed in place, two people at once, notes and pins, walking the list."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.tests.factories import HeadFactory
from deals.actions import write_note
from deals.models import Note, Pin, Problem
from deals.tests.factories import DealFactory, TaskFactory
from e2e.steps import log_in
from partners.tests.factories import ContactFactory, PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deal():
    deal = TaskFactory(deal=DealFactory(partner=PartnerFactory(name="ООО «Сибзащита»"))).deal
    ContactFactory(partner=deal.partner)
    return deal


@pytest.fixture
def card(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/")
    return page


def value(page, name):
    return page.locator(f"#inline-{name}")


def change(page, name, text):
    """Click the value, type another one."""
    value(page, name).locator("[data-inline-open]").click()
    field = value(page, name).locator("[name=value]")
    expect(field).to_be_focused()
    field.fill(text)
    return field


def press_russian(page, code, letter):
    """A key of the Russian layout: the letter is Cyrillic, the place on the keyboard is `code`."""
    keyboard = page.context.new_cdp_session(page)
    for kind in ("keyDown", "keyUp"):
        keyboard.send("Input.dispatchKeyEvent", {"type": kind, "code": code, "key": letter})


def test_enter_saves_a_value_and_the_timeline_tells_of_it(card, deal):
    change(card, "amount", "170 000").press("Enter")

    expect(value(card, "amount")).to_contain_text("170\N{NO-BREAK SPACE}000")
    expect(value(card, "amount").locator("[data-inline-open]")).to_be_focused()
    expect(card.locator("#feed-box")).to_contain_text("170\N{NO-BREAK SPACE}000")
    deal.refresh_from_db()
    assert deal.amount == 170_000


def test_escape_gives_the_value_back(card, deal):
    change(card, "amount", "1").press("Escape")

    expect(value(card, "amount").locator("[data-inline-open]")).to_be_focused()
    deal.refresh_from_db()
    assert deal.amount == 186_000


def test_tab_saves_and_goes_on_to_the_next_value(card, deal):
    change(card, "discount_percent", "10").press("Tab")

    expect(value(card, "amount").locator("[name=value]")).to_be_focused()
    expect(value(card, "discount_percent")).to_contain_text("10")
    expect(value(card, "amount").locator("[name=value]")).to_have_value("167\N{NO-BREAK SPACE}400")


def test_a_wrong_value_is_said_at_the_field_and_stays(card, deal):
    change(card, "phone", "12").press("Enter")

    expect(value(card, "phone").locator("[name=value]")).to_have_value("12")
    expect(value(card, "phone").locator(".error, .errorlist").first).to_be_visible()


def test_by_keyboard_alone(card, deal):
    value(card, "confidence").locator("[data-inline-open]").focus()
    card.keyboard.press("Enter")
    expect(value(card, "confidence").locator("select")).to_be_focused()
    card.keyboard.press("ArrowDown")
    card.keyboard.press("Enter")

    expect(value(card, "confidence").locator("[data-inline-open]")).to_be_focused()
    deal.refresh_from_db()
    assert deal.confidence == "doubtful"


def test_after_an_edit_the_status_still_moves_from_the_same_page(card, deal):
    change(card, "amount", "170 000").press("Enter")
    expect(value(card, "amount")).to_contain_text("170\N{NO-BREAK SPACE}000")
    card.locator(".stages a").first.click()

    expect(card.locator(".stages [aria-current=step]")).to_contain_text("Есть вопросы")


def test_two_browsers_one_value(card, deal, browser, browser_context_args, live_server):
    head = HeadFactory(first_name="Илья", last_name="Демченко")
    other = browser.new_context(**browser_context_args).new_page()
    log_in(other, live_server.url, head, f"/deals/{deal.pk}/")
    mine = change(card, "amount", "186 500")
    change(other, "amount", "180 000").press("Enter")
    expect(value(other, "amount")).to_contain_text("180\N{NO-BREAK SPACE}000")
    mine.press("Enter")

    panel = value(card, "amount").locator(".conflict")
    expect(panel).to_contain_text("Илья Демченко")
    expect(panel).to_contain_text("186\N{NO-BREAK SPACE}500")
    expect(panel).to_contain_text("180\N{NO-BREAK SPACE}000")
    deal.refresh_from_db()
    assert deal.amount == 180_000
    expect(panel.locator(".btn--primary")).to_be_focused()
    card.keyboard.press("Enter")
    expect(value(card, "amount").locator("[data-inline-open]")).to_contain_text("186\N{NO-BREAK SPACE}500")
    deal.refresh_from_db()
    assert deal.amount == 186_500
    other.context.close()


def test_two_browsers_and_theirs_is_taken(card, deal, browser, browser_context_args, live_server):
    other = browser.new_context(**browser_context_args).new_page()
    log_in(other, live_server.url, HeadFactory(), f"/deals/{deal.pk}/")
    mine = change(card, "amount", "186 500")
    change(other, "amount", "180 000").press("Enter")
    expect(value(other, "amount")).to_contain_text("180\N{NO-BREAK SPACE}000")
    mine.press("Enter")
    value(card, "amount").locator(".conflict [data-inline-cancel]").click()

    expect(value(card, "amount").locator("[data-inline-open]")).to_contain_text("180\N{NO-BREAK SPACE}000")
    other.context.close()


def test_two_browsers_in_the_dialog_of_a_status(card, deal, browser, browser_context_args, live_server):
    other = browser.new_context(**browser_context_args).new_page()
    log_in(other, live_server.url, HeadFactory(first_name="Илья", last_name="Демченко"), f"/deals/{deal.pk}/")
    card.locator(".stages a", has_text="Должен оплатить").click()
    card.locator("dialog [name=discount_percent]").fill("12")
    change(other, "discount_percent", "5").press("Enter")
    expect(value(other, "discount_percent")).to_contain_text("5")
    card.keyboard.press("Control+Enter")

    panel = card.locator("dialog .conflict")
    expect(panel).to_contain_text("Демченко")
    expect(card.locator("dialog [name=discount_percent]")).to_have_value("12")
    panel.locator("[value=theirs]").check()
    card.keyboard.press("Control+Enter")
    expect(card.locator(".stages [aria-current=step]")).to_contain_text("Должен оплатить")
    deal.refresh_from_db()
    assert (deal.discount_percent, deal.stage.role) == (5, "due")
    other.context.close()


def test_two_browsers_add_to_the_main_comment(card, deal, browser, browser_context_args, live_server):
    other = browser.new_context(**browser_context_args).new_page()
    log_in(other, live_server.url, HeadFactory(), f"/deals/{deal.pk}/")
    for page, text in ((other, "Платит бухгалтер"), (card, "Скидка 7 %")):
        page.locator(".append > summary").click()
        page.locator("#main-comment-text").fill(text)
        page.locator(".append .btn").click()
        page.wait_for_load_state()

    expect(card.locator(".append .note")).to_contain_text("Платит")
    expect(card.locator("#main-comment-text")).to_have_value("Скидка 7 %")
    card.locator(".append .btn").click()
    expect(card.locator(".main-comment")).to_contain_text("Скидка")
    deal.refresh_from_db()
    assert [line.split(": ")[1] for line in deal.main_comment.split("\n")] == ["Платит бухгалтер", "Скидка 7 %"]
    other.context.close()


def test_earlier_entries_come_while_one_scrolls(card, deal):
    now = timezone.now()
    for number in range(70):
        write_note(deal, f"Заметка {number}", by=deal.manager, now=now - timedelta(hours=number + 1))
    card.reload()
    entries = card.locator("#feed-box .feed-item")
    expect(entries.first).to_be_visible()
    assert entries.count() < 70
    for _page in range(3):
        if card.locator(".feed-more").count():
            card.locator(".feed-more").last.scroll_into_view_if_needed()
            card.wait_for_load_state("networkidle")

    expect(entries).to_have_count(70)


def test_a_note_is_written_by_keyboard_and_pinned_by_mouse(card, deal):
    press_russian(card, "KeyZ", "я")
    expect(card.locator("#note-text")).to_be_focused()
    card.keyboard.type("Бухгалтер в отпуске до 30 ноября")
    card.keyboard.press("Control+Enter")
    note = card.locator("#feed-box .feed-item", has_text="Бухгалтер").first
    expect(note).to_be_visible()
    expect(card.locator("dialog[open]")).to_have_count(0)
    note.locator("button[aria-pressed]").click()

    expect(card.locator(".feed-pinned")).to_contain_text("Бухгалтер")
    assert Note.objects.get().pin == Pin.objects.get()


def test_a_problem_is_raised_and_resolved(card, deal):
    card.locator("[popovertarget=deal-menu]").click()
    card.locator("#deal-menu a").first.click()
    card.locator("#problem-text").fill("Обещали 25 заявок, пришло 9")
    card.keyboard.press("Control+Enter")
    expect(card.locator(".deal-problem")).to_contain_text("пришло")
    expect(card.locator(".deal-head .health--problem")).to_be_visible()
    card.locator(".deal-problem .btn").click()
    card.locator("#problem-text").fill("Перенастроили рекламу")
    card.locator("dialog[open] .btn--primary").click()

    expect(card.locator(".deal-problem")).to_have_count(0)
    assert Problem.objects.get().how == "Перенастроили рекламу"


def test_the_feed_is_filtered_in_the_address(card, deal):
    change(card, "amount", "170 000").press("Enter")
    card.locator(".feed-chip[href*='kind=changes']").click()

    expect(card).to_have_url(f"{card.url.split('/deals/')[0]}/deals/{deal.pk}/?tab=feed&kind=changes#tabs")
    expect(card.locator("#feed-box .feed > .feed-item")).to_have_count(1)


def test_brackets_walk_the_list_one_came_from_also_after_a_reload(page, live_server, deal):
    for name in ("ИП Гусев М. Ю.", "ООО «Чистый лист»"):
        DealFactory(partner=PartnerFactory(name=name, manager=deal.manager))
    log_in(page, live_server.url, deal.manager, "/deals/board/renewal/")
    page.locator("[data-card-link]").first.click()
    walk = page.locator("[data-walk-text]")
    expect(walk).to_have_text(re.compile(r"^1 .+ 3$"))
    first = page.url
    press_russian(page, "BracketRight", "ъ")
    expect(walk).to_have_text(re.compile(r"^2 .+ 3$"))
    page.reload()
    expect(walk).to_have_text(re.compile(r"^2 .+ 3$"))
    page.locator("[data-walk-next]").click()
    expect(walk).to_have_text(re.compile(r"^3 .+ 3$"))
    press_russian(page, "BracketLeft", "х")
    expect(walk).to_have_text(re.compile(r"^2 .+ 3$"))
    press_russian(page, "BracketLeft", "х")

    expect(page).to_have_url(first)
