"""Two people in the dialog of one deal at once: both values are shown, one chooses, nothing typed is lost."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory
from deals.actions import change_field, move_deal
from deals.tests.factories import DealFactory, stage

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def deal():
    return DealFactory()


@pytest.fixture
def head():
    return HeadFactory()


def ask(client, deal, to):
    """Open the dialog as the card does."""
    address = reverse("deals:deal-move", args=[deal.pk]) + f"?stage={to.pk}"
    return address, client.post(address, {"ask": "1", "version": deal.version}, **HTMX).context


def typed(context, **changes):
    seen = {f"seen-{name}": value for name, value in context["seen"].items()}
    package = context["deal"].package_id
    values = {"version": context["version"], "package": package, "discount_percent": "5", "kind": "call"}
    return values | seen | changes


def test_the_dialog_shows_what_the_other_has_changed_and_keeps_what_was_typed(client, deal, head):
    client.force_login(deal.manager)
    address, context = ask(client, deal, stage("renewal", "due"))
    change_field(deal, "discount_percent", Decimal(10), by=head, now=timezone.now())

    answer = client.post(address, typed(context), **HTMX)

    [line] = answer.context["conflict"]
    assert answer.status_code == 422
    assert (line.name, line.by) == ("discount_percent", head)
    assert answer.context["form"]["discount_percent"].value() == "5"
    assert 'name="take-discount_percent"' in answer.content.decode()


@pytest.mark.parametrize(("take", "expected"), [("mine", Decimal(5)), ("theirs", Decimal(10))])
def test_what_is_chosen_is_saved(client, deal, head, take, expected):
    client.force_login(deal.manager)
    address, context = ask(client, deal, stage("renewal", "due"))
    change_field(deal, "discount_percent", Decimal(10), by=head, now=timezone.now())
    again = client.post(address, typed(context), **HTMX).context

    answer = client.post(address, typed(again, **{"take-discount_percent": take}), **HTMX)

    deal.refresh_from_db()
    assert answer.status_code == 200
    assert (deal.discount_percent, deal.stage.role) == (expected, "due")


@pytest.mark.parametrize(("take", "expected"), [("mine", Decimal(176700)), ("theirs", Decimal(150000))])
def test_an_amount_that_the_other_has_agreed_apart_is_a_question_too(client, deal, head, take, expected):
    client.force_login(deal.manager)
    address, context = ask(client, deal, stage("renewal", "due"))
    change_field(deal, "amount", Decimal(150000), by=head, now=timezone.now())

    again = client.post(address, typed(context), **HTMX).context
    client.post(address, typed(again, **{"take-amount": take}), **HTMX)

    deal.refresh_from_db()
    assert [line.name for line in again["conflict"]] == ["amount"]
    assert deal.amount == expected


def test_a_value_that_only_the_other_has_changed_is_no_question(client, deal, head):
    client.force_login(deal.manager)
    address, context = ask(client, deal, stage("renewal", "due"))
    change_field(deal, "confidence", "doubtful", by=head, now=timezone.now())

    answer = client.post(address, typed(context), **HTMX)

    assert answer.context["conflict"] == []


def test_a_status_that_the_other_has_changed_is_named(client, deal, head):
    client.force_login(deal.manager)
    address, context = ask(client, deal, stage("renewal", "lost"))
    move_deal(deal, stage("renewal", "troubled"), by=head, now=timezone.now())

    answer = client.post(address, typed(context, reason="Дорого"), **HTMX)

    [line] = answer.context["conflict"]
    assert (line.theirs, line.by) == (stage("renewal", "troubled").name, head)
    assert answer.context["form"]["reason"].value() == "Дорого"


def test_a_click_on_a_status_of_a_stale_card_asks_before_it_moves(client, deal, head):
    client.force_login(deal.manager)
    stale = deal.version
    move_deal(deal, stage("renewal", "troubled"), by=head, now=timezone.now())
    healthy = stage("renewal", "healthy")
    address = reverse("deals:deal-move", args=[deal.pk]) + f"?stage={healthy.pk}"

    asked = client.post(address, {"version": stale}, **HTMX)
    moved = client.post(address, {"version": asked.context["version"]}, **HTMX)

    deal.refresh_from_db()
    assert (asked.status_code, moved.status_code) == (422, 200)
    assert deal.stage == healthy
