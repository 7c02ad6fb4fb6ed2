"""My day in the browser: finishing, moving and undoing in place, by keyboard in the Russian layout and by mouse."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.tests.factories import SupportFactory
from deals.tests.factories import DealFactory, TaskFactory
from e2e.steps import log_in
from e2e.test_calling import press, write
from partners.tests.factories import ContactFactory, PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def manager():
    return SupportFactory()


@pytest.fixture
def tasks(manager):
    """An overdue letter and, after it, an overdue call."""
    now = timezone.now()
    made = []
    for days, kind, name in ((3, "letter", "ООО «Письмо»"), (2, "call", "ООО «Звонок»")):
        partner = PartnerFactory(manager=manager, name=name)
        ContactFactory(partner=partner, is_primary=True)
        made.append(
            TaskFactory(
                deal=DealFactory(partner=partner),
                kind=kind,
                scheduled_at=now - timedelta(days=5),
                due_at=now - timedelta(days=days),
            )
        )
    return made


@pytest.fixture
def day(page, live_server, manager, tasks):
    log_in(page, live_server.url, manager, "/day/?order=time")
    return page


def current(page):
    return page.locator(".queue-row.is-current .name")


def test_a_letter_is_finished_with_a_result_and_brought_back_by_keys(day, tasks):
    expect(current(day)).to_have_text("ООО «Письмо»")
    press(day, "Space", " ")
    expect(day.get_by_role("dialog")).to_contain_text("Что получилось")
    day.keyboard.type("Запись отправлена")
    day.keyboard.press("Control+Enter")

    expect(current(day)).to_have_text("ООО «Звонок»")
    expect(day.locator(".toast")).to_contain_text("Выполнено")
    press(day, "KeyZ", "я")
    expect(current(day)).to_have_text("ООО «Письмо»")
    tasks[0].refresh_from_db()
    assert tasks[0].is_open


def test_a_finished_call_asks_for_its_comment_and_comes_back_to_the_day(day, tasks, live_server):
    press(day, "KeyJ", "о")
    expect(current(day)).to_have_text("ООО «Звонок»")
    press(day, "Space", " ")
    expect(day.locator("[name=was]")).to_be_focused()
    write(day)
    day.keyboard.press("Control+Enter")

    expect(day).to_have_url(f"{live_server.url}/day/?order=time")
    tasks[1].refresh_from_db()
    assert not tasks[1].is_open


def test_a_task_is_moved_by_mouse_and_the_move_is_undone(day, tasks):
    due_at = tasks[0].due_at
    day.locator(".queue-row.is-current").get_by_role("link", name="Перенести").click()
    day.locator("dialog .ruler input").nth(2).check(force=True)
    day.get_by_role("dialog").get_by_role("button", name="Перенести дело").click()
    expect(day.locator(".toast")).to_contain_text("Дело перенесено")
    day.locator(".toast").get_by_role("button", name="Отменить").click()

    expect(day.locator(".toast")).to_contain_text("Дело возвращено")
    tasks[0].refresh_from_db()
    assert (tasks[0].due_at, tasks[0].postponed_count) == (due_at, 0)


def test_a_figure_opens_its_rows_and_the_whole_day_comes_back(day):
    day.get_by_role("link", name="Просрочено").click()
    expect(day.locator(".queue-row")).to_have_count(2)
    day.locator(".filter--set").click()
    expect(day).not_to_have_url("show")


def test_on_the_phone_the_first_row_is_open_with_big_buttons(page, live_server, manager, tasks):
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, live_server.url, manager, "/day/")

    call = page.locator(".queue-row.is-current").get_by_role("link", name="Позвонить")
    expect(call).to_be_in_viewport()
    assert call.bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") == 390
