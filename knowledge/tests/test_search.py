"""The knowledge base is searched as forgivingly as the rest."""

import pytest
from django.urls import reverse

from accounts.tests.factories import HeadFactory, SupportFactory
from knowledge.tests.factories import draft, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    head = HeadFactory()
    published(head, title="Счёт на продление", body="Выставляется по договору.")
    published(head, title="Звонок партнёру", body="Счёт не упоминается.")
    draft(head, title="Счёт-черновик", body="Ещё пишется")
    client.force_login(SupportFactory())
    return lambda query: client.get(reverse("knowledge:home"), {"q": query}).content.decode()


@pytest.mark.parametrize("query", ["счет", "СЧЁТ", "cx`n", "продл счёт", "ghjlk"], ids=range(5))
def test_case_yo_order_and_layout_are_forgiven(page, query):
    assert "Счёт на продление" in page(query).replace("\xa0", " ")


@pytest.mark.parametrize("query", ["продлние", "прдоление", "договру", "вистовляется"], ids=range(4))
def test_one_slip_of_the_finger_is_forgiven_two_are_not(page, query):
    found = "Счёт на продление" in page(query).replace("\xa0", " ")

    assert found == (query != "вистовляется")


def test_titles_come_before_texts_and_drafts_are_not_found(page):
    found = page("счёт").replace("\xa0", " ")

    assert found.index("Счёт на продление") < found.index("Звонок партнёру")
    assert "Счёт-черновик" not in found


@pytest.mark.parametrize("query", ["%", "_", "\0", "я" * 5000, "' or 1=1 --", "небывалое"], ids=range(6))
def test_odd_queries_find_nothing_and_offer_to_ask(page, query):
    assert "Счёт на продление" not in page(query).replace("\xa0", " ") or query == "\0"
