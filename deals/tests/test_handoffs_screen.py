"""«Передача в ОМ» as people meet it: the table by deadline, the panel, accepting, the status (R1, R18)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, MarketerFactory, SalesFactory, SupportFactory
from catalog.models import City
from core import moscow
from deals.first_call import may_call_at, suggest_first_call
from deals.models import Handoff
from deals.selectors.handoffs import Filters, handoff_facts, handoff_groups
from deals.tests.factories import HandoffFactory, NewDealFactory
from partners.tests.factories import ContactFactory, PartnerFactory

pytestmark = pytest.mark.django_db

URL = "/deals/handoffs/"
MONDAY_NOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def manager():
    return SupportFactory()


def handed_over(manager, *, days_ago=0, contact=None, **fields) -> Handoff:
    partner = fields.pop("partner", None) or PartnerFactory(manager=manager)
    contact = ContactFactory(partner=partner)
    deal = NewDealFactory(partner=partner, contact=contact)
    return HandoffFactory(deal=deal, paid_on=moscow.today(timezone.now()) - timedelta(days=days_ago), **fields)


def step(day: date | None = None, clock: str = "12:00", **fields) -> dict[str, str]:
    day = day or moscow.today(timezone.now()) + timedelta(days=1)
    return {"title": "Познакомиться", "kind": "call", "day": day.isoformat(), "time": clock} | fields


def names(response) -> list[str]:
    return [row.partner for group in response.context["groups"] for row in group.rows]


def test_r1_rows_come_by_deadline_and_the_late_one_says_so(client, manager):
    fresh = handed_over(manager)
    late = handed_over(manager, days_ago=3)
    client.force_login(manager)

    response = client.get(URL)

    assert [row.pk for row in response.context["groups"][0].rows] == [late.pk, fresh.pk]
    content = response.content.decode()
    assert content.count("countdown--bad") == 1
    assert "просрочено" in content and "осталось" in content


def test_the_strip_counts_what_waits_what_is_due_today_and_what_is_late(manager):
    for days_ago, amount in ((0, 100), (1, 20), (1, 3), (4, 5000)):
        handed_over(manager, days_ago=days_ago, amount=Decimal(amount))

    facts = handoff_facts(Handoff.objects.visible_to(manager), timezone.now())

    assert (facts.waiting, facts.waiting_sum, facts.due_today, facts.overdue) == (4, Decimal(5123), 2, 1)


def test_acceptance_in_time_and_its_average_are_those_of_the_month(manager):
    november, late_in_november, october = (date(2026, 11, 10), 10), (date(2026, 11, 14), 60), (date(2026, 10, 14), 9)
    for paid_on, hours_after_payment in (november, (date(2026, 11, 12), 47), late_in_november, october):
        paid_at = moscow.start_of_day(paid_on)
        HandoffFactory(
            deal__partner__manager=manager,
            paid_on=paid_on,
            created_at=paid_at,
            accepted_at=paid_at + timedelta(hours=hours_after_payment),
            accepted_by=manager,
        )

    facts = handoff_facts(Handoff.objects.visible_to(manager), MONDAY_NOON)

    assert (facts.accepted, facts.in_time, facts.in_time_percent) == (3, 2, 67)
    assert facts.average == timedelta(hours=39)
    assert (facts.is_faster, facts.change) == (False, timedelta(hours=30))
    assert facts.month == "2026-11"


def test_every_figure_of_the_strip_opens_its_list(client, manager):
    today, late = handed_over(manager, days_ago=1), handed_over(manager, days_ago=2)
    accepted = handed_over(manager, accepted_at=timezone.now(), accepted_by=manager)
    client.force_login(manager)
    facts = client.get(URL).context["facts"]

    listed = {
        query: [row.pk for group in client.get(URL + query).context["groups"] for row in group.rows]
        for query in ("?due=today", "?due=overdue", f"?view=accepted&month={facts.month}", "?view=all")
    }

    assert list(listed.values()) == [[today.pk], [late.pk], [accepted.pk], [accepted.pk, late.pk, today.pk]]


def test_the_accepted_ones_stand_below_by_today_this_week_and_last_week(manager):
    for day in (date(2026, 11, 25), date(2026, 11, 23), date(2026, 11, 19), date(2026, 11, 13)):
        moment = moscow.start_of_day(day) + timedelta(hours=10)
        HandoffFactory(
            deal__partner__manager=manager, paid_on=day, created_at=moment, accepted_at=moment, accepted_by=manager
        )
    wednesday = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)

    groups, _more = handoff_groups(Handoff.objects.visible_to(manager), Filters(), wednesday)

    assert [len(group.rows) for group in groups] == [0, 1, 1, 1]
    assert groups[1].rows[0].verdict.endswith("10:00")


def test_readiness_counts_the_five_items_that_sales_owes(manager):
    ready = handed_over(
        manager,
        geography="Омск",
        wished_speed="25 в неделю",
        has_customer_request=True,
        has_offer_accepted=True,
        has_access=True,
    )
    bare = handed_over(manager)

    groups, _more = handoff_groups(Handoff.objects.visible_to(manager), Filters(), timezone.now())

    assert {row.pk: (row.info_ready, row.is_ready) for row in groups[0].rows} == {
        ready.pk: (5, True),
        bare.pk: (1, False),
    }


def test_the_panel_opens_by_a_plain_link_and_alone_for_htmx(client, manager):
    handoff = handed_over(manager)
    client.force_login(manager)

    page = client.get(URL, {"handoff": handoff.pk}).content.decode()
    panel = client.get(
        URL, {"handoff": handoff.pk}, headers={"HX-Request": "true", "HX-Target": "handoff-panel"}
    ).content.decode()

    assert "<table" in page and "Обещали" in page
    assert "<table" not in panel and "Обещали" in panel
    assert reverse("deals:handoff-accept", args=[handoff.pk]) in panel


def test_r1_accepting_moves_the_deal_and_plans_the_first_call(client, manager):
    handoff = handed_over(manager)
    client.force_login(manager)

    response = client.post(reverse("deals:handoff-accept", args=[handoff.pk]), step(), follow=True)

    handoff.refresh_from_db()
    assert (handoff.accepted_by, handoff.deal.stage.role) == (manager, "accepted")
    assert [task.title for task in handoff.deal.tasks.open()] == ["Познакомиться"]
    assert handoff.deal.partner.name.split("«")[1][:8] in response.content.decode()


def test_accepting_twice_is_refused_with_the_name_of_who_did_it(client, manager):
    handoff = handed_over(manager, accepted_at=timezone.now(), accepted_by=manager)
    client.force_login(manager)

    response = client.post(reverse("deals:handoff-accept", args=[handoff.pk]), step())

    assert response.status_code == 422
    assert handoff.deal.tasks.count() == 0


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title": " "}, "title"),
        ({"day": ""}, "day"),
        ({"time": "25:70"}, "time"),
        ({"day": "later", "later_day": "2099-01-01"}, "long_term_reason"),
    ],
)
def test_bad_input_is_answered_at_the_field_and_nothing_typed_is_lost(client, manager, typed, field):
    handoff = handed_over(manager)
    client.force_login(manager)
    data = step(title="Позвонить Ларисе") | typed

    response = client.post(reverse("deals:handoff-accept", args=[handoff.pk]), data)

    handoff.refresh_from_db()
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert handoff.accepted_at is None
    if field != "title":
        assert "Позвонить Ларисе" in response.content.decode()


def test_the_first_call_lies_in_the_partners_calling_hours(client, manager):
    khabarovsk = City.objects.get(name="Хабаровск")
    handoff = handed_over(manager, partner=PartnerFactory(manager=manager, city=khabarovsk))
    client.force_login(manager)
    url = reverse("deals:handoff-accept", args=[handoff.pk])

    night = client.post(url, step(clock="15:00"))
    letter = client.post(url, step(clock="15:00", kind="letter"))

    assert (night.status_code, letter.status_code) == (422, 302)
    assert "2:00" in night.context["form"].errors["time"][0] and "13:00" in night.context["form"].errors["time"][0]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Moscow", "23 12:15"),
        ("Asia/Vladivostok", "23 12:15"),
        ("Asia/Kamchatka", "24 10:00"),
        ("Europe/Kaliningrad", "23 12:15"),
    ],
)
def test_the_suggested_call_suits_the_partner_and_our_office(zone, expected):
    suggested = suggest_first_call(zone, MONDAY_NOON)

    assert f"{suggested:%d %H:%M}" == expected
    assert may_call_at(zone, suggested)


def test_after_office_hours_on_friday_the_suggested_call_is_on_monday():
    friday_evening = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)

    assert f"{suggest_first_call('Europe/Moscow', friday_evening):%d.%m %H:%M}" == "30.11 10:00"


def test_the_head_gives_the_partner_to_another_manager_at_once(client, manager):
    handoff, another = handed_over(manager), SupportFactory()
    client.force_login(HeadFactory())

    client.post(reverse("deals:handoff-accept", args=[handoff.pk]), step(manager=another.pk))

    handoff.refresh_from_db()
    assert handoff.deal.manager == handoff.deal.partner.manager == another
    assert handoff.deal.tasks.open().get().assignee == another


def test_a_manager_cannot_pass_his_partner_on_by_naming_another(client, manager):
    handoff, another = handed_over(manager), SupportFactory()
    client.force_login(manager)

    client.post(reverse("deals:handoff-accept", args=[handoff.pk]), step(manager=another.pk))

    handoff.refresh_from_db()
    assert handoff.deal.manager == manager


def test_a_colleagues_handoff_does_not_exist_for_a_manager(client, manager):
    handoff = handed_over(SupportFactory())
    client.force_login(manager)

    assert names(client.get(URL)) == []
    assert client.get(URL, {"handoff": handoff.pk}).status_code == 404
    assert client.post(reverse("deals:handoff-accept", args=[handoff.pk]), step()).status_code == 404


def test_sales_sees_what_it_handed_over_and_cannot_accept_it(client, manager):
    seller = SalesFactory()
    mine = handed_over(manager, sold_by=seller)
    handed_over(manager, sold_by=SalesFactory())
    client.force_login(seller)

    page = client.get(URL, {"handoff": mine.pk})
    attempt = client.post(reverse("deals:handoff-accept", args=[mine.pk]), step())

    assert [row.pk for row in page.context["groups"][0].rows] == [mine.pk]
    assert "accept-form" not in page.content.decode()
    assert attempt.status_code == 403


def test_marketing_sees_every_row_without_the_contact_and_moves_the_status(client, manager):
    handoff = handed_over(manager)
    client.force_login(MarketerFactory())

    page = client.get(URL, {"handoff": handoff.pk}).content.decode()
    client.post(reverse("deals:handoff-status", args=[handoff.pk]), {"status": "preparing"})

    handoff.refresh_from_db()
    assert "+7900" not in page and "Лариса" not in page
    assert handoff.status == "preparing"


def test_support_does_not_move_the_status_of_marketings_table(client, manager):
    handoff = handed_over(manager)
    client.force_login(manager)

    response = client.post(reverse("deals:handoff-status", args=[handoff.pk]), {"status": "running"})

    assert response.status_code == 403
    assert "handoff-status" not in client.get(URL, {"handoff": handoff.pk}).content.decode()


def test_r18_sales_completes_the_information_and_the_row_becomes_ready(client, manager):
    seller = SalesFactory()
    handoff = handed_over(manager, sold_by=seller, networks="Директ")
    client.force_login(seller)
    url = reverse("deals:handoff-details", args=[handoff.pk])
    ticked = dict.fromkeys(("has_customer_request", "has_offer_accepted", "has_access"), "on")

    too_long = client.post(url, ticked | {"geography": "о" * 161, "wished_speed": "25 в неделю"})
    done = client.post(url, ticked | {"geography": "Омск", "wished_speed": "25 в неделю"}, follow=True)

    assert (too_long.status_code, list(too_long.context["details_form"].errors)) == (422, ["geography"])
    assert 'value="25 в неделю"' in too_long.content.decode()
    assert done.context["groups"][0].rows[0].is_ready
    handoff.refresh_from_db()
    assert (handoff.geography, handoff.networks, handoff.has_access) == ("Омск", "Директ", True)


def test_the_information_is_completed_by_who_sold_and_nobody_else(client, manager):
    handoff = handed_over(manager)
    url = reverse("deals:handoff-details", args=[handoff.pk])
    answers = []
    for person in (manager, MarketerFactory(), SalesFactory()):
        client.force_login(person)
        answers.append(client.post(url, {"geography": "Омск"}).status_code)

    handoff.refresh_from_db()
    assert answers == [403, 403, 404]
    assert handoff.geography == ""


def test_an_unknown_status_is_refused_at_the_field(client, manager):
    handoff = handed_over(manager)
    client.force_login(HeadFactory())

    response = client.post(reverse("deals:handoff-status", args=[handoff.pk]), {"status": "flying"})

    handoff.refresh_from_db()
    assert response.status_code == 422
    assert 'id="handoff-status-error"' in response.content.decode()
    assert handoff.status == "waiting_info"


def test_the_head_filters_by_seller_and_unknown_filters_are_left_out(client, manager):
    first, second = handed_over(manager), handed_over(manager)
    client.force_login(HeadFactory())

    assert names(client.get(URL, {"seller": first.sold_by_id})) == [first.deal.partner.name.replace(" ", "\xa0", 1)]
    everything = client.get(URL, {"seller": "x", "view": "?", "month": "2026-13", "page": "0", "due": "never"})
    assert len(names(everything)) == 2
    assert second.pk in [row.pk for row in everything.context["groups"][0].rows]


def test_the_empty_table_tells_of_the_last_acceptance(client, manager):
    handed_over(manager, accepted_at=timezone.now() - timedelta(days=40), accepted_by=manager)
    client.force_login(manager)

    response = client.get(URL)

    assert response.context["is_empty"]
    assert "Правовой" in response.content.decode()


def test_a_long_list_has_pages(client, manager):
    partner = PartnerFactory(manager=manager)
    moment = timezone.now() - timedelta(days=60)
    for _each in range(51):
        HandoffFactory(deal=NewDealFactory(partner=partner), accepted_at=moment, accepted_by=manager)
    client.force_login(manager)

    first, second = (client.get(URL, {"view": "accepted", "page": page}) for page in (1, 2))

    assert (len(names(first)), len(names(second))) == (50, 1)
    assert "page=2" in first.content.decode()


def test_a_group_that_is_cut_says_that_there_are_more(client, manager):
    partner = PartnerFactory(manager=manager)
    for _each in range(51):
        HandoffFactory(deal=NewDealFactory(partner=partner), accepted_at=timezone.now(), accepted_by=manager)
    client.force_login(manager)

    response = client.get(URL)

    assert [(len(group.rows), group.is_cut) for group in response.context["groups"]] == [(0, False), (50, True)]
    assert "50+" in response.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_rows(client, manager):
    client.force_login(manager)
    counted = []
    for rows in (2, 20):
        for _each in range(rows):
            handoff = handed_over(manager)
        handed_over(manager, accepted_at=timezone.now(), accepted_by=manager)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL, {"handoff": handoff.pk})
        counted.append(len(queries))

    assert counted[0] == counted[1] <= 18
