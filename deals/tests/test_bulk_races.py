"""Two people move overlapping choices of deals at the same moment: no move is lost, none is made over another's."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import HeadFactory
from catalog.tests.factories import PackageFactory
from deals.actions.bulk import Report, Row, move_deals
from deals.models import Deal, Stage, StageChange
from deals.tests.factories import DealFactory, stage
from partners.tests.factories import PartnerFactory

OF_EACH, SHARED = 60, 40

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def make_deals(number: int) -> list[Deal]:
    partner, package = PartnerFactory(), PackageFactory()
    healthy = stage("renewal", "healthy")
    return Deal.objects.bulk_create(
        DealFactory.build_batch(number, stage=healthy, partner=partner, manager=partner.manager, package=package)
    )


def race(choices: list[tuple[User, list[Deal], Stage]]) -> list[Report]:
    """Each moves his choice; the second goes through his from the end, so that they meet in the middle."""
    together = Barrier(len(choices))

    def run(choice: tuple[User, list[Deal], Stage]) -> Report:
        person, deals, to = choice
        try:
            together.wait(timeout=60)
            return move_deals([Row(deal.pk, deal.version) for deal in deals], to, by=person, now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(len(choices)) as pool:
        return list(pool.map(run, choices))


def test_overlapping_choices_are_each_moved_once():
    deals = make_deals(2 * OF_EACH - SHARED)
    mine, theirs = deals[:OF_EACH], deals[-OF_EACH:][::-1]
    soon, troubled = Stage.objects.get(pipeline="renewal", name="Скоро продление"), stage("renewal", "troubled")

    first, second = race([(deals[0].manager, mine, soon), (HeadFactory(), theirs, troubled)])

    assert set(first.done) | set(second.done) == {deal.pk for deal in deals}
    assert set(first.done) & set(second.done) == set(), "a shared deal went with one of them"
    assert len(first.refused) + len(second.refused) == SHARED
    assert StageChange.objects.filter(deal__in=deals).count() == len(deals)
    for report, to in ((first, soon), (second, troubled)):
        assert Deal.objects.filter(pk__in=report.done, stage=to).count() == len(report.done)
