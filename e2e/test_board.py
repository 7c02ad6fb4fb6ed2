"""The board in the browser: dragging, keys and the menu all move a card; a refused or forgotten move brings it back."""

import pytest
from playwright.sync_api import expect

from deals.tests.factories import DealFactory, HandoffFactory, stage
from e2e.steps import log_in
from partners.tests.factories import ContactFactory, PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deal():
    deal = DealFactory(partner=PartnerFactory(name="ООО «Сибзащита»"))
    DealFactory(partner=PartnerFactory(name="ИП Гусев М. Ю.", manager=deal.manager), role="troubled")
    return deal


@pytest.fixture
def board(page, live_server, deal):
    log_in(page, live_server.url, deal.manager, "/deals/board/renewal/")
    return page


def column(page, role, pipeline="renewal"):
    return page.locator(f"[data-stage='{stage(pipeline, role).pk}']")


def card(page, deal):
    return page.locator(f"[data-deal='{deal.pk}']")


def drag(page, what, where):
    """Drag the card, and let go only when its shadow lies in the other column."""
    start, end = what.bounding_box(), where.bounding_box()
    page.mouse.move(start["x"] + 60, start["y"] + start["height"] / 2)
    page.mouse.down()
    x, y = end["x"] + end["width"] / 2, end["y"] + 120
    page.mouse.move(x, y, steps=12)
    shadow = where.locator(".sortable-ghost")
    for wobble in range(20):
        page.mouse.move(x, y + wobble % 3)
        if shadow.count():
            break
    expect(shadow).to_be_attached()
    page.mouse.up()


def test_a_dragged_card_moves_and_the_heads_count_anew(board, deal):
    drag(board, card(board, deal), column(board, "troubled"))

    expect(column(board, "troubled").locator(f"[data-deal='{deal.pk}']")).to_be_visible()
    expect(column(board, "troubled").locator("h2")).to_contain_text("2")
    expect(board.locator(".toast").last).to_contain_text("Сибзащита")
    deal.refresh_from_db()
    assert deal.stage.role == "troubled"


def test_undo_brings_it_back(board, deal):
    drag(board, card(board, deal), column(board, "troubled"))
    board.locator(".toast form button").click()

    expect(column(board, "healthy").locator(f"[data-deal='{deal.pk}']")).to_be_visible()


def test_r6_dropping_on_due_asks_for_the_exact_sum_and_shows_it(board, deal):
    drag(board, card(board, deal), column(board, "due"))
    dialog = board.locator("dialog[open]")
    dialog.locator("[name=discount_percent]").fill("7")

    expect(dialog.locator("#stage-price")).to_contain_text("172")
    dialog.locator(".btn--primary").click()

    expect(board.locator(".toast").last).to_contain_text("Сибзащита")
    expect(column(board, "due").locator(f"[data-deal='{deal.pk}']")).to_be_visible()
    deal.refresh_from_db()
    assert int(deal.amount) == 172_980


def test_escape_puts_the_card_back(board, deal):
    drag(board, card(board, deal), column(board, "due"))
    expect(board.locator("dialog[open]")).to_be_visible()
    board.keyboard.press("Escape")

    expect(column(board, "healthy").locator(f"[data-deal='{deal.pk}']")).to_be_visible()
    deal.refresh_from_db()
    assert deal.stage.role == "healthy"


def test_keys_walk_over_the_cards_and_move_one(board, deal):
    card(board, deal).locator("[data-card-link]").focus()
    board.keyboard.press("Shift+ArrowRight")

    expect(column(board, "troubled").locator(f"[data-deal='{deal.pk}']")).to_be_visible()
    expect(card(board, deal).locator("[data-card-link]")).to_be_focused()


def test_the_menu_moves_a_card_too(board, deal):
    card(board, deal).locator(".board-menu").click()
    board.locator(f"#stage-menu [data-move-to='{stage('renewal', 'troubled').pk}']").click()

    expect(column(board, "troubled").locator(f"[data-deal='{deal.pk}']")).to_be_visible()


def test_r1_a_refused_drop_says_why_and_goes_back(page, live_server):
    handoff = HandoffFactory()
    ContactFactory(partner=handoff.deal.partner)
    log_in(page, live_server.url, handoff.deal.manager, "/deals/board/new/")

    drag(page, card(page, handoff.deal), column(page, "accepted", "new"))

    expect(page.locator(".toast").last).to_contain_text("примите партнёра")
    expect(column(page, "handed_over", "new").locator(f"[data-deal='{handoff.deal.pk}']")).to_be_visible()


def test_space_shows_a_deal_in_short_and_takes_it_away(board, deal):
    card(board, deal).locator("[data-card-link]").focus()
    board.keyboard.press("Space")
    dialog = board.locator("dialog.glance")
    expect(dialog).to_contain_text("Сибзащита")
    board.keyboard.press("Space")

    expect(dialog).to_have_count(0)
    expect(card(board, deal).locator("[data-card-link]")).to_be_focused()
    board.keyboard.press("Space")
    expect(dialog).to_be_visible()
    board.keyboard.press("Enter")
    board.wait_for_url(f"**/deals/{deal.pk}/")


def test_the_cards_menu_and_the_eye_of_a_row_show_it_too(board, live_server, deal):
    card(board, deal).locator(".board-menu").click()
    board.locator("#stage-menu [data-glance-open]").click()
    expect(board.locator("dialog.glance")).to_contain_text("Сибзащита")

    board.goto(f"{live_server.url}/deals/board/renewal/?layout=list")
    row = board.locator(f"tr[data-deal='{deal.pk}']")
    row.hover()
    row.locator("[data-glance-open]").click()
    expect(board.locator("dialog.glance")).to_contain_text("Сибзащита")
