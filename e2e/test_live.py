"""Live pages in two browsers: what one does the other sees, and nothing is lost when the event process is killed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.tests.factories import HeadFactory
from deals.actions import NextStep, move_deal, schedule_task
from deals.tests.factories import DealFactory, stage
from e2e.steps import log_in
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)

BOARD = "/deals/board/renewal/"


@pytest.fixture
def deal():
    return DealFactory(partner=PartnerFactory(name="ООО «Сибзащита»"))


@pytest.fixture
def other(new_context):
    """A second browser."""
    return new_context().new_page()


def card(page: Page, deal, role: str):
    return page.locator(f"[data-stage='{stage('renewal', role).pk}'] [data-deal='{deal.pk}']")


def is_live(page: Page) -> None:
    expect(page.locator("html[data-live-state=open]")).to_be_attached()


def test_a_move_on_the_board_is_seen_by_the_other_within_a_second(page, other, live_server, event_process, deal):
    log_in(page, live_server.url, deal.manager, BOARD)
    log_in(other, live_server.url, HeadFactory(), BOARD)
    is_live(other)

    card(page, deal, "healthy").locator("[data-card-link]").focus()
    page.keyboard.press("Shift+ArrowRight")

    expect(card(page, deal, "troubled")).to_be_visible()
    expect(card(other, deal, "troubled")).to_be_visible(timeout=3_000)


@pytest.mark.refused("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET")
def test_what_happens_while_the_event_process_is_dead_is_on_screen_after_it_is_back(
    page, live_server, event_process, deal
):
    log_in(page, live_server.url, deal.manager, BOARD)
    is_live(page)
    event_process.kill()
    expect(page.locator("html[data-live-state=open]")).not_to_be_attached()
    move_deal(deal, stage("renewal", "troubled"), by=deal.manager, now=timezone.now())
    event_process.start()

    expect(card(page, deal, "troubled")).to_be_visible()


@pytest.mark.refused("ERR_FAILED")
def test_what_happens_while_the_web_process_is_dead_is_on_screen_after_it_is_back(
    page, live_server, event_process, deal
):
    """The hint comes, and nobody answers who is asked what changed: it is asked for until somebody does."""
    log_in(page, live_server.url, deal.manager, BOARD)
    is_live(page)
    counter = page.locator(f".sidebar a[href='{BOARD}'] .count")
    expect(counter).to_have_text("1")
    page.route(f"{live_server.url}/**", lambda route: route.abort())
    with page.expect_event("requestfailed", lambda request: "/stamp/" in request.url):
        move_deal(deal, stage("renewal", "troubled"), by=deal.manager, now=timezone.now())
        later = DealFactory(partner__manager=deal.manager)
        schedule_task(later, NextStep("Позвонить", timezone.now()), by=deal.manager, now=timezone.now())
    page.unroute(f"{live_server.url}/**")

    expect(card(page, deal, "troubled")).to_be_visible()
    expect(counter).to_have_text("2")


def test_nothing_moves_under_a_field_in_focus_until_one_leaves_it(page, live_server, event_process, deal):
    log_in(page, live_server.url, deal.manager, BOARD)
    is_live(page)
    card(page, deal, "healthy").locator(".board-menu").click()
    page.evaluate("window.told = 0; document.addEventListener('live:hint', () => { window.told += 1; })")
    move_deal(deal, stage("renewal", "troubled"), by=deal.manager, now=timezone.now())
    page.wait_for_function("window.told > 0")

    expect(card(page, deal, "healthy")).to_be_visible()
    page.keyboard.press("Escape")
    expect(card(page, deal, "troubled")).to_be_visible()


def test_the_counters_count_by_themselves_and_keep_the_focus(page, live_server, event_process, deal):
    log_in(page, live_server.url, deal.manager, "/knowledge/")
    is_live(page)
    link = page.locator(".sidebar a[href='/partners/']")
    link.focus()
    counter = page.locator(f".sidebar a[href='{BOARD}'] .count")
    expect(counter).to_have_text("1")
    step = NextStep("Позвонить", timezone.now() + timedelta(hours=1))

    later = DealFactory(partner__manager=deal.manager)
    schedule_task(later, step, by=deal.manager, now=timezone.now())

    expect(counter).to_have_text("2")
    expect(link).to_be_focused()


def test_who_signs_out_in_one_window_hears_nothing_more_in_the_other(page, live_server, event_process, deal):
    log_in(page, live_server.url, deal.manager, BOARD)
    second = page.context.new_page()
    second.goto(live_server.url + BOARD)
    is_live(second)

    page.goto(live_server.url + "/accounts/logout/")
    page.locator("form .btn--primary").click()

    expect(second.locator("html[data-live-state=closed]")).to_be_attached()
