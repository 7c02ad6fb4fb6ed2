"""One person's saved views in several tabs at the same moment, with real threads on real PostgreSQL."""

import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts.tests.factories import SupportFactory
from core.tests.racing import refusals
from deals.actions import archive_view, begin_with, save_view
from deals.actions.saved_views import MOST_VIEWS
from deals.models import DefaultView, Pipeline, SavedView

ROUNDS = 20

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def keep(person, name):
    return save_view(
        Pipeline.objects.get(code="renewal"),
        name=name,
        layout="list",
        params=QueryDict("task=none"),
        is_shared=False,
        by=person,
        now=timezone.now(),
    )


def test_of_two_tabs_that_take_one_name_the_second_is_told():
    person = SupportFactory()
    for number in range(ROUNDS):
        name = f"Вид {number}"

        assert refusals(lambda: keep(person, name), lambda: keep(person, name.upper())) == ["name_taken"]  # noqa: B023


def test_a_name_is_not_taken_while_a_removed_view_comes_back_with_it():
    person, now = SupportFactory(), timezone.now()
    removed = archive_view(keep(person, "Срочное"), True, by=person, now=now)

    told = refusals(lambda: archive_view(removed, False, by=person, now=now), lambda: keep(person, "Срочное"))

    assert told == ["name_taken"]


def test_two_tabs_never_keep_one_view_too_many():
    person = SupportFactory()
    for number in range(MOST_VIEWS - 1):
        keep(person, f"Вид {number}")

    told = refusals(lambda: keep(person, "Предпоследний"), lambda: keep(person, "Последний"))

    assert told == ["too_many_views"]
    assert SavedView.objects.count() == MOST_VIEWS


def test_of_two_choices_made_at_once_one_stands():
    person = SupportFactory()
    first, second = keep(person, "Первый"), keep(person, "Второй")

    told = refusals(
        lambda: begin_with(first, first.pipeline, by=person), lambda: begin_with(second, second.pipeline, by=person)
    )

    assert told == []
    assert DefaultView.objects.get().view in {first, second}
