"""Обзвон in the browser: a run of calls from the keyboard in the Russian layout, by mouse, and on the phone."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.tests.factories import SupportFactory
from deals.models import CallComment
from deals.tests.factories import DealFactory, TaskFactory
from e2e.steps import log_in
from partners.tests.factories import ContactFactory, PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def manager():
    return SupportFactory()


@pytest.fixture
def calls(manager):
    """Three overdue calls, in the order in which they are to be made."""
    now = timezone.now()
    made = []
    for days, name in ((3, "ООО «Первый»"), (2, "ООО «Второй»"), (1, "ООО «Третий»")):
        partner = PartnerFactory(manager=manager, name=name)
        ContactFactory(partner=partner, is_primary=True)
        made.append(
            TaskFactory(
                deal=DealFactory(partner=partner),
                scheduled_at=now - timedelta(days=5),
                due_at=now - timedelta(days=days),
            )
        )
    return made


def press(page, code, letter):
    """A key of the Russian layout: the physical key counts, the letter is another one."""
    page.evaluate(
        """([code, key]) => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", { code, key, bubbles: true, cancelable: true }))""",
        [code, letter],
    )


def write(page):
    page.keyboard.type("Разобрали три звонка")
    page.locator("[name=now]").fill("Работает, 30 заявок")
    page.locator("[name=plans]").fill("Внедрить скрипт до пятницы")
    page.locator("[name=title]").fill("Узнать про скрипт")
    page.locator(".ruler input").nth(2).check(force=True)


def test_a_run_from_the_keyboard_in_the_russian_layout(page, live_server, manager, calls):
    log_in(page, live_server.url, manager, "/day/")
    press(page, "KeyO", "щ")

    heading = page.get_by_role("heading", level=2).first
    expect(heading).to_have_text("ООО «Первый»")
    expect(page.locator(".calls-number")).to_have_text("1 из 3")
    press(page, "BracketRight", "ъ")
    expect(heading).to_have_text("ООО «Второй»")
    press(page, "KeyL", "д")
    expect(heading).to_have_text("ООО «Третий»")
    press(page, "KeyC", "с")
    expect(page.locator("[name=was]")).to_be_focused()
    write(page)
    page.keyboard.press("Control+Enter")
    expect(heading).to_have_text("ООО «Первый»")
    press(page, "KeyL", "д")

    expect(page.get_by_role("heading", name="Обзвон закончен")).to_be_visible()
    expect(page.locator(".calls-sum")).to_contain_text("Сделано звонков1Перенесено2")
    assert CallComment.objects.get().completed_task == calls[2]
    press(page, "Escape", "Escape")
    expect(page).to_have_url(f"{live_server.url}/day/")


def test_a_run_by_mouse_and_the_undo_of_a_move(page, live_server, manager, calls):
    log_in(page, live_server.url, manager, "/day/")
    page.get_by_role("link", name="Обзвон").click()
    page.get_by_role("button", name="Нет ответа").click()
    expect(page.get_by_role("heading", level=2).first).to_have_text("ООО «Второй»")
    page.locator(".toast").get_by_role("button", name="Отменить").click()

    expect(page.locator(".toast")).to_contain_text("Дело возвращено")
    calls[0].refresh_from_db()
    assert calls[0].postponed_count == 0


def test_an_incomplete_comment_is_refused_in_place(page, live_server, manager, calls):
    log_in(page, live_server.url, manager, "/day/calls/")
    page.locator("[name=was]").fill("Разобрали три звонка")
    page.locator(".comment-foot .btn--primary").click()

    expect(page.locator("[name=plans]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=was]")).to_have_value("Разобрали три звонка")
    expect(page.locator(".calls-phone")).to_be_visible()


def test_on_the_phone_the_number_is_at_hand_and_nothing_scrolls_sideways(page, live_server, manager, calls):
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, live_server.url, manager, "/day/calls/")

    phone = page.locator(".calls-phone")
    expect(phone).to_be_in_viewport()
    assert phone.bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    expect(page.locator(".bottombar")).to_be_hidden()
