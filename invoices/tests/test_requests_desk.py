"""Customer requests inside the house: whose they are, who takes them up, and the invoice in one step (R20)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import (
    AdministratorFactory,
    DirectorFactory,
    HeadFactory,
    MarketerFactory,
    SalesFactory,
    SupportFactory,
)
from catalog.tests.factories import CityFactory, ServiceFactory
from core.errors import RuleViolation
from core.tests.racing import at_once
from deals.models import Alert, AlertNotice
from deals.tests.factories import AddonFactory, DealFactory
from invoices.actions import (
    assign_request,
    close_request,
    discard_draft,
    draft_from_request,
    erase_old_requests,
    issue_invoice,
    take_request,
)
from invoices.jobs import flag_unanswered_requests
from invoices.models import CustomerRequest, Invoice
from invoices.tests.factories import CustomerRequestFactory, SellerFactory
from partners.actions import archive_partner
from partners.tests.factories import ContactFactory, PartnerFactory

pytestmark = pytest.mark.django_db
LIST = "/invoices/requests/"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def manager():
    return SupportFactory(can_issue_invoices=True)


def own(manager, **fields) -> CustomerRequest:
    return CustomerRequestFactory(partner=PartnerFactory(manager=manager), **fields)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response) -> str:
    return response.content.decode()


def page_of(request: CustomerRequest) -> str:
    return reverse("invoices:request", args=[request.pk])


def code_of(action, *args, **kwargs) -> str:
    with pytest.raises(RuleViolation) as refused:
        action(*args, **kwargs)
    return refused.value.code


# --- Whose they are ------------------------------------------------------------------------------------------------


def test_a_manager_sees_the_requests_of_his_partners_and_the_head_all(manager):
    mine, foreign, nobodys = own(manager), CustomerRequestFactory(), CustomerRequestFactory(partner=None)

    assert list(CustomerRequest.objects.visible_to(manager)) == [mine]
    assert set(CustomerRequest.objects.visible_to(HeadFactory())) == {mine, foreign, nobodys}
    assert [signed_in(manager).get(page_of(each)).status_code for each in (mine, foreign, nobodys)] == [200, 404, 404]


@pytest.mark.parametrize(
    ("person", "status"),
    [
        (SupportFactory, 200),
        (SalesFactory, 403),
        (MarketerFactory, 403),
        (HeadFactory, 200),
        (DirectorFactory, 200),
        (AdministratorFactory, 403),
    ],
)
def test_the_list_by_role(person, status):
    assert signed_in(person()).get(LIST).status_code == status


def test_a_stranger_is_sent_to_the_login_page():
    assert reverse("account_login") in Client().get(LIST).url


def test_the_sidebar_counts_what_waits_for_the_reader(manager, now):
    own(manager)
    own(manager, answer_by=now - timedelta(minutes=1))
    CustomerRequestFactory(partner=None)

    def counts(user):
        groups = signed_in(user).get("/me/").context["navigation"]
        [item] = [item for group in groups for item in group["items"] if item["url"] == LIST]
        return item["count"], item["badge"]

    assert counts(manager) == (2, 1)
    assert counts(HeadFactory()) == (1, 0)


def test_the_list_asks_the_same_number_of_questions_for_two_requests_and_for_twenty(manager):
    client = signed_in(manager)

    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(LIST).status_code == 200
        return len(asked)

    for _ in range(2):
        own(manager, services=[ServiceFactory()])
    few = questions()
    for _ in range(18):
        own(manager, services=[ServiceFactory(), ServiceFactory()])

    assert questions() == few
    assert few <= 12


def test_what_differs_from_the_partners_card_is_shown_beside_it(manager):
    partner = PartnerFactory(manager=manager, inn="7736050003")
    ContactFactory(partner=partner)
    page = text_of(signed_in(manager).get(page_of(CustomerRequestFactory(partner=partner))))

    assert "7736050003" in page
    assert "+79000001427" in page


def test_hostile_text_is_only_text(manager):
    request = own(manager, payer_name='"><script>alert(1)</script>', wishes="<img src=x onerror=alert(1)>")
    page = text_of(signed_in(manager).get(page_of(request))) + text_of(signed_in(manager).get(LIST))

    assert "<script>alert" not in page
    assert "<img src=x" not in page


# --- Taking up, closing, saying whose ------------------------------------------------------------------------------


def test_taking_it_up_names_the_person_and_a_second_one_is_told_who(manager, now):
    request = take_request(own(manager), by=manager, now=now)

    assert (request.state, request.taken_by) == ("in_work", manager)
    assert code_of(take_request, request, by=HeadFactory(), now=now) == "request_taken"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_many_who_take_it_at_once_exactly_one_has_it(now):
    request, heads = CustomerRequestFactory(), [HeadFactory() for _ in range(6)]
    results = at_once(*(lambda head=head: take_request(request, by=head, now=now).taken_by_id for head in heads))

    assert results.count("request_taken") == len(heads) - 1
    request.refresh_from_db()
    assert request.taken_by_id in results


def test_closing_needs_a_reason_and_is_final(manager, now):
    request = own(manager)
    response = signed_in(manager).post(reverse("invoices:request-close", args=[request.pk]), {"reason": " "})
    assert response.status_code == 422
    closed = close_request(request, reason="Повторная заявка", by=manager, now=now)

    assert (closed.state, closed.close_reason, closed.taken_by) == ("closed", "Повторная заявка", manager)
    assert code_of(close_request, closed, reason="Ещё раз", by=manager, now=now) == "request_done"
    assert code_of(draft_from_request, closed, by=manager, now=now) == "request_done"


def test_the_head_says_whose_a_request_is_and_its_manager_sees_it_at_once(manager):
    request, partner = CustomerRequestFactory(partner=None), PartnerFactory(manager=manager, name="ООО «Вектор-Право»")
    head = signed_in(HeadFactory())

    assert "Вектор-Право" in text_of(head.get(page_of(request) + "?q=вектор"))
    head.post(reverse("invoices:request-assign", args=[request.pk]), {"partner": partner.pk})

    assert list(CustomerRequest.objects.visible_to(manager)) == [request]
    request.refresh_from_db()
    assert request.partner == partner


def test_a_manager_does_not_say_whose_a_request_is(manager, now):
    request = own(manager)
    with pytest.raises(PermissionDenied):
        assign_request(request, PartnerFactory(manager=manager), by=manager, now=now)


def test_a_request_of_nobodys_is_not_invoiced(now):
    request = CustomerRequestFactory(partner=None)

    assert code_of(draft_from_request, request, by=HeadFactory(), now=now) == "request_needs_partner"
    assert code_of(take_request, request, by=HeadFactory(), now=now) == "request_needs_partner"


def test_a_request_follows_its_partner_to_another_manager(manager):
    request, other = own(manager), SupportFactory()
    request.partner.manager = other
    request.partner.save()

    assert not CustomerRequest.objects.visible_to(manager).exists()
    assert CustomerRequest.objects.visible_to(other).get() == request


# --- One step to the invoice ---------------------------------------------------------------------------------------


def test_one_press_makes_the_draft_with_payer_services_and_the_deals_exact_sum(manager):
    SellerFactory()
    deal = DealFactory(partner__manager=manager, amount=Decimal("172980.00"))
    network = ServiceFactory(is_marketing=True, price=Decimal(12000))
    request = CustomerRequestFactory(partner=deal.partner, services=[network])

    response = signed_in(manager).post(reverse("invoices:request-invoice", args=[request.pk]))

    draft = Invoice.objects.get()
    assert response.url == reverse("invoices:invoice", args=[draft.pk])
    assert (draft.state, draft.deal, draft.amount) == ("draft", deal, Decimal("184980.00"))
    assert (draft.buyer_name, draft.buyer_inn, draft.buyer_kpp) == ("ООО «Ромашка»", "7707083893", "773601001")
    assert (draft.buyer_email, draft.buyer_phone) == ("saveleva@example.ru", "+79000005206")
    lines = list(draft.lines.values_list("service", "price", "city"))
    assert lines == [
        (deal.package.service_id, Decimal("172980.00"), None),
        (network.pk, Decimal("12000.00"), request.city_id),
    ]
    request.refresh_from_db()
    assert (request.state, request.invoice, request.taken_by) == ("in_work", draft, manager)
    page = text_of(signed_in(manager).get(reverse("invoices:edit", args=[draft.pk])))
    assert page_of(request) in page


def test_an_offer_that_is_open_gives_its_own_sum(manager, now):
    SellerFactory()
    deal = AddonFactory(partner__manager=manager, amount=Decimal("58500.00"))
    request = CustomerRequestFactory(partner=deal.partner, wants_renewal=False, services=[deal.service])
    draft = draft_from_request(request, by=manager, now=now)

    assert (draft.deal, draft.amount) == (deal, Decimal("58500.00"))


def test_pressing_again_gives_the_same_draft_and_issuing_finishes_the_request(manager, now):
    SellerFactory()
    request = own(manager, wants_renewal=False, services=[ServiceFactory()])
    draft = draft_from_request(request, by=manager, now=now)

    assert draft_from_request(request, by=manager, now=now) == draft
    issue_invoice(draft, by=manager, now=now)
    request.refresh_from_db()
    assert request.state == "invoiced"
    assert code_of(close_request, request, reason="Поздно", by=manager, now=now) == "request_done"


def test_a_draft_thrown_away_leaves_the_request_open(manager, now):
    SellerFactory()
    request = own(manager, services=[ServiceFactory()])
    discard_draft(draft_from_request(request, by=manager, now=now), by=manager, now=now)

    request.refresh_from_db()
    assert (request.state, request.invoice) == ("in_work", None)
    assert draft_from_request(request, by=manager, now=now).pk


def test_a_kazakh_payer_comes_through_to_the_invoice(manager, now):
    SellerFactory()
    partner = PartnerFactory(manager=manager, city=CityFactory(country="KZ", timezone="Asia/Almaty"))
    request = CustomerRequestFactory(
        partner=partner, country="KZ", tax_number="971240001315", kpp="", services=[ServiceFactory()]
    )

    assert issue_invoice(draft_from_request(request, by=manager, now=now), by=manager, now=now).number == 1


# --- No answer -----------------------------------------------------------------------------------------------------


def test_no_answer_in_time_rings_the_managers_bell_and_the_heads(manager, now):
    head = HeadFactory()
    late = own(manager, answer_by=now - timedelta(minutes=1))
    own(manager)
    flag_unanswered_requests(now)
    flag_unanswered_requests(now)

    alert = Alert.objects.get()
    assert (alert.kind, alert.subject_id, alert.deal) == ("request_unanswered", late.pk, None)
    assert set(AlertNotice.objects.values_list("recipient", flat=True)) == {manager.pk, head.pk}
    client = signed_in(manager)
    page = client.get("/deals/alerts/")
    assert "Ромашка" in text_of(page)
    notice = AlertNotice.objects.get(recipient=manager)
    assert client.get(reverse("deals:alert-open", args=[notice.pk])).url == page_of(late)


def test_a_request_of_nobodys_rings_the_heads_bell_alone(manager, now):
    head = HeadFactory()
    CustomerRequestFactory(partner=None, answer_by=now - timedelta(minutes=1))
    flag_unanswered_requests(now)

    assert AlertNotice.objects.get().recipient == head


def test_the_bell_falls_silent_when_somebody_is_on_it(manager, now):
    request = own(manager, answer_by=now - timedelta(minutes=1))
    flag_unanswered_requests(now)
    take_request(request, by=manager, now=now)
    flag_unanswered_requests(now)

    assert Alert.objects.get().cleared_at == now


def test_the_bell_follows_the_partner_to_another_manager(manager, now):
    request, other = own(manager, answer_by=now - timedelta(minutes=1)), SupportFactory()
    flag_unanswered_requests(now)
    request.partner.manager = other
    request.partner.save()
    flag_unanswered_requests(now)

    assert AlertNotice.objects.get().recipient == other


# --- How long it is kept -------------------------------------------------------------------------------------------


def test_who_sent_a_request_that_led_to_nothing_is_forgotten_after_its_time(manager, now, settings):
    SellerFactory()
    old = now - timedelta(days=settings.REQUESTS_KEPT_DAYS + 1)
    forgotten = own(manager, received_at=old)
    kept = [own(manager), own(manager, received_at=old, services=[ServiceFactory()])]
    draft_from_request(kept[1], by=manager, now=now)

    assert erase_old_requests(now) == 1
    assert erase_old_requests(now) == 0
    forgotten.refresh_from_db()
    assert (forgotten.payer_name, forgotten.phone, forgotten.email, forgotten.tax_number) == ("—", "", "", "")
    assert signed_in(manager).get(page_of(forgotten)).status_code == 200
    assert {CustomerRequest.objects.get(pk=each.pk).payer_name for each in kept} == {"ООО «Ромашка»"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(e::text, ' ') FROM invoices_customerrequestevent e")
        assert "Ромашка" not in cursor.fetchone()[0]


def test_the_link_page_is_for_whoever_works_with_the_partner(manager):
    partner = PartnerFactory(manager=manager)
    address = reverse("invoices:request-link", args=[partner.pk])
    client = signed_in(manager)
    client.post(address, {"do": "make"})
    link = partner.request_links.get()

    assert link.get_absolute_url() in text_of(client.get(address))
    client.post(address, {"do": "withdraw"})
    assert link.get_absolute_url() not in text_of(client.get(address))
    assert signed_in(SupportFactory()).get(address).status_code == 404
    assert signed_in(MarketerFactory()).get(address).status_code == 403


def test_an_archived_partners_link_shows_the_empty_form(manager, now):
    partner = PartnerFactory(manager=manager)
    signed_in(manager).post(reverse("invoices:request-link", args=[partner.pk]), {"do": "make"})
    archive_partner(partner, reason="Закрылся", by=HeadFactory(), now=now)

    assert Client().get(partner.request_links.get().get_absolute_url()).url == "/request/"
