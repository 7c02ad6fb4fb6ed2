"""The bell in the browser: it counts by itself, is read by mouse and keys, and tells only what one wants."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from deals.actions import ask_sales
from deals.tests.factories import HandoffFactory
from e2e.steps import log_in
from notifications.models import Notice
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def handoff():
    return HandoffFactory(deal__partner=PartnerFactory(name="ООО «Сибзащита»"))


def ask(handoff, text="Кто отвечает за сайт?"):
    ask_sales(handoff, text, by=handoff.deal.manager, now=timezone.now())


def test_a_question_rings_the_bell_at_once_and_opening_it_silences_it(page, live_server, event_process, handoff):
    log_in(page, live_server.url, handoff.sold_by, "/me/")
    expect(page.locator("html[data-live-state=open]")).to_be_attached()
    bell = page.locator("#bell")
    expect(bell.locator(".count")).to_have_count(0)

    ask(handoff)

    expect(bell.locator(".count")).to_have_text("1")
    bell.click()
    line = page.get_by_role("link", name="Кто отвечает за сайт?")
    expect(page.get_by_role("heading", name="Сибзащита")).to_be_visible()
    line.click()
    page.wait_for_url("**/deals/handoffs/?handoff=*")
    expect(bell.locator(".count")).to_have_count(0)


def test_the_keys_walk_over_the_lines_and_open_one(page, live_server, handoff):
    ask(handoff)
    ask(handoff, "Какая география?")
    log_in(page, live_server.url, handoff.sold_by, "/deals/notifications/")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    page.wait_for_url("**/deals/handoffs/?handoff=*")
    assert Notice.objects.unseen().count() == 1


def test_all_are_read_at_once(page, live_server, handoff):
    ask(handoff)
    log_in(page, live_server.url, handoff.sold_by, "/deals/notifications/")

    page.get_by_role("button", name="Отметить всё прочитанным").click()

    expect(page.locator(".toast").last).to_be_visible()
    expect(page.locator("#bell .count")).to_have_count(0)
    expect(page.locator("[data-row]")).to_have_count(1)


def test_a_kind_that_is_switched_off_is_told_no_more(page, live_server, handoff):
    log_in(page, live_server.url, handoff.sold_by, "/me/notifications/")
    box = page.get_by_label("Вопрос по моей передаче")
    box.focus()
    page.keyboard.press("Space")
    page.get_by_label("Тихо с").select_option("20")
    page.get_by_role("button", name="Сохранить настройки").click()
    expect(page.get_by_text("Выберите оба часа или ни одного")).to_be_visible()
    expect(box).not_to_be_checked()
    page.get_by_label("до", exact=True).select_option("8")
    page.get_by_role("button", name="Сохранить настройки").click()
    expect(page.locator(".toast").last).to_be_visible()

    ask(handoff)

    assert not Notice.objects.exists()
