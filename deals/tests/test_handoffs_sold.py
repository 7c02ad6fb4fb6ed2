"""Sales sees everything that it has handed over, and what became of it (R18)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import HeadFactory, MarketerFactory, SalesFactory, SupportFactory
from core import moscow
from deals.models import Stage
from deals.tests.factories import DealFactory, HandoffFactory
from partners.tests.factories import MetricsFactory

pytestmark = pytest.mark.django_db

URL = "/deals/handoffs/sold/"


@pytest.fixture
def seller():
    return SalesFactory()


def sold(seller, **fields):
    """A partner that was handed over 60 days ago and accepted an hour later."""
    created = timezone.now() - timedelta(days=60)
    handoff = HandoffFactory(
        sold_by=seller,
        paid_on=moscow.today(created),
        created_at=created,
        accepted_at=created + timedelta(hours=1),
        **fields,
    )
    return handoff


def test_r18_each_row_says_when_it_was_accepted_and_what_became_of_it(client, seller):
    manager = SupportFactory()
    handoff = sold(seller, accepted_by=manager, deal__partner__manager=manager)
    partner = handoff.deal.partner
    MetricsFactory(partner=partner, measured_on=handoff.paid_on + timedelta(days=2), requests=0)
    MetricsFactory(partner=partner, measured_on=handoff.paid_on + timedelta(days=9), requests=7)
    MetricsFactory(partner=partner, measured_on=handoff.paid_on + timedelta(days=16), requests=30)
    won = Stage.objects.get(pipeline="renewal", role="won")
    DealFactory(
        partner=partner,
        stage=won,
        outcome="won",
        closed_at=timezone.now(),
        amount=Decimal(90_000),
        paid_amount=Decimal(90_000),
        created_at=timezone.now() - timedelta(days=20),
    )
    DealFactory(partner=partner, role="healthy")
    client.force_login(seller)

    response = client.get(URL)

    (row,) = response.context["rows"]
    assert (row.accepted_at, row.is_in_time, row.manager) == (handoff.accepted_at, True, manager.full_name)
    assert (row.on_support, row.on_sales) == (timedelta(hours=1), timedelta(0))
    assert (row.requests, row.requests_on) == (7, handoff.paid_on + timedelta(days=9))
    assert (row.renewals, row.renewals_sum) == (1, 90_000)
    assert row.stage == Stage.objects.get(pipeline="renewal", role="healthy").name
    facts = response.context["facts"]
    assert (facts.handed_over, facts.accepted, facts.in_time_percent) == (1, 1, 100)
    assert (facts.with_requests, facts.renewals, facts.renewals_sum) == (1, 1, 90_000)


def test_sales_sees_its_own_and_the_head_everybodys_or_one_sellers(client, seller):
    mine, theirs = sold(seller, accepted_by=HeadFactory()), sold(SalesFactory(), accepted_by=HeadFactory())

    def shown(person, **query) -> set[int]:
        client.force_login(person)
        return {row.pk for row in client.get(URL, query).context["rows"]}

    head = HeadFactory()
    assert shown(seller) == {mine.pk}
    assert shown(seller, seller=theirs.sold_by_id) == {mine.pk}
    assert shown(head) == {mine.pk, theirs.pk}
    assert shown(head, seller=seller.pk) == {mine.pk}


@pytest.mark.parametrize("factory", [SupportFactory, MarketerFactory])
def test_who_does_not_sell_has_no_such_page(client, factory):
    client.force_login(factory())

    assert client.get(URL).status_code == 403


def test_who_has_sold_nothing_is_told_how_to_begin(client, seller):
    client.force_login(seller)

    assert "/deals/handoffs/new/" in client.get(URL).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_rows(client, seller):
    client.force_login(seller)
    counted = []
    for rows in (2, 20):
        for _each in range(rows):
            sold(seller, accepted_by=HeadFactory())
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counted.append(len(queries))

    assert counted[0] == counted[1] <= 9
