"""The knowledge base in the browser: a text is looked at, published by the keyboard, and its link handed out."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import HeadFactory
from e2e.steps import log_in
from knowledge.tests.factories import published

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_article_is_looked_at_published_by_the_keyboard_and_its_link_copied_and_withdrawn(page, live_server):
    head = HeadFactory()
    article = published(head, audience="partners")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    log_in(page, live_server.url, head, f"/knowledge/{article.pk}/edit/")

    source = page.get_by_label("Текст")
    source.fill("Откройте **кабинет**.")
    page.get_by_role("button", name="Предпросмотр").click()
    expect(page.locator("#preview strong")).to_have_text("кабинет")
    source.press("Control+Enter")
    page.wait_for_url(f"**/knowledge/{article.pk}/")
    expect(page.locator(".article")).to_contain_text("версия 2")

    page.get_by_role("button", name="Сделать ссылку").click()
    address = page.locator("#public-link").inner_text()
    page.get_by_role("button", name="Скопировать").click()
    assert page.evaluate("navigator.clipboard.readText()") == address
    page.get_by_role("button", name="Отозвать ссылку").click()
    expect(page.get_by_role("button", name="Сделать ссылку")).to_be_visible()
    assert page.request.get(address).status == 404
