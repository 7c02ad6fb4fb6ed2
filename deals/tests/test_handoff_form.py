"""Sales hands a partner over: what is refused is said at the field, and nothing typed is lost (R1, R18)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Substitution
from accounts.tests.factories import HeadFactory, MarketerFactory, SalesFactory, SupportFactory
from catalog.models import City
from catalog.tests.factories import CityFactory, PackageFactory
from core import moscow
from deals.models import Handoff
from deals.tests.factories import HandoffFactory, NewDealFactory
from partners.models import Partner
from partners.tests.factories import ContactFactory, PartnerFactory

pytestmark = pytest.mark.django_db

URL = "/deals/handoffs/new/"
COMPANY_INN, PERSON_INN, KAZAKH_BIN = "7707083893", "500100732259", "990340005977"


@pytest.fixture
def seller():
    return SalesFactory()


@pytest.fixture
def manager():
    return SupportFactory()


@pytest.fixture
def typed(manager):
    """A form filled in rightly; change a field to see what it says."""
    return {
        "who": "new",
        "partner": "",
        "name": "ООО «Амур-Банкротство»",
        "legal_kind": "company",
        "inn": COMPANY_INN,
        "city": "Хабаровск",
        "contact_name": "Денис Ланской",
        "phone": "8 (900) 000-38-11",
        "email": "lanskoy@example.ru",
        "package": PackageFactory().pk,
        "paid_on": moscow.today(timezone.now()).isoformat(),
        "amount": "120 000",
        "main_comment": "Хочет быстрый старт: первые заявки за 5 дней.",
        "agreements": "Бесплатный разбор звонков через месяц\n\n— Скидка 7 % на продление",
        "wished_speed": "25 в неделю",
        "geography": "Хабаровск и Комсомольск-на-Амуре",
        "has_offer_accepted": "on",
        "manager": manager.pk,
    }


def test_r1_a_handed_over_partner_waits_for_its_manager_with_everything_agreed(client, seller, manager, typed):
    client.force_login(seller)

    response = client.post(URL, typed)

    handoff = Handoff.objects.get()
    partner, deal = handoff.deal.partner, handoff.deal
    assert response.url == f"/deals/handoffs/?handoff={handoff.pk}"
    assert (partner.name, partner.city.name, partner.inn, partner.manager) == (
        "ООО «Амур-Банкротство»",
        "Хабаровск",
        COMPANY_INN,
        manager,
    )
    assert [(contact.name, contact.phone) for contact in partner.contacts.all()] == [("Денис Ланской", "+79000003811")]
    assert [promise.text for promise in partner.agreements.all()] == [
        "Бесплатный разбор звонков через месяц",
        "Скидка 7 % на продление",
    ]
    assert (deal.stage.role, deal.main_comment, handoff.amount) == ("handed_over", typed["main_comment"], 120_000)
    assert (handoff.sold_by, handoff.accept_by) == (seller, handoff.paid_on + timedelta(days=1))
    assert (handoff.has_customer_request, handoff.has_offer_accepted) == (False, True)
    assert (handoff.wished_speed, handoff.status) == ("25 в неделю", "waiting_info")


def test_the_seller_lands_on_the_table_beside_what_was_handed_over(client, seller, typed):
    client.force_login(seller)

    page = client.post(URL, typed, follow=True).content.decode()

    assert "Амур-Банкротство" in page and "Бесплатный разбор" in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"city": ""}, "city"),
        ({"city": "Атлантида"}, "city"),
        ({"contact_name": ""}, "contact_name"),
        ({"phone": ""}, "phone"),
        ({"phone": "12345"}, "phone"),
        ({"email": "пишите"}, "email"),
        ({"inn": "7707083894"}, "inn"),
        ({"inn": "0000000000"}, "inn"),
        ({"inn": "7707"}, "inn"),
        ({"inn": PERSON_INN}, "inn"),
        ({"legal_kind": "entrepreneur"}, "inn"),
        ({"package": ""}, "package"),
        ({"paid_on": "вчера"}, "paid_on"),
        ({"paid_on": "2099-01-01"}, "paid_on"),
        ({"amount": "0"}, "amount"),
        ({"amount": "много"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"main_comment": " "}, "main_comment"),
        ({"agreements": "о" * 251}, "agreements"),
        ({"geography": "о" * 161}, "geography"),
        ({"manager": ""}, "manager"),
        ({"who": "existing"}, "partner"),
        ({"who": "existing", "partner": "999999"}, "partner"),
        ({"who": "nobody"}, "who"),
    ],
)
def test_bad_input_is_answered_at_the_field_and_nothing_typed_is_lost(client, seller, typed, change, field):
    client.force_login(seller)
    data = typed | change

    response = client.post(URL, data)

    page = response.content.decode()
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert 'aria-invalid="true"' in page or field == "who"
    assert not Handoff.objects.exists() and not Partner.objects.exists()
    for name in {"wished_speed", "contact_name", "phone"} - {field}:
        assert f'value="{data[name]}"' in page
    if field != "main_comment":
        assert data["main_comment"] in page


def test_the_control_digits_of_other_countries_fit_their_cities(client, seller, typed):
    CityFactory(name="Шымкент-2", country="KZ", timezone="Asia/Almaty")
    client.force_login(seller)

    response = client.post(URL, typed | {"inn": KAZAKH_BIN, "city": "Шымкент-2", "phone": "8 701 123 45 67"})

    assert response.status_code == 302
    assert Partner.objects.get().contacts.get().phone == "+77011234567"


def test_a_city_is_found_in_any_case_and_with_e_for_yo_and_namesakes_by_region(client, seller, typed):
    CityFactory(name="Орёл-2")
    CityFactory(name="Киров-2", region="Калужская область")
    CityFactory(name="Киров-2", region="Кировская область")
    client.force_login(seller)

    unclear = client.post(URL, typed | {"city": "Киров-2"})
    client.post(URL, typed | {"city": " орел-2"})
    client.post(URL, typed | {"city": "Киров-2, Калужская область", "inn": "", "phone": "+7 900 000-38-12"})

    assert "city" in unclear.context["form"].errors
    assert [partner.city.name for partner in Partner.objects.order_by("pk")] == ["Орёл-2", "Киров-2"]


def test_an_existing_partner_of_the_sellers_gets_a_further_deal(client, seller, typed):
    partner = HandoffFactory(sold_by=seller).deal.partner
    client.force_login(seller)
    ask_only_for_the_deal = typed | dict.fromkeys(("name", "inn", "city", "contact_name", "phone", "email"), "")

    response = client.post(URL, ask_only_for_the_deal | {"who": "existing", "partner": partner.pk})

    assert response.status_code == 302
    assert partner.deals.count() == 2
    assert Partner.objects.count() == 1


def test_a_foreign_partner_is_not_offered_and_cannot_be_named(client, seller, typed):
    foreign = HandoffFactory(sold_by=SalesFactory()).deal.partner
    client.force_login(seller)

    response = client.post(URL, typed | {"who": "existing", "partner": foreign.pk})

    assert "partner" in response.context["form"].errors
    assert foreign.name not in client.get(URL).content.decode()


def test_the_same_inn_is_refused_by_name_to_who_may_see_it_and_without_to_others(client, seller, typed):
    partner = PartnerFactory(inn=COMPANY_INN, name="ООО «Уже здесь»")
    client.force_login(seller)
    to_stranger = client.post(URL, typed).context["form"].errors["inn"][0]
    HandoffFactory(deal=NewDealFactory(partner=partner), sold_by=seller)
    to_seller = client.post(URL, typed).context["form"].errors["inn"][0]

    assert "Уже здесь" not in to_stranger and partner.manager.full_name in to_stranger
    assert "Уже здесь" in to_seller


def test_the_same_phone_is_asked_about_once_and_then_taken(client, seller, typed):
    ContactFactory(phone="+79000003811")
    client.force_login(seller)

    asked = client.post(URL, typed)
    confirmed = client.post(URL, typed | {"is_another": "on"})

    assert list(asked.context["form"].errors) == ["phone"]
    assert 'name="is_another"' in asked.content.decode()
    assert 'name="is_another"' not in client.get(URL).content.decode()
    assert confirmed.status_code == 302


def test_the_same_name_in_the_same_city_is_refused_at_the_name(client, seller, typed):
    PartnerFactory(name="ООО «амур-банкротство»", city=City.objects.get(name="Хабаровск"))
    client.force_login(seller)

    response = client.post(URL, typed | {"inn": ""})

    assert list(response.context["form"].errors) == ["name"]


def test_the_least_loaded_manager_who_is_here_today_is_proposed(client, seller):
    busy, free, away = SupportFactory(), SupportFactory(), SupportFactory()
    PartnerFactory.create_batch(2, manager=busy)
    PartnerFactory(manager=free)
    PartnerFactory.create_batch(3, manager=free, archived_at=timezone.now())
    today = moscow.today(timezone.now())
    Substitution.objects.create(substitute=free, absent=away, starts_on=today, ends_on=today)
    client.force_login(seller)

    form = client.get(URL).context["form"]

    assert form["manager"].value() == free.pk
    assert [pk for pk, _label in form.fields["manager"].choices] == [free.pk, busy.pk, away.pk]


def test_r1_the_deadline_follows_the_payment_date(client, seller):
    client.force_login(seller)

    deadlines = {
        paid_on: client.get(URL, {"paid_on": paid_on}).context["deadline_at"] for paid_on in ("2026-11-20", "x")
    }

    today = moscow.today(timezone.now())
    assert deadlines["2026-11-20"] == moscow.end_of_day(date(2026, 11, 21))
    assert deadlines["x"] == moscow.end_of_day(today + timedelta(days=1))


def test_r18_the_form_asks_for_what_the_chosen_package_needs_and_keeps_what_was_typed(client, seller):
    whole, bare = PackageFactory(), PackageFactory(needs_advertising=False, needs_access=False)
    client.force_login(seller)

    forms = [
        client.get(URL, {"package": package, "wished_speed": "25 в неделю"}).context["form"]
        for package in ("", whole.pk, bare.pk, "x", "9" * 30)
    ]

    asked = [("geography" in form.fields, "has_access" in form.fields) for form in forms]
    assert asked == [(True, True), (True, True), (False, False), (True, True), (True, True)]
    assert forms[1]["wished_speed"].value() == "25 в неделю"


def test_a_package_without_advertising_is_ready_without_its_fields(client, seller, typed):
    bare = PackageFactory(needs_advertising=False, needs_access=False)
    client.force_login(seller)

    client.post(URL, typed | {"package": bare.pk, "has_customer_request": "on"})

    handoff = Handoff.objects.get()
    assert [is_there for _what, is_there in handoff.checklist] == [True, True, True]
    assert (handoff.geography, handoff.has_access) == ("", False)


@pytest.mark.parametrize("factory", [SupportFactory, MarketerFactory])
def test_who_does_not_sell_cannot_hand_over(client, factory, typed):
    client.force_login(factory())

    assert client.get(URL).status_code == 403
    assert client.post(URL, typed).status_code == 403
    assert not Handoff.objects.exists()


def test_the_head_may_hand_over_too(client, typed):
    client.force_login(HeadFactory())

    assert client.post(URL, typed).status_code == 302
    assert Handoff.objects.get().amount == Decimal(120_000)


def test_the_number_of_queries_does_not_grow_with_partners_and_managers(client, seller):
    client.force_login(seller)
    counted = []
    for rows in (2, 10):
        for _each in range(rows):
            HandoffFactory(sold_by=seller)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counted.append(len(queries))

    assert counted[0] == counted[1] <= 8
