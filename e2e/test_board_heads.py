"""Heads of the board in the browser: the bar narrows a column, finals unfold, long columns load on and stay so."""

import pytest
from playwright.sync_api import expect

from catalog.tests.factories import PackageFactory
from deals.tests.factories import DealFactory, HandoffFactory, TaskFactory, stage
from e2e.steps import log_in
from e2e.test_board import card, column, drag
from partners.tests.factories import ContactFactory, PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deal():
    deal = DealFactory(partner=PartnerFactory(name="ООО «Сибзащита»"))
    TaskFactory(deal=deal)
    DealFactory(partner=PartnerFactory(name="ИП Гусев М. Ю.", manager=deal.manager))
    return deal


def test_a_part_of_the_bar_narrows_the_column_and_again_shows_all(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, "/deals/board/renewal/")
    healthy = column(page, "healthy")
    expect(healthy.locator("[data-deal]")).to_have_count(2)

    healthy.get_by_role("link", name="Сделки без дела: 1").focus()
    page.keyboard.press("Enter")

    expect(healthy.locator("[data-deal]")).to_have_count(1)
    expect(healthy).to_contain_text("только без дела")
    healthy.get_by_role("link", name="Показать все").last.click()
    expect(healthy.locator("[data-deal]")).to_have_count(2)


def test_a_long_column_loads_on_by_itself_and_does_not_fold_after_a_move(page, live_server, deal):
    partner, package = PartnerFactory(manager=deal.manager), PackageFactory()
    for _number in range(60):
        DealFactory(partner=partner, package=package)
    log_in(page, live_server.url, deal.manager, "/deals/board/renewal/")
    healthy = column(page, "healthy")
    expect(healthy.locator("[data-deal]")).to_have_count(40)

    healthy.locator(".board-more").scroll_into_view_if_needed()
    expect(healthy.locator("[data-deal]")).to_have_count(62)
    healthy.locator("[data-card-link]").last.focus()
    page.keyboard.press("Shift+ArrowRight")

    expect(column(page, "troubled").locator("[data-deal]")).to_have_count(1)
    expect(healthy.locator("[data-deal]")).to_have_count(61)


def test_a_final_status_unfolds(page, live_server, deal):
    deal.stage, deal.outcome = stage("renewal", "lost"), "lost"
    deal.lost_reason, deal.closed_at = "Закрылись", deal.created_at
    deal.save()
    log_in(page, live_server.url, deal.manager, "/deals/board/renewal/")

    column(page, "lost").get_by_role("link").click()

    expect(column(page, "lost").get_by_role("link", name="Сибзащита")).to_be_visible()


def test_others_moves_appear_when_one_comes_back_to_the_page(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, "/deals/board/renewal/")
    expect(column(page, "healthy").locator("[data-deal]")).to_have_count(2)
    deal.stage = stage("renewal", "troubled")
    deal.version += 1
    deal.save()

    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(column(page, "troubled").locator(f"[data-deal='{deal.pk}']")).to_be_visible()


def test_r1_a_refused_drop_leads_to_the_acceptance(page, live_server):
    handoff = HandoffFactory()
    ContactFactory(partner=handoff.deal.partner)
    log_in(page, live_server.url, handoff.deal.manager, "/deals/board/new/")

    drag(page, card(page, handoff.deal), column(page, "accepted", "new"))
    page.locator(".toast").get_by_role("button", name="Принять").click()

    page.wait_for_url(f"**/deals/handoffs/?handoff={handoff.pk}")
