"""A partner's page by mouse and by keyboard: files up and down, contacts, merging and taking it back."""

import pytest
from playwright.sync_api import Page, expect

from accounts.tests.factories import HeadFactory, SupportFactory
from catalog.models import City
from deals.tests.factories import DealFactory
from e2e.steps import log_in
from files.tests import samples
from partners.tests.factories import ContactFactory, PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def partner():
    partner = PartnerFactory(name="ООО «Вектор»", manager=SupportFactory(), city=City.objects.get(name="Омск"))
    ContactFactory(partner=partner)
    DealFactory(partner=partner)
    return partner


@pytest.fixture
def mine(page: Page, live_server, partner) -> Page:
    """The page of the partner, opened by its manager."""
    log_in(page, live_server.url, partner.manager, f"/partners/{partner.pk}/")
    return page


def file(name: str, content: bytes) -> dict:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_files_go_up_at_once_come_down_the_same_and_are_archived_with_undo(mine, partner):
    mine.locator("#files-input").set_input_files(
        [file("Договор № 418.pdf", samples.PDF), file("снимок.png", samples.PNG)]
    )
    names = mine.locator(".files-list .name")
    expect(names).to_have_count(2)

    with mine.expect_download() as download:
        mine.get_by_role("link", name="Договор № 418.pdf").click()
    assert download.value.suggested_filename == "Договор № 418.pdf"
    assert download.value.path().read_bytes() == samples.PDF

    mine.get_by_role("button", name="В архив: снимок.png").click()
    expect(names).to_have_count(1)
    mine.locator(".toast").get_by_role("button", name="Отменить").click()
    expect(names).to_have_count(2)


def test_a_dropped_file_goes_up_and_a_refused_one_says_why(mine, partner):
    drop = """([form, name, text]) => {
        const data = new DataTransfer();
        data.items.add(new File([text], name));
        form.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    form = mine.locator("[data-files]")
    mine.evaluate(drop, [form.element_handle(), "заметка.txt", "Привет"])
    expect(mine.locator(".files-list .name")).to_have_text("заметка.txt")

    mine.evaluate(drop, [form.element_handle(), "картинка.png", "<svg><script>alert(1)</script></svg>"])

    expect(mine.locator("#files-error")).to_contain_text("картинка.png")
    expect(mine.locator("#files-input")).to_be_focused()
    assert partner.files.count() == 1


def test_a_contact_is_added_by_keyboard_alone(mine, partner):
    mine.keyboard.press("a")
    expect(mine.locator("dialog [name=name]")).to_be_focused()
    mine.keyboard.type("Пётр Громов")
    mine.keyboard.press("Tab")
    mine.keyboard.press("Tab")
    mine.keyboard.type("12")
    mine.keyboard.press("Control+Enter")
    expect(mine.locator("dialog [name=phone]")).to_have_attribute("aria-invalid", "true")
    expect(mine.locator("dialog [name=name]")).to_have_value("Пётр Громов")
    mine.locator("dialog [name=phone]").fill("8 900 000 38 11")
    mine.keyboard.press("Control+Enter")

    expect(mine.locator(".contact").nth(1)).to_contain_text("+7 900 000-38-11")
    expect(mine.locator(".toast")).to_contain_text("Пётр Громов")
    assert partner.contacts.count() == 2


def test_the_head_merges_a_duplicate_by_mouse_and_takes_it_back(page: Page, live_server, partner):
    twin = PartnerFactory(name="Вектор", city=partner.city, site="https://vektor.example")
    ContactFactory(partner=twin, phone="+79000003811")
    log_in(page, live_server.url, HeadFactory(), f"/partners/{partner.pk}/")

    page.get_by_role("button", name="Другие действия с партнёром").click()
    page.get_by_role("link", name="Объединить с дублем").click()
    page.get_by_role("link", name="Вектор", exact=True).click()
    page.locator(".merge-row", has_text="Партнёр").first.get_by_label("Вектор", exact=True).check()
    page.get_by_role("button", name="Объединить").click()

    expect(page.locator("h1")).to_have_text("Вектор")
    expect(page.locator(".contact")).to_have_count(2)
    page.goto(f"{live_server.url}/partners/{twin.pk}/")
    page.wait_for_url(f"**/partners/{partner.pk}/")
    page.get_by_role("button", name="Отменить объединение").click()

    expect(page.locator("h1")).to_contain_text("ООО «Вектор»")
    expect(page.locator(".contact")).to_have_count(1)
    twin.refresh_from_db()
    assert (twin.merged_into, twin.contacts.count()) == (None, 1)


def test_the_head_merges_a_duplicate_by_keyboard_alone(page: Page, live_server, partner):
    twin = PartnerFactory(name="ООО «Чистый лист»")
    log_in(page, live_server.url, HeadFactory(), f"/partners/{partner.pk}/merge/")

    expect(page.locator("#merge-q")).to_be_focused()
    page.keyboard.type("чистый")
    page.keyboard.press("Enter")
    page.wait_for_url("**?q=*")
    page.get_by_role("link", name="Чистый лист").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**?with={twin.pk}")
    page.locator(".merge-row input:checked").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+Enter")

    expect(page.locator("h1")).to_contain_text("Чистый лист")
    twin.refresh_from_db()
    assert twin.merged_into == partner
