"""The partners' list (filters, saved views, search) and a partner's page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import AdministratorFactory, HeadFactory, MarketerFactory, SalesFactory, SupportFactory
from catalog.models import City
from catalog.tests.factories import CityFactory, ServiceFactory
from deals.models import Deal
from deals.tests.factories import DealFactory, HandoffFactory, TaskFactory
from partners.tests.factories import ContactFactory, MetricsFactory, PartnerFactory

pytestmark = pytest.mark.django_db
URL = "/partners/"


@pytest.fixture
def manager(client):
    person = SupportFactory()
    client.force_login(person)
    return person


def names(client, query=""):
    return [row.name.replace("\N{NO-BREAK SPACE}", " ") for row in client.get(URL + query).context["rows"]]


def test_a_manager_sees_his_own_and_the_head_everybodys(client, manager):
    PartnerFactory(name="ООО «Свой»", manager=manager)
    PartnerFactory(name="ООО «Чужой»")

    assert names(client) == ["ООО «Свой»"]
    client.force_login(HeadFactory())
    assert names(client) == ["ООО «Свой»", "ООО «Чужой»"]


def test_sales_sees_whom_it_sold_to_and_marketing_whom_it_was_given(client):
    handoff = HandoffFactory()
    PartnerFactory()

    for person in (handoff.sold_by, MarketerFactory()):
        client.force_login(person)
        assert len(names(client)) == 1
    client.force_login(SalesFactory())
    assert names(client) == []


@pytest.mark.parametrize("typed", ["вектор", "ВЕКТОР", "Вёктор", "7707083893", "77070", "1427", "+7 900 000-14-27"])
def test_search_forgives_case_yo_and_spaces(client, manager, typed):
    found = PartnerFactory(name="ООО «Правовой вектор»", inn="7707083893", manager=manager)
    ContactFactory(partner=found)
    PartnerFactory(name="ИП Громов П. А.", manager=manager)

    response = client.get(URL, {"q": typed})

    assert [row.pk for row in response.context["rows"]] == [found.pk]


def test_search_folds_every_yo(client, manager):
    PartnerFactory(name="ООО «Чёрное дело Берёзы»", manager=manager)

    assert names(client, "?q=черное+дело+березы") == names(client, "?q=чёрное дело Берёзы") != []


def test_filters_live_in_the_url(client, manager):
    omsk = City.objects.get(name="Омск")
    PartnerFactory(name="ООО «Омич»", city=omsk, manager=manager)
    PartnerFactory(name="ООО «Казах»", city=CityFactory(country="KZ"), manager=manager)

    assert names(client, f"?city={omsk.pk}") == ["ООО «Омич»"]
    assert names(client, "?country=KZ") == ["ООО «Казах»"]


def test_saved_views_count_and_show_who_needs_attention(client, manager):
    today = timezone.localdate()
    few = PartnerFactory(name="ООО «Мало»", manager=manager)
    MetricsFactory(partner=few, requests=3)
    ending = PartnerFactory(name="ООО «Кончается»", manager=manager)
    DealFactory(partner=ending, term_ends_on=today + timedelta(days=5))

    assert client.get(URL).context["counts"] == {"all": 2, "few": 1, "ending": 1, "silent": 2}
    assert names(client, "?view=few") == ["ООО «Мало»"]
    assert names(client, "?view=ending") == ["ООО «Кончается»"]


def test_an_empty_view_says_its_rule(client, manager):
    assert "меньше 10 заявок" in client.get(URL, {"view": "few"}).content.decode()


@pytest.mark.parametrize("query", ["?page=99", "?page=x", "?sort=drop", "?view=none", "?city=999999", "?manager=abc"])
def test_a_strange_address_is_no_error(client, manager, query):
    assert client.get(URL + query).status_code == 200


def test_the_number_of_queries_does_not_grow(client, manager):
    city = CityFactory()

    def fill(count):
        for _number in range(count):
            partner = PartnerFactory(manager=manager, city=city)
            ContactFactory(partner=partner)
            TaskFactory(deal=DealFactory(partner=partner))
            MetricsFactory(partner=partner)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        return len(captured)

    fill(2)
    queries()
    few = queries()
    fill(30)

    assert queries() == few <= 10


def test_a_page_shows_the_chain_of_terms(client, manager):
    first = DealFactory(partner=PartnerFactory(manager=manager))
    DealFactory(partner=first.partner, previous_deal=first)

    response = client.get(reverse("partners:partner", args=[first.partner.pk]))

    assert len(response.context["terms"]) == 2


def test_contacts_and_tax_numbers_are_masked_from_marketing(client):
    handoff = HandoffFactory(deal__partner__inn="7707083893")
    ContactFactory(partner=handoff.deal.partner)
    client.force_login(MarketerFactory())

    page = client.get(reverse("partners:partner", args=[handoff.deal.partner.pk])).content.decode()

    assert "+79000001427" not in page
    assert "7707083893" not in page


@pytest.mark.parametrize(
    ("stranger", "status"), [(SupportFactory, 404), (SalesFactory, 404), (AdministratorFactory, 403)]
)
def test_a_stranger_does_not_get_in(client, stranger, status):
    partner = PartnerFactory()
    client.force_login(stranger())

    assert client.get(reverse("partners:partner", args=[partner.pk])).status_code == status


def test_r14_a_service_is_offered_at_its_present_price_with_a_next_step(client, manager):
    partner = PartnerFactory(manager=manager)
    service = ServiceFactory()
    day = (timezone.localdate() + timedelta(days=2)).isoformat()
    typed = {"service": service.pk, "discount_percent": "10", "title": "Узнать решение", "kind": "call", "day": day}

    client.post(reverse("deals:addon-new") + f"?partner={partner.pk}", typed | {"time": "12:00"})

    deal = Deal.objects.get(partner=partner, pipeline="addon")
    assert (deal.stage.role, deal.list_price, deal.amount) == ("offered", 65000, 58500)
    assert deal.tasks.get().title == "Узнать решение"


def test_r14_an_empty_offer_names_each_missing_field(client, manager):
    partner = PartnerFactory(manager=manager)

    response = client.post(reverse("deals:addon-new") + f"?partner={partner.pk}", {"kind": "call"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"service", "title", "day", "time"}
