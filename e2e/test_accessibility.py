"""WCAG 2.2 AA as far as a machine can see it: axe finds nothing on the pages of the demo company, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver
from playwright.sync_api import Browser, Page

from accounts.models import User
from deals.models import Deal, Handoff
from e2e.steps import log_in
from lbg_support.tests.test_permissions import all_views
from messaging.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

STILL = "*, *::before, *::after { transition: none !important; animation: none !important }"
ALL_RULES = {"resultTypes": ["violations"]}
COLOURS = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
"""All that a theme changes."""


@pytest.fixture
def demo(fresh_house):
    call_command("load_demo", verbosity=0)


def signed_in(browser: Browser, address: str, email: str) -> Page:
    """A page of its own: axe is put into it, which the content security policy rightly forbids to others."""
    page = browser.new_context(bypass_csp=True, locale="ru-RU", reduced_motion="reduce").new_page()
    log_in(page, address, User.objects.get(email=email))
    return page


def pages_without_ids(email: str) -> list[str]:
    """Every page of ours that this person may open and that needs no id: a new one is looked at by itself."""
    client = Client()
    client.force_login(User.objects.get(email=email))
    found = []
    for path, _ in all_views(get_resolver()):
        answer = None if "<" in path or not path else client.get(f"/{path}")
        if answer is not None and answer.status_code == 200 and b"<html" in answer.content:
            found.append(f"/{path}")
    return found


def addresses_of(email: str) -> list[str]:
    """The pages with ids that this person works in."""
    manager = User.objects.get(email="support@demo.local")
    deal = Deal.objects.open().filter(manager=manager, stage__role="due").order_by("pk").first()
    handoff = Handoff.objects.visible_to(manager).waiting().first()
    messages = [Message.objects.filter(channel=channel).first() for channel in ("email", "sms")]
    return {
        "support@demo.local": [
            "/day/", "/deals/board/renewal/", f"/deals/{deal.pk}/?comment=1", f"/deals/{deal.pk}/?tab=tasks",
            f"/deals/handoffs/?handoff={handoff.pk}", "/partners/", f"/partners/{deal.partner_id}/", "/invoices/",
            f"/invoices/new/?deal={deal.pk}", "/deals/alerts/", f"/chats/deals/{deal.pk}/",
        ],
        "sales@demo.local": ["/deals/handoffs/new/"],
        "head@demo.local": [
            "/partners/new/", f"/partners/{deal.partner_id}/edit/", f"/partners/{deal.partner_id}/contacts/new/",
            f"/partners/{deal.partner_id}/merge/?with={deal.partner_id + 1}", f"/partners/{deal.partner_id}/files/",
            "/overview/", "/outbox/templates/invoice.email/", *(each.get_absolute_url() for each in messages)],
    }[email]  # fmt: skip


def violations(page: Page) -> list[str]:
    """What axe finds in the light theme, and of colours in the dark one."""
    found = []
    for theme, rules in (("light", ALL_RULES), ("dark", COLOURS)):
        page.emulate_media(color_scheme=theme)
        found += [f"{theme}: {each['id']}" for each in Axe().run(page, options=rules).response["violations"]]
    return found


@pytest.mark.timeout(400)
@pytest.mark.parametrize("email", ["support@demo.local", "sales@demo.local", "head@demo.local"])
def test_axe_finds_nothing(browser, live_server, demo, email):
    addresses = addresses_of(email)
    addresses += [each for each in pages_without_ids(email) if each not in addresses]
    page = signed_in(browser, live_server.url, email)
    found = {}
    for address in addresses:
        page.goto(live_server.url + address)
        page.wait_for_load_state("networkidle")
        page.add_style_tag(content=STILL)
        found[address] = violations(page)
    page.context.close()

    assert {address: violations for address, violations in found.items() if violations} == {}
