"""One partner through three desks: sales → support ⇄ sales, then support ⇄ marketing, each in a browser of its own."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import MarketerFactory, SalesFactory, SupportFactory
from catalog.tests.factories import PackageFactory
from chat.models import Message
from deals.models import Handoff
from e2e.steps import log_in
from e2e.test_handoffs import fill_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_partner_goes_from_sales_through_support_to_marketing_and_back(new_context, live_server):
    desks = {}
    for name, person in (("sales", SalesFactory()), ("support", SupportFactory()), ("marketing", MarketerFactory())):
        desks[name] = new_context().new_page()
        log_in(desks[name], live_server.url, person, "/deals/handoffs/")
    sales, support, marketing = desks.values()
    package = PackageFactory(name="Бизнес")

    # Sales hands the partner over.
    sales.goto(f"{live_server.url}/deals/handoffs/new/")
    fill_in(sales, package)
    sales.locator(".foot .btn--primary").click()
    sales.wait_for_url("**/deals/handoffs/?handoff=*")
    handoff = Handoff.objects.get()
    opened = f"{live_server.url}/deals/handoffs/?handoff={handoff.pk}"

    # Support asks, sales answers, support accepts.
    support.goto(opened)
    support.keyboard.press("w")
    expect(support.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    support.keyboard.type("Кто ведёт сайт?")
    support.keyboard.press("Control+Enter")
    expect(support.get_by_role("complementary")).to_contain_text("Кто ведёт сайт?")
    sales.goto(opened)
    sales.get_by_label("Ответ", exact=True).fill("Их подрядчик Иван")
    sales.get_by_role("button", name="Ответить").click()
    expect(sales.get_by_role("complementary")).to_contain_text("Их подрядчик Иван")
    support.goto(opened)
    expect(support.get_by_role("complementary")).to_contain_text("Их подрядчик Иван")
    support.get_by_role("button", name="Принять в работу").click()
    expect(support.locator(".toasts")).to_contain_text("Принято в работу")

    # Support asks marketing for more requests, marketing agrees and is done, support reads it on the deal.
    talk = f"{live_server.url}/chats/deals/{handoff.deal_id}/"
    support.goto(talk)
    support.locator("#chat [data-chat-kind=more_requests]").click()
    support.locator("#chat-composer [name=requests_needed]").fill("30")
    support.locator("#chat-composer .btn--primary").click()
    expect(support.locator("#chat-feed")).to_contain_text("Увеличить поток")
    marketing.goto(talk)
    marketing.locator("#chat-feed [value=answer]").click()
    expect(marketing.locator("#chat-feed")).to_contain_text("в работе")
    support.goto(f"{live_server.url}/deals/{handoff.deal_id}/")
    expect(support.locator("#feed-box")).to_contain_text("в работе")
    assert Message.objects.requests().get().answered_by.role == "marketer"
