"""A problem is raised, seen everywhere, and resolved with the words how."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, MarketerFactory, SupportFactory
from core.errors import RuleViolation
from deals.actions import raise_problem, resolve_problem
from deals.models import Problem
from deals.rules import Health, Signs, health
from deals.tests.factories import AddonFactory, DealFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal():
    return DealFactory()


@pytest.fixture
def problem(deal):
    return raise_problem(deal, "Обещали 25 заявок, пришло 9", by=deal.manager, now=timezone.now())


def test_a_raised_problem_outweighs_every_good_sign():
    assert health(Signs("healthy", last_requests=40, has_problem=True)) == Health.PROBLEM


def test_it_is_raised_in_the_card_and_shows_in_head_board_list_and_timeline(client, deal):
    addon = AddonFactory(partner=deal.partner)
    client.force_login(deal.manager)

    client.post(reverse("deals:problem-raise", args=[deal.pk]), {"text": "Обещали 25 заявок, пришло 9"})
    card = client.get(reverse("deals:deal", args=[addon.pk]))
    board = client.get(reverse("deals:board", args=["renewal"]))
    partners = client.get(reverse("partners:list"))

    assert card.context["health"] == Health.PROBLEM
    assert "Обещали" in card.content.decode()
    assert [item.entry.kind for item in card.context["entries"]] == ["problems"]
    assert board.context["columns"][0].cards[0].health == Health.PROBLEM
    assert [row.health for row in partners.context["rows"]] == [Health.PROBLEM]


def test_it_is_resolved_with_the_words_how(client, deal, problem):
    client.force_login(deal.manager)
    address = reverse("deals:problem-resolve", args=[deal.pk, problem.pk])

    assert client.post(address, {"text": " "}).status_code == 422
    client.post(address, {"text": "Перенастроили рекламу"})

    problem.refresh_from_db()
    assert (problem.how, problem.resolved_by) == ("Перенастроили рекламу", deal.manager)
    assert client.get(reverse("deals:deal", args=[deal.pk])).context["problems"] == []


def test_a_problem_that_somebody_has_resolved_stays_as_he_left_it(deal, problem):
    resolve_problem(problem, "Перенастроили рекламу", by=HeadFactory(), now=timezone.now())

    with pytest.raises(RuleViolation) as refusal:
        resolve_problem(problem, "Само прошло", by=deal.manager, now=timezone.now())

    assert refusal.value.code == "already_resolved"
    assert "Перенастроили рекламу" in refusal.value.message


def test_the_database_refuses_a_resolution_without_words(problem):
    with pytest.raises(IntegrityError), transaction.atomic():
        Problem.objects.filter(pk=problem.pk).update(resolved_at=timezone.now(), resolved_by=HeadFactory())


def test_only_those_who_support_the_partner_raise_and_resolve(client, deal, problem):
    stranger = SupportFactory()

    with pytest.raises(PermissionDenied):
        raise_problem(deal, "Чужое", by=stranger, now=timezone.now())
    with pytest.raises(PermissionDenied):
        resolve_problem(problem, "Чужое", by=MarketerFactory(), now=timezone.now())
    client.force_login(stranger)
    assert client.get(reverse("deals:problem-resolve", args=[deal.pk, problem.pk])).status_code == 404


def test_whoever_takes_the_partner_over_resolves_what_was_raised_before(deal, problem):
    successor = SupportFactory()
    DealFactory(partner=deal.partner, manager=successor)

    resolve_problem(problem, "Перенастроили рекламу", by=successor, now=timezone.now())

    assert not Problem.objects.open().exists()
