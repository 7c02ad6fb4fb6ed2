"""Writing a partner down by hand, and the warning about one that is here already."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import HeadFactory, SalesFactory, SupportFactory, UserFactory
from catalog.models import City
from partners.duplicates import Signs, core_of, find_twins
from partners.models import Partner
from partners.tests.factories import ContactFactory, PartnerFactory

pytestmark = pytest.mark.django_db
NEW = "/partners/new/"


@pytest.fixture
def omsk():
    return City.objects.get(name="Омск")


@pytest.fixture
def head(client):
    person = HeadFactory()
    client.force_login(person)
    return person


def typed(**changes):
    manager = changes.pop("manager", None) or SupportFactory().pk
    return {"name": "ООО «Правовой вектор»", "city": "Омск", "legal_kind": "company", "manager": manager} | changes


def test_a_partner_is_created_with_whom_to_call(client, head):
    person = {"contact_name": "Лариса", "phone": "8 900 000 38 11 доб. 5", "email": "L@example.ru"}

    response = client.post(NEW, typed(inn="7707083893", site="vektor.example", **person))

    partner = Partner.objects.get()
    assert response.url == reverse("partners:partner", args=[partner.pk])
    assert (partner.created_by, partner.inn, partner.site) == (head, "7707083893", "https://vektor.example")
    contact = partner.contacts.get()
    assert (contact.phone, contact.phone_extension, contact.email) == ("+79000003811", "5", "l@example.ru")
    assert contact.is_primary


def test_sales_sees_whom_it_has_written_down(client):
    seller = SalesFactory()
    client.force_login(seller)

    response = client.post(NEW, typed())

    assert client.get(response.url).status_code == 200
    client.force_login(SalesFactory())
    assert client.get(response.url).status_code == 404


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"inn": "7707083893", "name": "Совсем другое"}, "тот же ИНН"),
        ({"phone": "8 (900) 000-14-27", "name": "Совсем другое"}, "тот же телефон"),
        ({"email": "Vektor@example.ru", "name": "Совсем другое"}, "та же почта"),
        ({"name": "юридическая компания «Правовой Вектор»"}, "похожее название"),
        ({"name": "Прававой вектор"}, "похожее название"),
    ],
)
def test_a_twin_is_shown_with_a_link_and_created_all_the_same_when_it_is_another(client, head, omsk, changes, says):
    here = PartnerFactory(name="ООО «Правовой вектор»", city=omsk, inn="7707083893")
    ContactFactory(partner=here)

    response = client.post(NEW, typed(**changes))

    shown = response.content.decode()
    assert response.status_code == 422
    assert says in shown
    assert reverse("partners:partner", args=[here.pk]) in shown
    assert Partner.objects.count() == 1
    client.post(NEW, typed(is_another="on", **changes))
    assert Partner.objects.count() == 2


def test_a_twin_that_one_may_not_open_is_named_without_a_link(client, omsk):
    here = PartnerFactory(name="ООО «Правовой вектор»", city=omsk)
    client.force_login(SalesFactory())

    shown = client.post(NEW, typed()).content.decode()

    assert here.manager.full_name in shown
    assert reverse("partners:partner", args=[here.pk]) not in shown


def test_another_name_another_city_and_the_archive_are_no_twins(omsk):
    PartnerFactory(name="ООО «Чистый лист»", city=omsk)
    PartnerFactory(name="ООО «Правовой вектор»", city=City.objects.get(name="Томск"))
    PartnerFactory(name="ООО «Правовой вектор»", city=omsk, archived_at=timezone.now())

    assert find_twins(Signs("ООО «Правовой вектор»", omsk)) == []


def test_the_name_is_compared_without_its_legal_form():
    assert core_of("ООО «Чёрный вектор»") == "ЧЕРНЫЙ ВЕКТОР"
    assert core_of("ИП Громов П. А.") == "ГРОМОВ П А"


def test_twins_take_a_fixed_number_of_queries(omsk):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            signs = Signs("Вектор", omsk, "7707083893", frozenset({"+79000001427"}), frozenset({"vektor@example.ru"}))
            assert find_twins(signs)
        return len(captured)

    def fill(count):
        for number in range(count):
            ContactFactory(partner=PartnerFactory(name=f"Вектор {number}", city=omsk, inn="7707083893"))

    fill(1)
    few = queries()
    fill(30)

    assert queries() == few == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "я" * 161), ("city", ""), ("city", "Нет такого"), ("manager", "0"), ("manager", "x"),
        ("inn", "7707083894"), ("kpp", "12"), ("phone", "12"), ("email", "нет"), ("site", "не сайт"),
        ("legal_kind", "bank"), ("contact_name", "я" * 121), ("address", "я" * 251), ("legal_name", "я" * 161),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_at_its_field_and_nothing_typed_is_lost(client, head, field, value):
    kept = "address" if field != "address" else "name"

    response = client.post(NEW, typed(**{kept: "Сохранённый текст"}) | {field: value})

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert "Сохранённый текст" in response.content.decode()
    assert not Partner.objects.exists()


def test_nothing_at_all_asks_for_what_is_needed(client, head):
    response = client.post(NEW, {})

    assert response.status_code == 422
    assert {"name", "city", "manager", "legal_kind"} <= set(response.context["form"].errors)


@pytest.mark.parametrize("role", [Role.SUPPORT_MANAGER, Role.MARKETER, Role.ADMINISTRATOR])
def test_who_may_not_create_partners_sees_no_button(client, role):
    client.force_login(UserFactory(role=role))

    assert client.get(NEW).status_code == 403
    if role != Role.ADMINISTRATOR:
        assert NEW not in client.get("/partners/").content.decode()
