"""R13: a card is offered after the director has approved that one payment; its number is seen by a kept look only."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import DirectorFactory, HeadFactory, MarketerFactory, SupportFactory
from core.errors import RuleViolation
from invoices.actions import approve_card, ask_for_card, decline_card, look_at_card
from invoices.models import CardLook, CardPayment, CompanyCard, Invoice
from invoices.tests.factories import issue, pay
from notifications.models import Notice
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db
NUMBER = "4000001234565678"


@pytest.fixture
def manager() -> User:
    return SupportFactory()


@pytest.fixture
def director() -> User:
    return DirectorFactory()


@pytest.fixture
def card() -> CompanyCard:
    return CompanyCard.objects.create(holder="Иван И.", bank="Банк", number=NUMBER)


@pytest.fixture
def invoice(manager) -> Invoice:
    return issue(partner=PartnerFactory(manager=manager))


@pytest.fixture
def asked(invoice, manager, director) -> CardPayment:
    return ask_for_card(invoice, amount=invoice.amount, why="Нет расчётного счёта", by=manager, now=timezone.now())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def code_of(action, *args, **kwargs) -> str:
    with pytest.raises(RuleViolation) as refused:
        action(*args, now=timezone.now(), **kwargs)
    return refused.value.code


def test_r13_asked_approved_and_then_the_text_with_the_sum_each_look_kept(asked, card, manager, director):
    page = f"/invoices/{asked.invoice_id}/card/"
    assert Notice.objects.get(recipient=director).kind == "card.asked"
    signed_in(director).post(f"/invoices/card/{asked.pk}/decide/", {"card": card.pk})
    assert Notice.objects.get(recipient=manager).kind == "card.decided"

    browser = signed_in(manager)
    shown = browser.get(page).content.decode()
    assert NUMBER not in shown and "4000 0012" not in shown and "5678" in shown
    response = browser.post(f"/invoices/card/{asked.pk}/text/")
    words = response.content.decode()
    assert "4000 0012 3456 5678" in words and "65\u00a0000" in words
    assert response["Cache-Control"] == "no-store"
    assert [look.by for look in CardLook.objects.all()] == [manager]


def test_r13_without_the_approval_nobody_sees_it_and_the_database_refuses_the_look(asked, manager):
    assert code_of(look_at_card, asked, by=manager) == "card_not_approved"
    with pytest.raises(DatabaseError), transaction.atomic():
        CardLook.objects.create(payment=asked, by=manager, at=timezone.now())


def test_r13_declined_says_why_and_may_be_asked_for_anew(asked, manager, director, invoice):
    assert code_of(decline_card, asked, reason=" ", by=director) == "decline_needs_reason"
    decline_card(asked, reason="Есть счёт в банке", by=director, now=timezone.now())
    assert "Есть счёт в банке" in Notice.objects.get(recipient=manager).text
    again = ask_for_card(invoice, amount=invoice.amount, why="Просит", by=manager, now=timezone.now())
    assert again.pk != asked.pk


def test_r13_only_a_director_decides_never_on_his_own_and_once(asked, card, invoice, director):
    now = timezone.now()
    with pytest.raises(PermissionDenied):
        approve_card(asked, card, by=HeadFactory(), now=now)
    approve_card(asked, card, by=director, now=now)
    assert code_of(decline_card, asked, reason="Нет", by=director) == "card_decided"
    with pytest.raises(DatabaseError), transaction.atomic():
        CardPayment.objects.filter(pk=asked.pk).update(amount=1)
    own = ask_for_card(invoice, amount=invoice.amount, why="Сам", by=director, now=now)
    assert code_of(approve_card, own, card, by=director) == "own_card_payment"


def test_r13_no_more_than_is_owed_neither_asked_for_nor_approved(asked, card, invoice, manager, director):
    pay(invoice, "1000.00")
    assert code_of(approve_card, asked, card, by=director) == "payment_exceeds_remainder"
    decline_card(asked, reason="Часть пришла", by=director, now=timezone.now())
    assert code_of(ask_for_card, invoice, amount=invoice.amount, why="Всё", by=manager) == "payment_exceeds_remainder"


def test_r13_the_number_is_nowhere_in_the_reference_data_or_the_history(card, director):
    browser = signed_in(director)
    pages = [browser.get(f"/reference/invoices/companycard/{tail}") for tail in ("", f"{card.pk}/change/")]
    assert [page.status_code for page in pages] == [200, 200]
    assert all(NUMBER not in page.content.decode() for page in pages)
    assert NUMBER not in str(card) and not hasattr(card.events.get(), "number")


@pytest.mark.parametrize("person", [SupportFactory, MarketerFactory])
def test_r13_a_stranger_sees_nothing_of_it(asked, person):
    assert signed_in(person()).get(f"/invoices/{asked.invoice_id}/card/").status_code in (403, 404)
