"""A partner's page: everything of it in one place; changing it, its contacts, the archive; who may do what."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import AdministratorFactory, HeadFactory, MarketerFactory, SupportFactory, UserFactory
from catalog.models import City
from deals.models import Problem
from deals.tests.factories import AddonFactory, DealFactory, HandoffFactory, TaskFactory
from partners.models import Contact, Partner
from partners.tests.factories import ContactFactory, MetricsFactory, PartnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    person = SupportFactory()
    client.force_login(person)
    return person


@pytest.fixture
def partner(manager):
    return PartnerFactory(name="ООО «Вектор»", manager=manager, city=City.objects.get(name="Омск"))


def page(partner, name="partner"):
    return reverse(f"partners:{name}", args=[partner.pk])


def typed_partner(partner, **changes):
    """What the form of the partner holds when it is opened, with these changes typed."""
    fields = {
        "name": partner.name, "city": partner.city.name, "site": partner.site, "legal_kind": partner.legal_kind,
        "legal_name": partner.legal_name, "inn": partner.inn, "kpp": partner.kpp, "address": partner.address,
        "contract_offer": str(partner.contract_offer_id or ""), "manager": str(partner.manager_id),
    }  # fmt: skip
    opened = {f"initial-{name}": value for name, value in fields.items()}
    return fields | opened | {"version": str(partner.version)} | changes


# --- The page ---------------------------------------------------------------------------------------------------------


def test_the_page_tells_the_health_with_its_reasons(client, partner):
    deal = DealFactory(partner=partner)
    TaskFactory(deal=deal, scheduled_at=timezone.now() - timedelta(days=9), due_at=timezone.now() - timedelta(days=5))
    MetricsFactory(partner=partner, requests=0)
    Problem.objects.create(
        partner=partner, deal=deal, what="Нет заявок", raised_by=partner.manager, raised_at=timezone.now()
    )

    response = client.get(page(partner))

    assert response.context["health"] == "problem"
    told = response.context["health_reasons"]
    assert told[:2] == ["заявлена проблема", "на последнем звонке заявок не было"]
    assert "просрочено: 5" in " ".join(told)
    assert "Нет заявок" in response.content.decode()


def test_phones_are_links_read_in_groups(client, partner):
    ContactFactory(partner=partner, phone="+79000003811", second_phone="+79000003812", messenger="Telegram @vektor")

    shown = client.get(page(partner)).content.decode()

    assert 'href="tel:+79000003811"' in shown
    assert "+7\N{NO-BREAK SPACE}900\N{NO-BREAK SPACE}000-38-11" in shown
    assert 'href="mailto:vektor@example.ru"' in shown
    assert "Telegram @vektor" in shown


def test_the_feed_is_of_all_deals_and_of_the_partner_itself(client, partner):
    first, second = DealFactory(partner=partner), AddonFactory(partner=partner)
    for number, deal in enumerate((first, second)):
        task = TaskFactory(deal=deal, title=f"Дело {number}")
        task.done_at, task.done_by = timezone.now() - timedelta(hours=number + 1), partner.manager
        task.save()

    entries = client.get(page(partner)).context["entries"]
    only = client.get(page(partner), {"kind": "money"}).context["entries"]

    assert [(each.entry.text, each.entry.deal_id) for each in entries] == [("Дело 0", first.pk), ("Дело 1", second.pk)]
    assert only == []
    assert client.get(page(partner, "feed"), {"before": "2020-01-01T00:00:00Z"}).context["entries"] == []


@pytest.mark.parametrize("query", ["?kind=drop", "?before=x", "?before=2020"])
def test_a_strange_address_of_the_feed_is_no_error(client, partner, query):
    assert client.get(page(partner, "feed") + query).status_code == 200


def test_the_number_of_queries_does_not_grow(client, partner):
    def fill(count):
        for _number in range(count):
            deal = DealFactory(partner=partner)
            ContactFactory(partner=partner, is_primary=False)
            TaskFactory(deal=deal)
            MetricsFactory(partner=partner)
            partner.agreements.create(text="Скидка")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(page(partner))
        return len(captured)

    fill(1)
    queries()
    few = queries()
    fill(15)

    assert queries() == few <= 20


def test_marketing_sees_the_page_without_contacts_and_controls(client):
    handoff = HandoffFactory()
    ContactFactory(partner=handoff.deal.partner)
    client.force_login(MarketerFactory())

    shown = client.get(page(handoff.deal.partner)).content.decode()

    assert "+7" not in shown
    for name in ("edit", "archive", "merge", "contact-new"):
        assert page(handoff.deal.partner, name) not in shown


# --- Changing the partner ---------------------------------------------------------------------------------------------


def test_a_manager_changes_his_partner(client, partner):
    typed = {"name": "  ООО   «Новый вектор» ", "city": "томск", "site": "vektor.example"}
    typed |= {"inn": "7707083893", "kpp": "770701001"}

    response = client.post(page(partner, "edit"), typed_partner(partner, **typed))

    partner.refresh_from_db()
    assert response.url == page(partner)
    assert (partner.name, partner.city.name, partner.site) == ("ООО «Новый вектор»", "Томск", "https://vektor.example")
    assert (partner.inn, partner.kpp, partner.version) == ("7707083893", "770701001", 2)
    assert partner.events.latest("pgh_id").pgh_context.metadata["action"] == "partner.update"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", ["", "  ", "я" * 161]),
        ("city", ["", "Нет такого", "я" * 5000]),
        ("site", ["не сайт", "javascript:alert(1)", "http://" + "a" * 300 + ".ru"]),
        ("legal_kind", ["", "bank"]),
        ("legal_name", ["я" * 161]),
        ("inn", ["7707083894", "12345", "abc", "1" * 30]),
        ("kpp", ["123", "абвгдежзи", "1" * 30]),
        ("address", ["я" * 251]),
        ("contract_offer", ["999999", "x"]),
        ("version", ["", "x", "-1", "99999999999999999999"]),
    ],
)
def test_a_wrong_value_is_told_at_its_field_and_nothing_typed_is_lost(client, partner, field, values):
    for value in values:
        response = client.post(page(partner, "edit"), typed_partner(partner, address="Моя улица") | {field: value})

        assert response.status_code == 422, value
        assert field in response.context["form"].errors, value
        if field != "address":
            assert "Моя улица" in response.content.decode()
    partner.refresh_from_db()
    assert partner.version == 1


def test_an_old_tax_number_that_does_not_fit_is_not_judged_again(client, partner):
    Partner.objects.filter(pk=partner.pk).update(inn="1234567890", kpp="1")
    partner.refresh_from_db()

    client.post(page(partner, "edit"), typed_partner(partner, address="Новый адрес"))

    partner.refresh_from_db()
    assert (partner.address, partner.inn) == ("Новый адрес", "1234567890")


def test_two_people_change_one_partner_and_nothing_is_overwritten(client, partner):
    opened = typed_partner(partner)
    head = HeadFactory(first_name="Виктор", last_name="Лебедев")
    client.force_login(head)
    client.post(page(partner, "edit"), opened | {"site": "https://their.example", "address": "Их адрес"})
    client.force_login(partner.manager)

    response = client.post(page(partner, "edit"), opened | {"address": "Мой адрес", "legal_name": "Полное имя"})

    shown = response.content.decode()
    assert response.status_code == 422
    assert "Виктор Лебедев" in shown
    assert "теперь «Их адрес», у вас «Мой адрес»" in shown
    assert "теперь «https://their.example», подставлено в форму" in shown
    form = response.context["form"]
    again = {name: form[name].value() or "" for name in form.fields}
    client.post(page(partner, "edit"), typed_partner(Partner.objects.get(pk=partner.pk)) | again)
    partner.refresh_from_db()
    assert (partner.address, partner.site, partner.legal_name) == ("Мой адрес", "https://their.example", "Полное имя")


def test_only_the_head_gives_a_partner_to_another_manager_and_the_open_work_follows(client, partner):
    other, deal = SupportFactory(), DealFactory(partner=partner)
    task = TaskFactory(deal=deal)
    lost = {"role": "lost", "outcome": "lost", "lost_reason": "Дорого", "closed_at": timezone.now()}
    closed = DealFactory(partner=partner, **lost)
    client.post(page(partner, "edit"), typed_partner(partner, manager=str(other.pk)))
    partner.refresh_from_db()
    assert partner.manager != other

    client.force_login(HeadFactory())
    client.post(page(partner, "edit"), typed_partner(partner, manager=str(other.pk)))

    for each in (partner, deal, task, closed):
        each.refresh_from_db()
    assert (partner.manager, deal.manager, task.assignee) == (other, other, other)
    assert deal.field_changes.get().after == other.full_name
    assert closed.manager != other


@pytest.mark.parametrize("value", ["", "0", "x", "head"])
def test_a_manager_is_somebody_of_support(client, partner, value):
    head = HeadFactory()
    client.force_login(head)
    value = str(head.pk) if value == "head" else value

    response = client.post(page(partner, "edit"), typed_partner(partner, manager=value))

    assert response.status_code == 422
    assert "manager" in response.context["form"].errors


# --- Contacts ---------------------------------------------------------------------------------------------------------


def contact(**typed):
    return {"name": "Лариса", "phone": "", "email": ""} | typed


def test_a_phone_typed_in_any_form_is_kept_in_one(client, partner):
    for typed in ("8 (900) 000-38-11", "+7 900 000 38 11", "9000003811", "8-900-000-38-11 доб. 12"):
        numbers = {"phone": typed, "second_phone": "8 900 000 38 12"}
        client.post(page(partner, "contact-new"), contact(is_another="on", **numbers))

    kept = set(partner.contacts.values_list("phone", "second_phone"))
    assert kept == {("+79000003811", "+79000003812")}
    assert partner.contacts.filter(phone_extension="12").count() == 1
    assert partner.contacts.filter(is_primary=True).count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", " "), ("name", "я" * 121), ("position", "я" * 81), ("phone", "12"), ("phone", "позвони"),
        ("phone", "9" * 50), ("second_phone", "abc"), ("phone_extension", "12a"), ("phone_extension", "123456789"),
        ("email", "не почта"), ("email", "a@b"), ("email", "a@" + "a." * 130 + "ru"), ("messenger", "я" * 81),
    ],
)  # fmt: skip
def test_a_wrong_value_of_a_contact_is_told_at_its_field(client, partner, field, value):
    response = client.post(page(partner, "contact-new"), contact(position="юрист") | {field: value})

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert field == "position" or "юрист" in response.content.decode()
    assert not partner.contacts.exists()


@pytest.mark.parametrize(
    "typed", [{"phone": "8 900 000 14 27"}, {"second_phone": "89000001427"}, {"email": "VEKTOR@example.ru"}]
)
def test_a_contact_that_is_here_already_is_shown_and_added_all_the_same_when_it_is_another(client, partner, typed):
    mine = ContactFactory(partner=PartnerFactory(name="ООО «Сосед»", manager=partner.manager), name="Мой человек")
    foreign = ContactFactory(partner=PartnerFactory(name="ООО «Чужой»"), name="Чужой человек")

    response = client.post(page(partner, "contact-new"), contact(**typed))

    shown = response.content.decode()
    assert response.status_code == 422
    assert "Мой человек" in shown
    assert page(mine.partner) in shown
    assert "Чужой человек" not in shown
    assert foreign.partner.manager.full_name in shown
    client.post(page(partner, "contact-new"), contact(is_another="on", **typed))
    assert partner.contacts.count() == 1


def test_the_form_is_a_dialog_over_htmx_and_a_page_without(client, partner):
    over = client.get(page(partner, "contact-new"), headers={"HX-Request": "true"}).content.decode()
    alone = client.get(page(partner, "contact-new")).content.decode()

    assert over.startswith("<dialog")
    assert "<html" in alone
    saved = client.post(page(partner, "contact-new"), contact(), headers={"HX-Request": "true"})
    assert saved.headers["HX-Redirect"] == page(partner)


def test_a_contact_is_changed_made_main_archived_and_brought_back(client, partner):
    first = ContactFactory(partner=partner)
    second = ContactFactory(partner=partner, is_primary=False, name="Второй")
    deeds = ("edit", "main", "archive", "restore")
    urls = {name: reverse(f"partners:contact-{name}", args=[second.pk]) for name in deeds}

    client.post(urls["edit"], contact(name="Вторая", email="TWO@Example.ru"))
    client.post(urls["main"])
    second.refresh_from_db()
    assert (second.name, second.email, second.is_primary) == ("Вторая", "two@example.ru", True)

    client.post(urls["archive"])
    first.refresh_from_db()
    assert first.is_primary
    shown = client.get(page(partner))
    assert ([*shown.context["contacts"]], [*shown.context["archived_contacts"]]) == ([first], [second])

    client.post(urls["main"])
    assert not Contact.objects.get(pk=second.pk).is_primary
    client.post(urls["restore"])
    assert partner.contacts.in_use().count() == 2


def test_two_people_change_one_contact_and_nothing_is_overwritten(client, partner):
    person = ContactFactory(partner=partner, email="", position="юрист")
    url = reverse("partners:contact-edit", args=[person.pk])
    form = client.get(url).context["form"]
    opened = {f"initial-{name}": form[name].value() for name in form.fields}
    typed = {name: form[name].value() for name in form.fields}
    other = HeadFactory(first_name="Виктор", last_name="Лебедев")
    client.force_login(other)
    client.post(url, opened | typed | {"position": "директор", "messenger": "Telegram @vektor"})
    client.force_login(partner.manager)

    response = client.post(url, opened | typed | {"position": "партнёр", "email": "my@example.ru"})

    shown = response.content.decode()
    assert response.status_code == 422
    assert "Виктор Лебедев" in shown
    assert "теперь «директор», у вас «партнёр»" in shown
    again = response.context["form"]
    both = {f"initial-{name}": again.opened(name) for name in again.fields}
    client.post(url, both | {name: again[name].value() for name in again.fields})
    person.refresh_from_db()
    assert (person.position, person.email, person.messenger) == ("партнёр", "my@example.ru", "Telegram @vektor")


def test_the_database_has_no_main_contact_in_the_archive(partner):
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactFactory(partner=partner, archived_at=timezone.now(), is_primary=True)


@pytest.mark.parametrize(("stranger", "status"), [(SupportFactory, 404), (AdministratorFactory, 403)])
def test_a_stranger_touches_neither_partner_nor_contacts(client, partner, stranger, status):
    person = ContactFactory(partner=partner)
    client.force_login(stranger())

    assert client.get(page(partner, "edit")).status_code == status
    assert client.post(page(partner, "contact-new"), contact()).status_code == status
    for name in ("edit", "main", "archive", "restore"):
        assert client.post(reverse(f"partners:contact-{name}", args=[person.pk]), contact()).status_code == status


@pytest.mark.parametrize("name", ["edit", "main", "archive", "restore", "merge"])
def test_a_missing_contact_is_not_found(client, manager, name):
    assert client.post(reverse(f"partners:contact-{name}", args=[999_999])).status_code == 404


# --- The archive ------------------------------------------------------------------------------------------------------


def test_a_partner_goes_to_the_archive_with_a_reason_and_comes_back(client, partner):
    client.force_login(HeadFactory())

    client.post(page(partner, "archive"), {"reason": "Закрылись"})

    assert client.get("/partners/").context["rows"] == []
    assert [row.pk for row in client.get("/partners/?archive=on").context["rows"]] == [partner.pk]
    shown = client.get(page(partner)).content.decode()
    assert "Закрылись" in shown
    assert page(partner, "edit") not in shown
    assert client.post(page(partner, "contact-new"), contact()).status_code == 422
    client.post(page(partner, "restore"))
    assert [row.pk for row in client.get("/partners/").context["rows"]] == [partner.pk]


def test_a_partner_with_open_deals_is_not_archived_and_the_refusal_names_them(client, partner):
    deal = DealFactory(partner=partner)
    client.force_login(HeadFactory())

    response = client.post(page(partner, "archive"), {"reason": "Закрылись"})

    assert response.status_code == 422
    assert f"№ {deal.pk}" in response.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    partner.refresh_from_db()
    assert partner.archived_at is None


@pytest.mark.parametrize("reason", ["", "   ", "я" * 251])
def test_the_archive_asks_for_a_reason(client, partner, reason):
    client.force_login(HeadFactory())

    response = client.post(page(partner, "archive"), {"reason": reason})

    assert response.status_code == 422
    assert "reason" in response.context["form"].errors


@pytest.mark.parametrize("role", [Role.SUPPORT_MANAGER, Role.SALES_MANAGER, Role.MARKETER, Role.ADMINISTRATOR])
def test_only_the_heads_archive_partners(client, partner, role):
    client.force_login(partner.manager if role == Role.SUPPORT_MANAGER else UserFactory(role=role))

    for name in ("archive", "restore"):
        assert client.post(page(partner, name), {"reason": "Так"}).status_code == 403
