"""The boards: cards by stage, counts and sums of the same filter, moves and what they ask for."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, MarketerFactory, SupportFactory
from catalog.models import City
from catalog.tests.factories import PackageFactory
from deals.selectors.board import CARDS_A_COLUMN
from deals.tests.factories import AddonFactory, DealFactory, HandoffFactory, TaskFactory, stage
from partners.tests.factories import MetricsFactory, PartnerFactory

pytestmark = pytest.mark.django_db
URL = "/deals/board/renewal/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def manager(client):
    person = SupportFactory()
    client.force_login(person)
    return person


def deal_of(manager, **fields):
    return DealFactory(partner=PartnerFactory(manager=manager), **fields)


def column(client, role, query=""):
    columns = client.get(URL + query).context["columns"]
    return next(column for column in columns if column.stage.role == role)


def move_url(deal, role):
    return reverse("deals:deal-move", args=[deal.pk]) + f"?stage={stage(deal.pipeline_id, role).pk}"


def test_a_column_tells_count_sum_overdue_and_idle_of_its_cards(client, manager):
    now = timezone.now()
    TaskFactory(deal=deal_of(manager), scheduled_at=now - timedelta(days=3), due_at=now - timedelta(days=1))
    deal_of(manager, amount=Decimal(94_000))
    DealFactory()

    head = column(client, "healthy")

    assert (head.count, head.total, head.overdue, head.idle) == (2, Decimal(280_000), 1, 1)
    assert len(head.cards) == 2


def test_cards_stand_in_the_order_of_the_ends_of_their_terms(client, manager):
    later = deal_of(manager, term_ends_on=date(2027, 3, 1))
    without = deal_of(manager, term_ends_on=None)
    sooner = deal_of(manager, term_ends_on=date(2026, 12, 1))

    assert [card.pk for card in column(client, "healthy").cards] == [sooner.pk, later.pk, without.pk]


def test_a_long_column_loads_on_and_loses_nothing(client, manager):
    partner, package = PartnerFactory(manager=manager), PackageFactory()
    ends = [date(2026, 12, 1), date(2026, 12, 1), date(2027, 1, 1), None]
    deals = [
        DealFactory(partner=partner, package=package, term_ends_on=ends[number % 4])
        for number in range(CARDS_A_COLUMN + 15)
    ]

    head = column(client, "healthy")
    address = reverse("deals:board-more", args=["renewal", head.stage.pk])
    rest = client.get(address, {"after": head.last_key, "shown": len(head.cards)}).context["column"].cards

    assert head.rest == 15
    assert {card.pk for card in head.cards + rest} == {deal.pk for deal in deals}


def test_the_filter_narrows_cards_and_sums_alike(client, manager):
    omsk = City.objects.get(name="Омск")
    DealFactory(partner=PartnerFactory(manager=manager, city=omsk))
    deal_of(manager)

    head = column(client, "healthy", f"?city={omsk.pk}")

    assert (head.count, len(head.cards)) == (1, 1)


def test_the_head_chooses_a_manager(client):
    deal = DealFactory()
    DealFactory()
    client.force_login(HeadFactory())

    assert column(client, "healthy").count == 2
    assert column(client, "healthy", f"?manager={deal.manager.pk}").count == 1


@pytest.mark.parametrize("code", ["new", "renewal", "addon"])
def test_every_pipeline_has_its_board(client, manager, code):
    AddonFactory(partner=PartnerFactory(manager=manager))
    HandoffFactory(deal__partner=PartnerFactory(manager=manager))

    assert client.get(f"/deals/board/{code}/").status_code == 200


def test_there_is_no_other_board(client, manager):
    assert client.get("/deals/board/old/").status_code == 404


def test_marketing_sees_the_board_without_ways_to_move(client):
    HandoffFactory()
    client.force_login(MarketerFactory())

    page = client.get("/deals/board/new/").content.decode()

    assert "board-card" in page
    assert "stage-menu" not in page


def test_the_number_of_queries_does_not_grow(client, manager):
    package = PackageFactory()

    def fill(count):
        for _number in range(count):
            deal = deal_of(manager, package=package)
            TaskFactory(deal=deal)
            MetricsFactory(partner=deal.partner)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        return len(captured)

    fill(2)
    queries()
    few = queries()
    fill(40)

    assert queries() == few <= 14


def test_a_move_without_demands_is_made_at_once_and_offers_the_way_back(client, manager):
    deal = deal_of(manager)

    response = client.post(move_url(deal, "troubled"), {"version": deal.version, "next": URL, "ask": 1}, headers=HTMX)

    deal.refresh_from_db()
    assert deal.stage.role == "troubled"
    assert "deal:moved" in response.headers["HX-Trigger"]
    assert f"undo=1&stage={stage('renewal', 'healthy').pk}" in response.headers["HX-Trigger"]


def test_r6_a_move_to_due_asks_for_package_and_sum_first(client, manager):
    deal = deal_of(manager)

    response = client.post(move_url(deal, "due"), {"version": deal.version, "next": URL, "ask": 1}, headers=HTMX)

    deal.refresh_from_db()
    assert deal.stage.role == "healthy"
    assert "<dialog" in response.content.decode()


def test_r6_the_answered_dialog_moves_with_the_exact_sum_and_the_next_step(client, manager):
    deal = deal_of(manager)
    typed = {
        "version": deal.version, "next": URL, "package": deal.package.pk, "discount_percent": "7",
        "expected_payment_on": "2026-11-30", "title": "Проверить оплату", "kind": "call",
        "day": timezone.localdate().isoformat(), "time": "23:00",
    }  # fmt: skip

    client.post(move_url(deal, "due"), typed, headers=HTMX)

    deal.refresh_from_db()
    assert (deal.stage.role, deal.amount, deal.expected_payment_on) == ("due", Decimal("172980.00"), date(2026, 11, 30))
    assert deal.tasks.get().title == "Проверить оплату"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"discount_percent": "170"}, "discount_percent"),
        ({"package": ""}, "package"),
        ({"title": "Позвонить"}, "day"),
    ],
)
def test_r6_a_wrong_answer_is_named_at_its_field_and_nothing_moves(client, manager, typed, field):
    deal = deal_of(manager)
    answer = {"package": deal.package.pk, "kind": "call", "time": "12:00"} | typed

    response = client.post(move_url(deal, "due"), answer, headers=HTMX)

    deal.refresh_from_db()
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert deal.stage.role == "healthy"


def test_the_sum_is_shown_while_one_chooses(client, manager):
    deal = deal_of(manager)

    page = client.get(
        reverse("deals:deal-price", args=[deal.pk]), {"package": deal.package.pk, "discount_percent": "7"}
    )

    assert "172\N{NO-BREAK SPACE}980" in page.content.decode()


def test_r6_leaving_due_can_be_undone_without_answering_again(client, manager):
    deal = deal_of(manager, role="due")
    response = client.post(move_url(deal, "troubled"), {"next": URL + "?city=5&package=3", "ask": 1}, headers=HTMX)
    undo = json.loads(response.headers["HX-Trigger"])["toast"]["undo"]

    back = client.post(undo)

    deal.refresh_from_db()
    assert deal.stage.role == "due"
    assert back.url == URL + "?city=5&package=3"


def test_undo_does_not_overwrite_a_later_move(client, manager):
    deal = deal_of(manager)
    response = client.post(move_url(deal, "troubled"), {"next": URL, "ask": 1}, headers=HTMX)
    client.post(move_url(deal, "due"), {"package": deal.package.pk, "kind": "call"}, headers=HTMX)

    client.post(json.loads(response.headers["HX-Trigger"])["toast"]["undo"])

    deal.refresh_from_db()
    assert deal.stage.role == "due"


@pytest.mark.parametrize("query", ["after=abc~1", "after=2026-13-45~3", "after=2026-01-01~²", "shown=²"])
def test_a_strange_key_of_a_column_is_no_error(client, manager, query):
    column_stage = stage("renewal", "healthy")

    assert client.get(f"/deals/board/renewal/more/{column_stage.pk}/?{query}").status_code == 200


def test_a_browser_without_scripts_loads_the_whole_column(client, manager):
    partner, package = PartnerFactory(manager=manager), PackageFactory()
    for _number in range(CARDS_A_COLUMN + 3):
        DealFactory(partner=partner, package=package)

    head = column(client, "healthy", f"?loaded={stage('renewal', 'healthy').pk}:500")

    assert (len(head.cards), head.rest) == (CARDS_A_COLUMN + 3, 0)


def planned(manager, **when):
    deal, now = deal_of(manager), timezone.now()
    TaskFactory(deal=deal, scheduled_at=now - timedelta(days=3), due_at=now + timedelta(**when))
    return deal


def test_a_part_of_the_bar_narrows_its_column_and_leaves_the_others(client, manager):
    late, planned_deal, idle = planned(manager, hours=-30), planned(manager, days=2), deal_of(manager)
    other = deal_of(manager, role="troubled")
    healthy = stage("renewal", "healthy").pk

    for activity, expected in (("overdue", late), ("planned", planned_deal), ("idle", idle)):
        head = column(client, "healthy", f"?segment={healthy}:{activity}")
        assert ([card.pk for card in head.cards], head.count, head.rest) == ([expected.pk], 3, 0)
        assert [each.activity for each in head.segments if each.is_chosen] == [activity]
    assert [card.pk for card in column(client, "troubled", f"?segment={healthy}:idle").cards] == [other.pk]


def test_the_parts_of_the_bar_make_the_whole(client, manager):
    planned(manager, hours=-30)
    planned(manager, days=2)
    deal_of(manager)
    deal_of(manager)

    parts = column(client, "healthy").segments

    assert {part.activity: part.count for part in parts} == {"overdue": 1, "planned": 1, "idle": 2}
    assert sum(part.width for part in parts) == pytest.approx(100)


@pytest.mark.parametrize(
    "query", ["?segment=x:overdue", "?segment=1:late", "?loaded=a:b,1", "?open=x", "?loaded=" + "9" * 300]
)
def test_an_address_that_makes_no_sense_shows_the_whole_board(client, manager, query):
    deal_of(manager)

    head = column(client, "healthy", query)

    assert (len(head.cards), head.chosen) == (1, None)


def test_a_final_status_unfolds_what_was_closed_this_month(client, manager):
    deal = deal_of(manager)
    client.post(move_url(deal, "lost"), {"reason": "Закрылись"})

    lost = stage("renewal", "lost").pk
    finals = {each.stage.pk: each for each in client.get(URL, {"open": lost}).context["finals"]}

    assert [card.pk for card in finals[lost].cards] == [deal.pk]
    assert not client.get(URL).context["finals"][-1].cards


def test_the_stamp_changes_with_a_card_and_with_its_task_only(client, manager):
    deal = deal_of(manager)
    asked = lambda: client.get(reverse("deals:board-stamp", args=["renewal"])).content  # noqa: E731
    before = asked()
    assert asked() == before
    DealFactory()
    assert asked() == before, "another manager's"

    TaskFactory(deal=deal)
    planned_now = asked()
    client.post(move_url(deal, "troubled"))
    assert len({before, planned_now, asked()}) == 3


def test_losing_a_deal_asks_why(client, manager):
    deal = deal_of(manager)

    refused = client.post(move_url(deal, "lost"), {"reason": " "}, headers=HTMX)
    client.post(move_url(deal, "lost"), {"reason": "Не окупил вложения", "version": deal.version}, headers=HTMX)

    deal.refresh_from_db()
    assert refused.status_code == 422
    assert (deal.outcome, deal.lost_reason) == ("lost", "Не окупил вложения")


def test_a_refused_drop_says_why_and_the_card_goes_back(client, manager):
    handoff = HandoffFactory(deal__partner=PartnerFactory(manager=manager))

    response = client.post(move_url(handoff.deal, "accepted"), {"next": URL, "ask": 1}, headers=HTMX)

    assert response.status_code == 204
    assert "deal:refused" in response.headers["HX-Trigger"]


def test_a_stale_card_is_refused(client, manager):
    deal = deal_of(manager)

    response = client.post(move_url(deal, "troubled"), {"next": URL, "version": deal.version + 5}, headers=HTMX)

    deal.refresh_from_db()
    assert "deal:refused" in response.headers["HX-Trigger"]
    assert deal.stage.role == "healthy"


def test_a_move_works_without_scripts_too(client, manager):
    deal = deal_of(manager)

    page = client.get(move_url(deal, "troubled"))
    response = client.post(move_url(deal, "troubled"), {"version": deal.version})

    deal.refresh_from_db()
    assert page.status_code == 200
    assert response.url == reverse("deals:deal", args=[deal.pk])
    assert deal.stage.role == "troubled"


@pytest.mark.parametrize(("stranger", "status"), [(SupportFactory, 404), (MarketerFactory, 403)])
def test_a_stranger_moves_nothing(client, stranger, status):
    deal = DealFactory()
    client.force_login(stranger())

    assert client.post(move_url(deal, "troubled")).status_code == status
    deal.refresh_from_db()
    assert deal.stage.role == "healthy"
