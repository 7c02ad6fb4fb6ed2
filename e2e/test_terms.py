"""«Сроки» in the browser: a card is dragged to another week, by keys, and comes back by undo."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from core import moscow
from deals.tests.factories import DealFactory
from e2e.steps import log_in
from e2e.test_board import card, drag
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deal():
    today = moscow.today(timezone.now())
    sunday = today + timedelta(days=6 - today.weekday())
    return DealFactory(partner=PartnerFactory(name="ООО «Сибзащита»"), term_ends_on=sunday)


def test_a_card_is_dragged_to_the_next_week_and_taken_back(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, "/deals/board/renewal/")
    page.get_by_role("link", name="Сроки").click()

    drag(page, card(page, deal), page.locator("#period-next-week"))

    expect(page.locator(".toast").last).to_contain_text("Сибзащита")
    expect(page.locator("#period-next-week").locator(f"[data-deal='{deal.pk}']")).to_be_visible()
    before = deal.term_ends_on
    deal.refresh_from_db()
    assert deal.term_ends_on == before + timedelta(days=7)
    page.locator(".toast").get_by_role("button", name="Отменить").click()
    expect(page.locator("#period-week").locator(f"[data-deal='{deal.pk}']")).to_be_visible()


def test_shift_and_an_arrow_move_the_date_too(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, "/deals/terms/renewal/")

    card(page, deal).locator("[data-card-link]").focus()
    page.keyboard.press("Shift+ArrowRight")

    expect(page.locator("#period-next-week").locator(f"[data-deal='{deal.pk}']")).to_be_visible()
