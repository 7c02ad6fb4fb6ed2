"""The chat in two browsers: support asks, marketing answers, by mouse and keyboard, at the desk and on the phone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from accounts.tests.factories import MarketerFactory
from chat.actions import answer_request
from chat.models import Message
from chat.tests.factories import connect_network, handed_over_deal, more_requests, say
from deals.tests.factories import NewDealFactory
from e2e.steps import log_in
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def deal():
    return handed_over_deal(deal=NewDealFactory(partner=PartnerFactory(name="ООО «Сибзащита»")))


@pytest.fixture
def marketer():
    return MarketerFactory(first_name="Полина", last_name="Зайцева")


@pytest.fixture
def other(new_context):
    """A second browser."""
    return new_context().new_page()


def press_russian(page, code, letter):
    """A key of the Russian layout: the letter is Cyrillic, the place on the keyboard is `code`."""
    keyboard = page.context.new_cdp_session(page)
    for kind in ("keyDown", "keyUp"):
        keyboard.send("Input.dispatchKeyEvent", {"type": kind, "code": code, "key": letter})


def line(page, text):
    return page.locator("#chat .chat-line", has_text=text)


def text_field(page):
    return page.locator("#chat-composer [name=text]")


def open_thread(page, address, person: User, deal) -> None:
    log_in(page, address, person, f"/chats/deals/{deal.pk}/")
    expect(text_field(page)).to_be_visible()


def test_support_asks_by_mouse_marketing_answers_by_keyboard_and_both_see_it_at_once(
    page, other, live_server, event_process, deal, marketer
):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/")
    page.locator("[data-chat-open]").click()
    expect(page).to_have_url(f"{live_server.url}/chats/deals/{deal.pk}/")
    open_thread(other, live_server.url, marketer, deal)
    expect(other.locator("html[data-live-state=open]")).to_be_attached()
    page.locator("#chat [data-chat-kind=more_requests]").click()
    expect(page.locator("#chat-composer [name=requests_now]")).to_be_focused()
    page.locator("#chat-composer [name=requests_now]").fill("24")
    page.locator("#chat-composer [name=requests_needed]").fill("30")
    page.locator("#chat-composer .btn--primary").click()

    expect(line(page, "Увеличить поток")).to_contain_text("24 → 30")
    expect(text_field(page)).to_be_focused()
    asked = line(other, "Увеличить поток")
    expect(asked.locator(".request--waits")).to_be_visible(timeout=5_000)
    asked.locator("[value=answer]").focus()
    other.keyboard.press("Enter")

    expect(asked).to_contain_text("в работе")
    expect(line(page, "Увеличить поток")).to_contain_text("в работе", timeout=5_000)
    assert Message.objects.get().answered_by == marketer


def test_marketing_asks_by_keyboard_and_support_agrees_by_mouse(page, other, live_server, deal, marketer):
    open_thread(other, live_server.url, marketer, deal)
    text_field(other).focus()
    other.locator("#chat-composer [name=kind][value=note]").focus()
    other.keyboard.press("ArrowRight")
    other.keyboard.press("Tab")
    other.keyboard.type("2ГИС")
    other.keyboard.press("Tab")
    other.keyboard.type("12 000")
    other.keyboard.press("Tab")
    other.keyboard.type("Партнёр согласен?")
    other.keyboard.press("Control+Enter")
    expect(line(other, "Подключить сеть: 2ГИС")).to_contain_text("ждёт сопровождение")
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/")
    press_russian(page, "KeyM", "ь")
    line(page, "Подключить сеть").get_by_role("button", name="Согласен").click()

    expect(line(page, "Подключить сеть")).to_contain_text("партнёр согласен")
    expect(page.locator("#feed-box")).to_contain_text("партнёр согласен")
    assert Message.objects.get().amount == 12_000


def test_a_refusal_asks_why_first(page, live_server, deal, marketer):
    connect_network(deal, marketer)
    open_thread(page, live_server.url, deal.manager, deal)
    card = line(page, "Подключить сеть")
    card.locator("summary").click()
    card.locator(".refusal .btn:not(summary)").click()
    expect(page.locator("#chat .chat-error")).to_contain_text("Напишите почему")
    card.locator(".refusal textarea").fill("Дорого для партнёра")
    page.keyboard.press("Control+Enter")

    expect(card).to_contain_text("Дорого для партнёра")
    assert Message.objects.get().state == "refused"


def test_escape_gives_the_rail_back_and_the_focus_to_the_button(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/")
    page.keyboard.press("m")
    expect(text_field(page)).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator(".rail--deal")).to_be_visible()
    expect(page.locator("[data-chat-open]")).to_be_focused()
    expect(page).to_have_url(f"{live_server.url}/deals/{deal.pk}/")
    page.go_back()
    expect(text_field(page)).to_be_visible()
    expect(page.locator(".sidebar .nav-link").first).to_be_visible()


def test_what_is_typed_stays_with_the_thread_until_it_is_sent(page, live_server, deal):
    open_thread(page, live_server.url, deal.manager, deal)
    page.locator("#chat-composer label", has_text="Согласен на сеть").click()
    page.locator("#chat-composer [name=network]").fill("Авито")
    text_field(page).fill("Доплату подтвердил")
    page.reload()

    expect(text_field(page)).to_have_value("Доплату подтвердил")
    expect(page.locator("#chat-composer [name=network]")).to_have_value("Авито")
    page.keyboard.press("Control+Enter")
    expect(line(page, "Согласен на сеть: Авито")).to_be_visible()
    page.reload()
    expect(text_field(page)).to_have_value("")


@pytest.mark.refused("ERR_FAILED", "htmx")
def test_a_sending_that_failed_stays_in_its_place_and_is_repeated(page, live_server, deal):
    open_thread(page, live_server.url, deal.manager, deal)
    page.route("**/send/", lambda route: route.abort())
    text_field(page).fill("Заявок нет с утра")
    page.keyboard.press("Control+Enter")
    failed = page.locator("[data-chat-failed]")
    expect(failed).to_contain_text("Не отправлено")
    expect(text_field(page)).to_have_value("Заявок нет с утра")
    page.unroute("**/send/")
    failed.locator("button").click()

    expect(line(page, "Заявок нет с утра")).to_be_visible()
    assert Message.objects.count() == 1


def test_a_colleague_is_called_in_by_the_keyboard(page, live_server, deal, marketer):
    open_thread(page, live_server.url, deal.manager, deal)
    text_field(page).focus()
    page.keyboard.type("@зай")
    expect(page.locator("[data-chat-person='Полина Зайцева']")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type("посмотрите")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#chat .mention")).to_have_text("@Полина Зайцева")
    assert Message.objects.get().mentions.get().person == marketer


def test_words_are_mended_in_a_dialog(page, live_server, deal):
    say(deal, deal.manager, "Позвоните")
    open_thread(page, live_server.url, deal.manager, deal)
    line(page, "Позвоните").hover()
    line(page, "Позвоните").locator(".chat-mend").click()
    page.locator("#message-text").fill("Позвоните завтра")
    page.keyboard.press("Control+Enter")

    expect(line(page, "Позвоните завтра")).to_contain_text("исправлено")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_a_field_in_focus_is_not_read_anew_under_ones_hands(page, live_server, event_process, deal, marketer):
    request = connect_network(deal, marketer)
    open_thread(page, live_server.url, deal.manager, deal)
    expect(page.locator("html[data-live-state=open]")).to_be_attached()
    card = line(page, "Подключить сеть")
    card.locator("summary").click()
    card.locator(".refusal textarea").fill("Дорого")
    say(deal, marketer, "Можно и дешевле")
    text_field(page).fill("Пишу ответ")

    expect(card.locator(".refusal textarea")).to_have_value("Дорого")
    card.locator(".refusal .btn:not(summary)").click()
    expect(line(page, "Можно и дешевле")).to_be_visible()
    expect(text_field(page)).to_have_value("Пишу ответ")
    request.refresh_from_db()
    assert request.outcome == "Дорого"


def test_the_inbox_is_walked_by_keys_and_a_thread_opens_beside_it(page, live_server, deal, marketer):
    more_requests(deal)
    more_requests(handed_over_deal(deal=NewDealFactory(partner=PartnerFactory(name="ООО «Чистый лист»"))))
    log_in(page, live_server.url, marketer, "/chats/")
    for _key in range(2):
        page.keyboard.press("j")
    page.keyboard.press("Enter")

    expect(page.locator("#chat-title")).to_be_visible()
    expect(page.locator("#chat")).to_contain_text("Чистый лист")
    expect(page.locator(".chat-row.is-current")).to_contain_text("Чистый лист")
    expect(text_field(page)).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#chat-composer .errorlist")).to_contain_text("Напишите сообщение")


def test_a_message_seen_is_no_longer_unread(page, live_server, deal, marketer):
    say(deal, marketer, "Ставки подняли")
    log_in(page, live_server.url, deal.manager, "/chats/?view=unread")
    expect(page.locator(".sidebar .nav-link[href='/chats/'] .count")).to_have_text("1")
    with page.expect_response(lambda answer: answer.url.endswith("/read/")):
        page.locator("[data-row-link]").first.click()
    expect(page.locator("#chat-unread")).to_be_visible()
    page.goto(f"{live_server.url}/chats/")

    expect(page.locator(".sidebar .nav-link[href='/chats/'] .count")).to_have_count(0)


def test_on_the_phone_the_thread_has_the_whole_screen(page, live_server, deal, marketer):
    page.set_viewport_size(PHONE)
    answer_request(more_requests(deal), by=marketer, now=timezone.now())
    connect_network(deal, marketer)
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/")
    page.locator("[data-chat-open]").click()
    panel = page.locator("#chat")
    expect(panel).to_be_visible()

    box = panel.bounding_box()
    assert (box["x"], box["width"]) == (0, 390)
    assert box["y"] < 40 and box["y"] + box["height"] >= 840
    expect(page.locator(".bottombar")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for button in page.locator("#chat .request-foot .btn:visible").all():
        assert button.bounding_box()["height"] >= 44
    page.get_by_role("button", name="Согласен").click()
    expect(panel).to_contain_text("партнёр согласен")
    panel.locator("[data-chat-close]").click()
    expect(page.locator(".bottombar")).to_be_visible()
