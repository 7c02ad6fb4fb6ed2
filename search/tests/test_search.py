"""What the palette shows to whom: groups, actions, numbers, recents, and nothing foreign."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.tests.factories import (
    AdministratorFactory,
    HeadFactory,
    MarketerFactory,
    SalesFactory,
    SupportFactory,
)
from deals.tests.factories import DealFactory, HandoffFactory, TaskFactory
from invoices.tests.factories import issue
from partners.models import Contact
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_opened():
    cache.clear()


@pytest.fixture
def deal():
    deal = DealFactory(partner__name="ООО «Правовой вектор»", main_comment="Звонить после 12:00")
    Contact.objects.create(partner=deal.partner, name="Лариса Чернова", phone="+79123451427", is_primary=True)
    TaskFactory(deal=deal)
    return deal


def found(client, user, query: str) -> str:
    client.force_login(user)
    return (
        client.get(reverse("search"), {"q": query}, headers={"HX-Request": "true"})
        .content.decode()
        .replace("\xa0", " ")
    )


def test_a_partner_comes_with_its_preview_and_what_can_be_done(client, deal):
    page = found(client, deal.manager, "вект")

    for part in (
        "Звонить после 12:00",
        "+79123451427",
        "186 000 ₽",
        "Позвонить: Лариса Чернова",
        f"Сделка № {deal.pk}",
    ):
        assert part in page
    assert f"/deals/{deal.pk}/?comment=1" in page
    assert f"/invoices/new/?deal={deal.pk}" in page


def test_a_deal_and_an_invoice_are_found_by_number_and_an_invoice_by_its_sum(client):
    invoice = issue(deal=DealFactory(role="due"))
    manager = invoice.partner.manager

    assert f"/invoices/{invoice.pk}/" in found(client, manager, f"счёт № {invoice.number}")
    assert f"/invoices/{invoice.pk}/" in found(client, manager, f"{int(invoice.amount)}")
    assert f'href="/deals/{invoice.deal_id}/"' in found(client, manager, f"сделка {invoice.deal_id}")
    assert f"/invoices/{invoice.pk}/" not in found(client, SupportFactory(), f"{invoice.number}")


def test_pages_and_actions_are_found_with_their_keys(client):
    page = found(client, SupportFactory(), "продл")
    assert 'href="/deals/board/renewal/"' in page
    assert "<kbd>G</kbd><kbd>R</kbd>" in page

    assert "/knowledge/questions/new/" in found(client, SupportFactory(), "вопрос без")


def test_an_empty_query_shows_what_was_opened_last_on_top_and_the_pages(client, deal):
    client.force_login(deal.manager)
    client.get(reverse("deals:deal", args=[deal.pk]))
    client.get(reverse("partners:partner", args=[deal.partner_id]))

    page = found(client, deal.manager, "")

    assert page.index(f'href="/partners/{deal.partner_id}/"') < page.index(f'href="/deals/{deal.pk}/"')
    assert page.index(f'href="/deals/{deal.pk}/"') < page.index('href="/deals/board/renewal/"')


def test_what_was_opened_disappears_when_it_is_no_longer_ones_own(client, deal):
    former = deal.manager
    client.force_login(former)
    client.get(reverse("partners:partner", args=[deal.partner_id]))
    deal.partner.manager = SupportFactory()
    deal.partner.save()

    assert f'href="/partners/{deal.partner_id}/"' not in found(client, former, "")


def test_others_find_nothing_of_it(client, deal):
    for stranger in (SupportFactory(), SalesFactory(), MarketerFactory(), AdministratorFactory()):
        for query in ("вектор", "вкетор", "1427", str(deal.pk), "Чернова"):
            page = found(client, stranger, query)
            assert "Правовой" not in page, (stranger.role, query)
    assert "вектор" in found(client, HeadFactory(), "1427")


def test_marketing_finds_the_partner_but_neither_phones_nor_people(client):
    handoff = HandoffFactory(deal__partner__name="ООО «Маяк»")
    Contact.objects.create(partner=handoff.deal.partner, name="Лариса Чернова", phone="+79123451427", is_primary=True)
    marketer = MarketerFactory()

    page = found(client, marketer, "маяк")
    assert "ООО «Маяк»" in page
    assert "1427" not in page
    assert "Чернова" not in page
    assert "Маяк" not in found(client, marketer, "1427")
    assert "Маяк" not in found(client, marketer, "Чернова")


def test_archived_partners_are_left_out(client, deal):
    deal.partner.archived_at = deal.created_at
    deal.partner.save()
    assert "Правовой" not in found(client, deal.manager, "правовой")


def test_without_scripts_the_results_are_a_page(client, deal):
    client.force_login(deal.manager)
    page = client.get(reverse("search"), {"q": "вект"}).content.decode()
    assert "<h1>Поиск</h1>" in page
    assert f'href="/partners/{deal.partner_id}/"' in page


@pytest.mark.parametrize("size", [1, 20])
def test_a_search_asks_at_most_seven_queries_at_any_size(client, django_assert_max_num_queries, size):
    manager = SupportFactory()
    for number in range(size):
        DealFactory(partner=PartnerFactory(name=f"ООО «Вектор {number}»", manager=manager))
    found(client, manager, "век")
    with django_assert_max_num_queries(7):
        client.get(reverse("search"), {"q": "век"}, headers={"HX-Request": "true"})
