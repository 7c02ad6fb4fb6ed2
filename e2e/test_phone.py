"""A call from the deal's card: written down by the press, the comment's form on coming back (R4)."""

import pytest
from playwright.sync_api import Page, expect

from accounts.tests.factories import SupportFactory
from deals.tests.factories import DealFactory, TaskFactory
from e2e.steps import log_in
from partners.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db(transaction=True)

NO_PHONE_HERE = "addEventListener('click', (press) => press.target.closest('a[href^=tel]') && press.preventDefault())"
"""The browser would ask which program shall dial, and take no further clicks."""


@pytest.fixture
def deal():
    deal = DealFactory(partner__manager=SupportFactory())
    ContactFactory(partner=deal.partner)
    TaskFactory(deal=deal)
    return deal


@pytest.mark.parametrize("width", [390, 1440])
def test_who_comes_back_from_the_phone_finds_the_comments_form(page: Page, live_server, deal, width):
    page.on("dialog", lambda dialog: dialog.accept())
    page.add_init_script(NO_PHONE_HERE)
    page.set_viewport_size({"width": width, "height": 844})
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/")

    with page.expect_response("**/calls/") as told:
        if width > 1000:
            page.keyboard.press("p")
        else:
            page.get_by_role("link", name="Позвонить").first.click()
    assert told.value.status == 204
    page.evaluate("() => { const now = Date.now; Date.now = () => now() + 60_000; }")
    page.evaluate("() => { window.dispatchEvent(new Event('focus')); }")

    page.wait_for_url("**comment=1**")
    expect(page.get_by_text("Звонок без комментария")).to_be_visible()
    assert deal.calls.count() == 1
    page.get_by_role("button", name="Никто не ответил").click()
    expect(page.get_by_text("Звонок без комментария")).to_have_count(0)


def test_a_call_from_another_phone_is_written_down_in_a_dialog(page: Page, live_server, deal):
    log_in(page, live_server.url, deal.manager, f"/deals/{deal.pk}/")
    page.get_by_role("button", name="Ещё", exact=True).click()
    page.get_by_role("link", name="Записать звонок").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Сколько минут").fill("-5")
    dialog.get_by_label("Сколько минут").press("Control+Enter")
    expect(dialog.get_by_label("Сколько минут")).to_have_attribute("aria-invalid", "true")

    dialog.get_by_label("Сколько минут").fill("7")
    dialog.get_by_label("Сколько минут").press("Control+Enter")

    page.wait_for_url("**comment=1**")
    assert deal.calls.get().duration_s == 420
