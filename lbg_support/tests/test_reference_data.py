"""The reference-data pages open for those whom the table names, and leave their trail."""

import pytest

from accounts.models import User
from accounts.tests.factories import AdministratorFactory, HeadFactory, SupportFactory
from catalog.models import City
from deals.models import Stage

pytestmark = pytest.mark.django_db

PERSON = {"email": "New@Example.ru", "first_name": "Анна", "last_name": "Новая", "role": "marketer", "is_active": "on"}


def test_the_head_renames_a_status_and_the_trail_knows_who(client):
    head = HeadFactory()
    stage = Stage.objects.get(pipeline="renewal", role="troubled")
    client.force_login(head)

    response = client.post(f"/reference/deals/stage/{stage.pk}/change/", {"name": "Есть трудности", "order": 2})

    stage.refresh_from_db()
    assert response.status_code == 302
    assert (stage.name, stage.role, stage.pipeline_id) == ("Есть трудности", "troubled", "renewal")


def test_nothing_is_deleted_here(client):
    client.force_login(HeadFactory())
    city = City.objects.first()

    assert client.post(f"/reference/catalog/city/{city.pk}/delete/", {"post": "yes"}).status_code == 403
    assert City.objects.filter(pk=city.pk).exists()


def test_the_administrator_adds_a_person_who_then_chooses_a_password(client):
    client.force_login(AdministratorFactory())

    client.post("/reference/accounts/user/add/", PERSON)

    person = User.objects.get(email="new@example.ru")
    assert not person.has_usable_password()
    assert person.events.get().pgh_context.metadata["action"] == "user.update"


def test_the_head_sees_people_but_does_not_change_them(client):
    client.force_login(HeadFactory())

    assert client.get("/reference/accounts/user/").status_code == 200
    assert client.post("/reference/accounts/user/add/", PERSON).status_code == 403


def test_a_manager_does_not_get_in(client):
    client.force_login(SupportFactory())

    assert client.get("/reference/catalog/city/").status_code == 302


@pytest.mark.parametrize(
    "page", ["catalog/city", "catalog/service", "catalog/package", "catalog/contractoffer", "deals/stage",
             "deals/pipeline", "invoices/seller", "accounts/substitution"]
)  # fmt: skip
def test_every_list_opens_for_the_head(client, page):
    client.force_login(HeadFactory())

    assert client.get(f"/reference/{page}/").status_code == 200
