"""The list beside the board: rows, sorting by the database, columns of one's choice, loading on."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.tests.factories import HeadFactory, SupportFactory
from catalog.tests.factories import PackageFactory
from deals.selectors.deal_list import PAGE_SIZE
from deals.tests.factories import DealFactory, stage
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db
URL = "/deals/board/renewal/?layout=list"


@pytest.fixture
def manager(client):
    person = SupportFactory()
    client.force_login(person)
    return person


def rows(client, query=""):
    return [row.pk for row in client.get(URL + query).context["rows"]]


def test_rows_stand_by_the_end_of_the_term_and_a_head_turns_them_round(client, manager):
    ends = [date(2027, 3, 1), None, date(2026, 12, 1)]
    later, without, sooner = (DealFactory(partner=PartnerFactory(manager=manager), term_ends_on=end) for end in ends)

    assert rows(client) == [sooner.pk, later.pk, without.pk]
    assert rows(client, "&sort=-date") == [later.pk, sooner.pk, without.pk]


@pytest.mark.parametrize(
    "sort", ["partner", "city", "stage", "amount", "subject", "date", "confidence", "task", "called", "manager", "days"]
)
@pytest.mark.parametrize("code", ["new", "renewal", "addon"])
def test_every_head_sorts_in_every_pipeline(client, manager, code, sort):
    for order in (sort, f"-{sort}"):
        assert client.get(f"/deals/board/{code}/?layout=list&sort={order}").status_code == 200


def test_by_sum_from_the_greatest(client, manager):
    small, big = (
        DealFactory(partner=PartnerFactory(manager=manager), amount=Decimal(amount)) for amount in (10_000, 20_000)
    )

    assert rows(client, "&sort=-amount") == [big.pk, small.pk]


def test_an_unknown_order_is_the_usual_one(client, manager):
    DealFactory(partner=PartnerFactory(manager=manager))

    assert len(rows(client, "&sort=password")) == 1


def test_the_columns_are_those_of_the_address(client, manager):
    DealFactory(partner=PartnerFactory(manager=manager))

    page = client.get(f"{URL}&columns=amount&columns=stage&columns=nonsense")

    assert [column.code for column in page.context["columns"]] == ["stage", "amount"]
    assert len(client.get(URL).context["columns"]) == 9


def test_only_who_sees_all_has_the_column_of_the_managers(client, manager):
    assert "manager" not in [column.code for column in client.get(URL).context["columns"]]
    client.force_login(HeadFactory())
    assert "manager" in [column.code for column in client.get(URL).context["columns"]]


def test_a_long_list_loads_on_and_loses_nothing(client, manager):
    partner, package = PartnerFactory(manager=manager), PackageFactory()
    deals = [DealFactory(partner=partner, package=package) for _number in range(PAGE_SIZE + 7)]

    first = client.get(URL).context
    more = client.get(f"{URL}&start={PAGE_SIZE}", headers={"HX-Request": "true"})

    assert (first["rest"], first["count"], len(first["rows"])) == (7, PAGE_SIZE + 7, PAGE_SIZE)
    assert "<html" not in more.content.decode()
    assert {row.pk for row in [*first["rows"], *more.context["rows"]]} == {deal.pk for deal in deals}
    assert len(rows(client, f"&shown={PAGE_SIZE * 2}")) == PAGE_SIZE + 7, "without scripts"


@pytest.mark.parametrize("query", ["&start=²", "&shown=-1", "&shown=999999999999", "&start=99999"])
def test_a_strange_page_is_no_error(client, manager, query):
    assert client.get(URL + query).status_code == 200
    assert client.get(URL + query, headers={"HX-Request": "true"}).status_code == 200


def test_closed_deals_are_listed_when_asked_for_by_their_status(client, manager):
    deal = DealFactory(partner=PartnerFactory(manager=manager))
    client.post(f"/deals/{deal.pk}/move/?stage={stage('renewal', 'lost').pk}", {"reason": "Закрылись"})

    assert rows(client) == []
    assert rows(client, f"&stage={stage('renewal', 'lost').pk}") == [deal.pk]
