"""The planning meeting (R16): prepared by the manager, run by the head, from the keyboard only."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.tests.factories import HeadFactory
from core import moscow
from deals.actions import raise_problem
from deals.models import Task
from deals.tests.factories import DealFactory
from e2e.steps import log_in
from meetings.models import Meeting
from meetings.tests.factories import MeetingFactory
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meeting():
    """One partner has a problem, one renews soon."""
    meeting, now = MeetingFactory(), timezone.now()
    soon = moscow.today(now) + timedelta(days=10)
    for name in ("ООО «Долг-Стоп»", "ООО «Вектор»"):
        deal = DealFactory(partner=PartnerFactory(name=name, manager=meeting.manager), term_ends_on=soon)
        if name == "ООО «Долг-Стоп»":
            raise_problem(deal, what="Четыре дня без заявок", by=meeting.manager, now=now)
    return meeting


def test_prepared_by_the_manager_and_held_by_the_head_by_keyboard(page, live_server, meeting):
    address = f"/meetings/{meeting.pk}/"
    log_in(page, live_server.url, meeting.manager, address)
    page.keyboard.press("5")
    expect(page.locator("[data-partner]")).to_have_count(1)
    page.get_by_label("Решение менеджера: ООО «Долг-Стоп»").focus()
    page.keyboard.type("Дать неделю бонусом")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".meetings-head .ok")).to_have_text("готова")

    log_in(page, live_server.url, HeadFactory(), address)
    page.keyboard.press("j")
    page.keyboard.press("d")
    page.keyboard.type("Сменить площадку")
    page.keyboard.press("Enter")
    row = page.locator("[data-partner]").first
    expect(row.get_by_label("Решение руководителя: ООО «Долг-Стоп»")).to_have_value("Сменить площадку")
    expect(row.locator("[data-row-link]")).to_be_focused()
    page.keyboard.press("a")
    expect(row.get_by_role("button", name="Согласен")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-partner].is-current")).to_contain_text("ООО «Вектор»")
    expect(page.locator("[data-partner]").nth(1).locator("[data-row-link]")).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("[data-partner]").nth(1).get_by_role("button", name="Нет")).to_have_attribute(
        "aria-pressed", "true"
    )

    page.get_by_role("button", name="Закрыть планёрку").press("Enter")
    expect(page.locator(".meetings-head")).to_contain_text("проведена и не меняется")
    expect(page.locator("[data-partner]").first).to_contain_text("согласен")
    assert Meeting.objects.get().state == "held"
    assert Task.objects.get(title="Сменить площадку").assignee == meeting.manager
