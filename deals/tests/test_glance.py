"""The quick look at a deal from a board or a list."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, MarketerFactory, SupportFactory
from deals.actions import NextStep, save_call_comment
from deals.comment_text import Numbers
from deals.tests.factories import DealFactory, HandoffFactory
from partners.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
PHONE = "+79000001427"


@pytest.fixture
def deal():
    deal = DealFactory(main_comment="Звонить после 12:00 по местному.")
    ContactFactory(partner=deal.partner, phone=PHONE)
    return deal


def url(deal):
    return reverse("deals:glance", args=[deal.pk])


def test_it_tells_whom_to_call_and_what_was_said(client, deal, django_assert_max_num_queries):
    now = timezone.now()
    save_call_comment(
        deal, was="Разобрали три звонка", now_text="Работает без сбоев", plans="Взять помощника", numbers=Numbers(30),
        next_step=NextStep("Спросить о помощнике", now + timedelta(days=3)), by=deal.manager, now=now,
    )  # fmt: skip
    client.force_login(deal.manager)

    with django_assert_max_num_queries(8):
        page = client.get(url(deal), **HTMX).content.decode()

    for said in (PHONE, "Звонить после", "Работает без сбоев", "Взять помощника", "Спросить о\u00a0помощнике", "30"):
        assert said in page


def test_without_a_script_the_deal_itself_opens(client, deal):
    client.force_login(deal.manager)

    assert client.get(url(deal)).headers["Location"] == reverse("deals:deal", args=[deal.pk])


def test_marketing_sees_no_phone(client):
    handoff = HandoffFactory()
    ContactFactory(partner=handoff.deal.partner, phone=PHONE)
    client.force_login(MarketerFactory())

    answer = client.get(url(handoff.deal), **HTMX)

    assert answer.status_code == 200
    assert PHONE not in answer.content.decode()


def test_a_strangers_deal_is_not_there(client, deal):
    client.force_login(SupportFactory())

    assert client.get(url(deal), **HTMX).status_code == 404


def test_lists_and_boards_lead_to_it(client, deal):
    client.force_login(HeadFactory())
    pages = [
        reverse("deals:board", args=["renewal"]),
        reverse("deals:board", args=["renewal"]) + "?layout=list",
        reverse("deals:terms", args=["renewal"]),
        reverse("partners:list"),
    ]

    for page in pages:
        assert f'data-glance="{url(deal)}"' in client.get(page).content.decode(), page
