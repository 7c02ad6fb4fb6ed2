"""Somebody is away: the head says who stands in, the colleague finds the partners among his own."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import HeadFactory, SupportFactory
from deals.tests.factories import DealFactory
from e2e.steps import log_in
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_the_substitute_works_with_the_absent_colleagues_partners_until_it_is_ended(page, live_server, size):
    if size:
        page.set_viewport_size(size)
    absent, substitute = SupportFactory(), SupportFactory()
    deal = DealFactory(partner=PartnerFactory(name="ООО «Сибзащита»", manager=absent), manager=absent)
    log_in(page, live_server.url, HeadFactory(), "/me/substitutions/")
    page.locator("[name=absent]").select_option(str(absent.pk))
    page.locator("[name=substitute]").select_option(str(substitute.pk))
    today = page.evaluate("new Date().toLocaleDateString('sv', {timeZone: 'Europe/Moscow'})")
    page.fill("[name=starts_on]", today)
    page.fill("[name=ends_on]", today)
    page.press("[name=ends_on]", "Control+Enter")
    expect(page.locator(".substitutions").first).to_contain_text(absent.full_name)

    log_in(page, live_server.url, substitute, "/partners/")
    expect(page.locator("main")).to_contain_text("Сибзащита")
    page.goto(f"{live_server.url}/deals/{deal.pk}/")
    expect(page.locator("main")).to_contain_text("Сибзащита")

    log_in(page, live_server.url, HeadFactory(), "/me/substitutions/")
    page.get_by_role("button", name=f"Закончить: {absent.full_name}").click()
    expect(page.locator(".substitutions").first).to_contain_text("Все на месте")
    log_in(page, live_server.url, substitute, "/partners/")
    expect(page.locator("main")).not_to_contain_text("Сибзащита")
