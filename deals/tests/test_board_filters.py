"""Filters of a board and its list: each narrows rows and sums alike, and what makes no sense is told at its field."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import HeadFactory, SupportFactory
from catalog.models import City
from catalog.tests.factories import PackageFactory
from deals.tests.factories import AddonFactory, DealFactory, TaskFactory, stage
from partners.tests.factories import MetricsFactory, PartnerFactory

pytestmark = pytest.mark.django_db
URL = "/deals/board/renewal/"


@pytest.fixture
def manager(client):
    person = SupportFactory()
    client.force_login(person)
    return person


def deal_of(manager, **fields):
    partner = {name.removeprefix("partner__"): fields.pop(name) for name in list(fields) if "partner__" in name}
    return DealFactory(partner=PartnerFactory(manager=manager, **partner), **fields)


def found(client, query, url=URL):
    """The deals that board and list show; both must agree in rows, count and sum."""
    board = client.get(f"{url}?layout=board&{query}").context
    listed = client.get(f"{url}?layout=list&{query}").context
    on_board = {card.pk for column in board["columns"] for card in column.cards}
    assert on_board == {row.pk for row in listed["rows"]}
    assert board["count"] == listed["count"] == len(on_board)
    assert board["total"] == listed["total"]
    return on_board


def test_by_city_and_by_country(client, manager):
    omsk, almaty = City.objects.get(name="Омск"), City.objects.get(name="Алматы")
    russian, kazakh = deal_of(manager, partner__city=omsk), deal_of(manager, partner__city=almaty)

    assert found(client, f"city={omsk.pk}") == {russian.pk}
    assert found(client, "country=KZ") == {kazakh.pk}
    assert found(client, f"country=KZ&city={omsk.pk}") == set()


def test_by_package_and_by_service(client, manager):
    deal, _other = deal_of(manager), deal_of(manager, package=PackageFactory())
    addon = AddonFactory(partner=PartnerFactory(manager=manager))
    AddonFactory(partner=PartnerFactory(manager=manager))

    assert found(client, f"package={deal.package_id}") == {deal.pk}
    assert found(client, f"service={addon.service_id}", "/deals/board/addon/") == {addon.pk}


def test_by_status_and_by_confidence(client, manager):
    sure = deal_of(manager, role="troubled")
    doubtful = deal_of(manager, confidence="doubtful")

    assert found(client, f"stage={stage('renewal', 'troubled').pk}") == {sure.pk}
    assert found(client, "confidence=doubtful") == {doubtful.pk}


def test_by_sum_as_people_write_it(client, manager):
    small, big = deal_of(manager, amount=Decimal(50_000)), deal_of(manager, amount=Decimal(150_000))

    assert found(client, "amount_from=100 000 ₽") == {big.pk}
    assert found(client, "amount_to=50000,00") == {small.pk}
    assert found(client, "amount_from=50000&amount_to=150000") == {small.pk, big.pk}


def test_by_the_end_of_the_term_on_renewals_and_by_the_expected_payment_elsewhere(client, manager):
    soon, _late = deal_of(manager, term_ends_on=date(2026, 12, 1)), deal_of(manager, term_ends_on=date(2027, 3, 1))
    partner = PartnerFactory(manager=manager)
    expected = AddonFactory(partner=partner, expected_payment_on=date(2026, 12, 10))
    AddonFactory(partner=partner)

    assert found(client, "date_from=2026-12-01&date_to=2026-12-01") == {soon.pk}
    assert found(client, "date_from=2026-12-05&date_to=2026-12-10", "/deals/board/addon/") == {expected.pk}


def test_by_an_overdue_task_and_by_none(client, manager):
    late, idle, now = deal_of(manager), deal_of(manager), timezone.now()
    TaskFactory(deal=late, scheduled_at=now - timedelta(days=3), due_at=now - timedelta(days=1))
    TaskFactory(deal=deal_of(manager))

    assert found(client, "task=overdue") == {late.pk}
    assert found(client, "task=none") == {idle.pk}


@pytest.mark.parametrize("typed", ["вектор", "СИБ ВЕК", "dtrnjh", "vektor", "ветор"])
def test_by_a_name_as_people_type_it(client, manager, typed):
    deal = deal_of(manager, partner__name="ООО «Вектор Сибирь»")
    deal_of(manager, partner__name="ИП Гусев М. Ю.")

    assert found(client, f"q={typed}") == {deal.pk}


def test_a_name_that_nobody_has_finds_nothing(client, manager):
    deal_of(manager)

    assert found(client, "q=нетникого") == set()


def test_nobody_finds_the_deals_of_another(client, manager):
    stranger = deal_of(SupportFactory(), partner__name="ООО «Чужой»")

    assert found(client, "q=чужой") == set()
    assert found(client, f"manager={stranger.manager_id}") == set()


def test_the_head_narrows_by_manager(client):
    deal = DealFactory()
    DealFactory()
    client.force_login(HeadFactory())

    assert found(client, f"manager={deal.manager_id}") == {deal.pk}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("amount_from=abc", "amount_from"),
        ("amount_to=-5", "amount_to"),
        ("amount_from=9&amount_to=1", "amount_to"),
        ("date_from=2026-11-30&date_to=2026-01-01", "date_to"),
        ("date_from=завтра", "date_from"),
        ("date_to=0001-01-01", "date_to"),
        ("city=999999", "city"),
        ("city=abc", "city"),
        ("city=99999999999999999999", "city"),
        ("country=XX", "country"),
        ("stage=0", "stage"),
        ("package=²", "package"),
        ("task=what", "task"),
        ("confidence=maybe", "confidence"),
        ("q=" + "я" * 200, "q"),
    ],
)
@pytest.mark.parametrize("layout", ["board", "list"])
def test_a_wrong_value_is_told_at_its_field_and_narrows_nothing(client, manager, layout, query, field):
    deal_of(manager)

    response = client.get(f"{URL}?layout={layout}&{query}")

    assert response.status_code == 200
    assert field in response.context["filters"].form.errors
    assert response.context["count"] == 1
    assert 'role="alert"' in response.content.decode()


def test_a_chip_tells_what_is_set_and_how_to_go_without(client, manager):
    omsk = City.objects.get(name="Омск")
    deal_of(manager, partner__city=omsk)

    chips = {
        chip.code: chip for chip in client.get(f"{URL}?city={omsk.pk}&amount_from=50000&sort=city").context["chips"]
    }

    assert chips["city"].words == "Омск"
    assert chips["amount"].words == "от 50\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}₽"
    assert not chips["task"].words
    assert chips["city"].without == "?amount_from=50000&sort=city&layout=board"


def test_the_page_says_when_its_numbers_are_those_of_a_filter(client, manager):
    deal_of(manager)

    assert "числа по фильтру" in client.get(f"{URL}?country=RU").content.decode()
    assert "числа по фильтру" not in client.get(f"{URL}?layout=board").content.decode()


@pytest.mark.parametrize("address", ["board/renewal/?layout=board&", "board/renewal/?layout=list&", "terms/renewal/?"])
def test_count_and_sum_are_those_of_the_whole_filter_and_not_of_what_is_shown(client, manager, address):
    partner, package = PartnerFactory(manager=manager), PackageFactory()
    deals = 62
    for number in range(deals):
        DealFactory(partner=partner, package=package, amount=Decimal(1000 + number))
    DealFactory(partner=partner, package=package, amount=Decimal(999))

    page = client.get(f"/deals/{address}amount_from=1000")

    columns = [] if "rows" in page.context else page.context["columns"]
    assert 0 < len(page.context.get("rows", [])) + sum(len(column.cards) for column in columns) < deals
    assert (page.context["count"], page.context["total"]) == (deals, sum(range(1000, 1000 + deals)))
    assert "Посчитано по всему фильтру" in page.content.decode()


def test_from_board_to_list_the_filter_goes_along(client, manager):
    page = client.get(f"{URL}?country=RU&segment=1:overdue&open=3")

    assert page.context["layouts"]["list"] == "?country=RU&layout=list"


def fill(manager, package, count):
    for _number in range(count):
        deal = deal_of(manager, package=package)
        TaskFactory(deal=deal)
        MetricsFactory(partner=deal.partner)


@pytest.mark.parametrize(("layout", "most"), [("board", 18), ("list", 15)])
def test_the_number_of_queries_does_not_grow(client, manager, layout, most):
    package = PackageFactory()
    fill(manager, package, 2)
    query = f"{URL}?layout={layout}&q=ооо&country=RU&package={package.pk}&amount_from=1"

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(query)
        return len(captured)

    queries()
    few = queries()
    fill(manager, package, 40)

    assert queries() == few <= most
