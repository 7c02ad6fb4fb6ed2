"""The public form of a customer request: what it asks of whom, what it keeps, and what it tells nobody (R20)."""

import threading
import uuid
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.utils import InternalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import SupportFactory
from catalog.models import City
from catalog.tests.factories import ServiceFactory
from core import throttling
from invoices.actions import make_request_link, withdraw_request_link
from invoices.models import ConsentText, CustomerRequest, RequestLink
from invoices.request_form import SALT, CustomerRequestForm
from invoices.tests.factories import SellerFactory
from partners.tests.factories import ContactFactory, PartnerFactory

pytestmark = pytest.mark.django_db

FORM, SENT = "/request/", "/request/sent/"
COMPANY = {
    "payer_kind": "company",
    "country": "RU",
    "tax_number": "7707083893",
    "kpp": "773601001",
    "payer_name": "ООО «Ромашка»",
    "contact_name": "Нина Савельева",
    "phone": "8 900 000-52-06",
    "email": "Saveleva@Example.ru",
    "city": "Владивосток",
    "wants_renewal": "on",
    "agrees": "on",
}


@pytest.fixture(autouse=True)
def fresh_counters():
    cache.clear()


def opened(seconds_ago: float = 60) -> str:
    from django.core import signing

    return signing.dumps((timezone.now() - timedelta(seconds=seconds_ago)).timestamp(), salt=SALT)


def filled(**changes) -> dict:
    data = COMPANY | {"opened": opened(), "request_key": str(uuid.uuid4())} | changes
    return {name: value for name, value in data.items() if value is not None}


def send(client: Client | None = None, address: str = FORM, **changes):
    return (client or Client()).post(address, filled(**changes))


def text_of(response) -> str:
    return response.content.decode()


def errors_of(**changes) -> dict[str, str]:
    """What the form says of each field."""
    form = CustomerRequestForm(filled(**changes), now=timezone.now())
    return {name: errors[0] for name, errors in form.errors.items()}


# --- What is asked of whom -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"ogrn": "1027700132195"},
        {"payer_kind": "entrepreneur", "tax_number": "500100732259", "kpp": None, "ogrn": "304500116000157"},
        {"payer_kind": "person", "tax_number": None, "kpp": None},
        {"payer_kind": "person", "tax_number": "500100732259", "kpp": None},
        {"country": "KZ", "tax_number": "971240001315", "kpp": None, "phone": "+7 701 111 22 33"},
        {"country": "UA", "tax_number": "14360570", "kpp": None, "phone": "+380 50 123 45 67"},
        {"country": "UA", "payer_kind": "entrepreneur", "tax_number": "3184710604", "kpp": None},
        {"wants_renewal": None, "wishes": "Продлить и добавить 2ГИС"},
    ],
)
def test_each_kind_of_payer_in_each_country_has_its_own_details(changes):
    phone = {} if "phone" in changes or changes.get("country") != "UA" else {"phone": "+380 50 123 45 67"}

    assert errors_of(**changes, **phone) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tax_number": "7707083894"}, "tax_number"),
        ({"tax_number": "500100732259"}, "tax_number"),
        ({"tax_number": None}, "tax_number"),
        ({"tax_number": "0000000000"}, "tax_number"),
        ({"payer_kind": "entrepreneur"}, "tax_number"),
        ({"country": "KZ", "kpp": None}, "tax_number"),
        ({"country": "KZ", "payer_kind": "entrepreneur", "tax_number": "971240001315", "kpp": None}, "tax_number"),
        ({"country": "UA", "tax_number": "14360571", "kpp": None}, "tax_number"),
        ({"kpp": None}, "kpp"),
        ({"kpp": "77360100"}, "kpp"),
        ({"ogrn": "1027700132194"}, "ogrn"),
        ({"ogrn": "304500116000157"}, "ogrn"),
        ({"payer_name": " "}, "payer_name"),
        ({"contact_name": None}, "contact_name"),
        ({"phone": "123"}, "phone"),
        ({"email": "saveleva@example"}, "email"),
        ({"city": "Нигдеград"}, "city"),
        ({"wants_renewal": None}, "services"),
        ({"services": "999999"}, "services"),
        ({"agrees": None}, "agrees"),
        ({"payer_kind": "robot"}, "payer_kind"),
        ({"country": "US"}, "country"),
        ({"wishes": "я" * 501}, "wishes"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(changes, field):
    response = send(**changes)

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert f'id="id_{field}_error"' in text_of(response)
    assert "Нина Савельева" in text_of(response) or field == "contact_name"
    assert CustomerRequest.objects.count() == 0


def test_a_right_request_is_kept_with_what_was_agreed_to():
    SellerFactory()
    service = ServiceFactory()
    response = send(services=str(service.pk), agrees_to_advertising="on", ogrn="1027700132195")

    assert (response.status_code, response.url) == (302, SENT)
    request = CustomerRequest.objects.get()
    assert (request.phone, request.email, request.tax_number) == ("+79000005206", "saveleva@example.ru", "7707083893")
    assert request.city == City.objects.get(name="Владивосток")
    assert list(request.services.all()) == [service]
    assert (request.consent.purpose, request.consent.version) == ("processing", 1)
    assert request.advertising_consent.purpose == "advertising"
    assert request.operator.startswith("ООО «ЛБГ Партнёр», ИНН 7700000016")
    assert abs(request.received_at - timezone.now()) < timedelta(minutes=1)
    assert request.sent_from == "127.0.0.1"


def test_neither_consent_is_ticked_beforehand_and_offers_are_not_needed():
    page = text_of(Client().get(FORM))
    send()

    assert 'name="agrees"' in page
    assert "checked" not in page.partition('name="agrees"')[2].partition(">")[0]
    assert "checked" not in page.partition('name="agrees_to_advertising"')[2].partition(">")[0]
    assert CustomerRequest.objects.get().advertising_consent is None


def test_the_text_one_agrees_to_names_us_and_never_changes():
    SellerFactory()
    page = text_of(Client().get("/request/consent/processing/"))

    assert "ИНН" in page
    assert "7700000016" in page
    assert "{operator}" not in page
    assert Client().get("/request/consent/other/").status_code == 404
    with pytest.raises(InternalError):
        ConsentText.objects.filter(version=1).update(body="Другое")


def test_details_that_a_payer_does_not_have_are_not_kept():
    send(payer_kind="person", tax_number=None, kpp="773601001", ogrn="1027700132195")

    request = CustomerRequest.objects.get()
    assert (request.kpp, request.ogrn) == ("", "")


# --- One answer for known and unknown ------------------------------------------------------------------------------


def test_known_unknown_and_machine_get_the_same_answer():
    PartnerFactory(inn="7707083893")
    answers = [send(), send(tax_number="7736050003"), send(site="http://spam.example")]

    assert {(answer.status_code, answer.url) for answer in answers} == {(302, SENT)}
    assert CustomerRequest.objects.count() == 2


def test_the_form_never_tells_what_we_know_of_a_number():
    partner = PartnerFactory(inn="7707083893", name="ООО «Тайна»")

    assert "Тайна" not in text_of(send(email="x"))
    assert "Тайна" not in text_of(Client().get(FORM))
    assert "Тайна" not in text_of(Client().get(SENT))
    assert partner.manager.full_name not in text_of(Client().get(SENT))


def test_the_request_finds_the_only_partner_with_its_number():
    partner = PartnerFactory(inn="7707083893")
    PartnerFactory(inn="7736050003")
    PartnerFactory(inn="7736050003")
    send()
    send(tax_number="7736050003")
    send(tax_number="7736207543")

    assert list(CustomerRequest.objects.order_by("pk").values_list("partner", flat=True)) == [partner.pk, None, None]


# --- The personal link ---------------------------------------------------------------------------------------------


@pytest.fixture
def linked():
    manager = SupportFactory()
    partner = PartnerFactory(
        manager=manager,
        inn="7707083893",
        kpp="773601001",
        legal_name="ООО «Вектор»",
        city=City.objects.get(name="Омск"),
    )
    ContactFactory(partner=partner)
    return make_request_link(partner, by=manager, now=timezone.now())


def test_a_personal_link_fills_in_what_is_known(linked):
    response = Client().get(linked.get_absolute_url())
    page = text_of(response)

    for known in ["ООО «Вектор»", "7707083893", "773601001", "Лариса Чернова", "+79000001427", "vektor@example.ru"]:
        assert known.replace("«", "«") in page
    assert 'value="Омск"' in page
    assert linked.partner.manager.full_name in page
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cache-Control"] == "no-store"


def test_a_request_by_the_link_is_the_partners_whatever_its_number(linked):
    response = send(address=linked.get_absolute_url(), tax_number="7736050003")

    assert response.url == reverse("request-personal-sent", args=[linked.token])
    assert linked.partner.manager.full_name in text_of(Client().get(response.url))
    request = CustomerRequest.objects.get()
    assert (request.partner, request.link) == (linked.partner, linked)


def test_a_withdrawn_link_and_a_wrong_one_lead_to_the_empty_form(linked):
    manager = linked.partner.manager
    withdraw_request_link(linked.partner, by=manager, now=timezone.now())

    for token in [linked.token, "x" * 22]:
        for method in ("get", "post"):
            response = getattr(Client(), method)(reverse("request-personal", args=[token]))
            assert (response.status_code, response.url) == (302, FORM)
        assert Client().get(reverse("request-personal-sent", args=[token])).url == SENT


def test_a_partner_has_one_standing_link_and_a_withdrawn_one_never_comes_back(linked):
    manager = linked.partner.manager
    assert make_request_link(linked.partner, by=manager, now=timezone.now()) == linked
    withdraw_request_link(linked.partner, by=manager, now=timezone.now())
    again = make_request_link(linked.partner, by=manager, now=timezone.now())

    assert again.token != linked.token
    assert RequestLink.objects.filter(withdrawn_at__isnull=True).get() == again


# --- Machines and crowds -------------------------------------------------------------------------------------------


def test_what_comes_too_fast_or_too_late_is_asked_once_more_and_then_taken():
    for stamp in [opened(1), opened(25 * 3600), "forged", opened(-60)]:
        first = send(opened=stamp, request_key=(key := str(uuid.uuid4())))
        assert first.status_code == 422
        assert "Нина Савельева" in text_of(first)
        fresh = first.context["form"]["opened"].value()
        assert send(opened=fresh, request_key=key).status_code == 302
        cache.clear()

    assert CustomerRequest.objects.count() == 4


def test_too_many_from_one_address_are_refused_and_keep_their_text():
    answers = [send(tax_number=None, payer_kind="person", phone=f"+7 900 000-{n:02}-01") for n in range(21)]

    assert [answer.status_code for answer in answers] == [302] * 20 + [429]
    assert "Нина Савельева" in text_of(answers[-1])
    assert CustomerRequest.objects.count() == 20


def test_too_many_of_one_payer_are_refused_from_wherever_they_come():
    answers = [Client(REMOTE_ADDR=f"10.0.0.{n}").post(FORM, filled()) for n in range(6)]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429]


def test_without_the_cache_nothing_is_taken():
    with patch.object(throttling.cache, "incr", side_effect=ConnectionError):
        assert send().status_code == 429

    assert CustomerRequest.objects.count() == 0


def test_behind_our_proxy_the_visitor_cannot_choose_his_address(settings, rf):
    request = rf.get("/", HTTP_X_FORWARDED_FOR="1.1.1.1, 9.9.9.9", REMOTE_ADDR="10.0.0.1")

    assert throttling.address_of(request) == "10.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert throttling.address_of(request) == "9.9.9.9"


def test_a_request_sent_twice_is_kept_once():
    key = str(uuid.uuid4())

    assert [send(request_key=key).status_code for _ in range(3)] == [302] * 3
    assert CustomerRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_double_press_at_the_same_moment_keeps_one_request():
    key, barrier, answers = str(uuid.uuid4()), threading.Barrier(4), []

    def press() -> None:
        barrier.wait()
        answers.append(send(request_key=key).status_code)
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert answers == [302] * 4
    assert CustomerRequest.objects.count() == 1


# --- The field one has left ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "is_wrong"),
    [
        ("tax_number", "7707083894", True),
        ("tax_number", "7707083893", False),
        ("email", "saveleva@example", True),
        ("phone", "8 900 000-52-06", False),
        ("nonsense", "x", False),
    ],
)
def test_leaving_a_field_tells_what_is_wrong_with_it_alone(field, value, is_wrong):
    data = {"field": field, "payer_kind": "company", "country": "RU", field: value}
    answer = Client().post("/request/check/", data).json()

    assert bool(answer["error"]) == is_wrong
    assert CustomerRequest.objects.count() == 0


def test_the_form_without_scripts_is_whole():
    """Every field of the form is in the page, and the page loads nothing from elsewhere."""
    page = text_of(Client().get(FORM))

    for name in CustomerRequestForm(now=timezone.now()).fields:
        assert f'name="{name}"' in page or name == "services"
    assert 'src="http' not in page


@pytest.mark.parametrize("text", ["я" * 20_000, "x'); --", "\u202e\u200b\x07", "9" * 25, "<script>alert(1)</script>"])
def test_hostile_input_is_a_form_with_messages(text):
    names = [*COMPANY, "ogrn", "address", "wishes", "services", "request_key", "opened", "agrees_to_advertising"]
    for method, address in [("post", FORM), ("post", "/request/check/"), ("get", FORM)]:
        response = getattr(Client(), method)(address, dict.fromkeys([*names, "field"], text))
        assert response.status_code < 500
        assert "<script>alert" not in text_of(response)
