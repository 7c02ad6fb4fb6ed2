"""R5 under fire: two people complete one renewal at the same moment, with real threads on real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from django.db.models import Count
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import HeadFactory
from catalog.tests.factories import PackageFactory
from deals.actions import complete_deal
from deals.models import Deal
from deals.tests.factories import DealFactory, stage
from partners.tests.factories import PartnerFactory

ROUNDS = 1000

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def paid_renewals():
    """A thousand renewals that are due and paid."""
    partner, package = PartnerFactory(), PackageFactory()
    deals = DealFactory.build_batch(
        ROUNDS,
        role="due",
        stage=stage("renewal", "due"),
        partner=partner,
        manager=partner.manager,
        package=package,
        paid_amount=Decimal(186_000),
    )
    return Deal.objects.bulk_create(deals)


def race(complete, deals: list[Deal]) -> list:
    """Let the manager and the head complete each deal at once; give back what each of them got."""
    people = [deals[0].manager, HeadFactory()]
    together = Barrier(len(people))
    now = timezone.now()

    def run(person: User) -> list:
        results = []
        try:
            for deal in deals:
                together.wait(timeout=60)
                results.append(complete(deal, person, now))
        finally:
            connection.close()
        return results

    with ThreadPoolExecutor(len(people)) as pool:
        return [result for results in pool.map(run, people) for result in results]


def test_r5_two_people_at_once_make_exactly_one_next_deal(paid_renewals):
    def complete(deal: Deal, person: User, now: datetime) -> int:
        return complete_deal(deal, by=person, now=now)[1].pk

    following = race(complete, paid_renewals)

    heirs = Deal.objects.filter(previous_deal__in=paid_renewals)
    assert heirs.count() == ROUNDS
    assert len(following) == 2 * ROUNDS
    assert set(following) == set(heirs.values_list("pk", flat=True))


def test_the_naive_way_fails_so_the_race_above_is_one(paid_renewals):
    """Control: read, check, write without the lock; only the unique chain then keeps the second heir out."""

    def naive(deal: Deal, person: User, now: datetime) -> str:
        if Deal.objects.filter(previous_deal=deal).exists():
            return "seen"
        try:
            DealFactory.build(
                partner=deal.partner, manager=deal.manager, package=deal.package, stage=stage("renewal", "healthy"),
                previous_deal=deal,
            ).save()  # fmt: skip
        except IntegrityError:
            return "refused by the database"
        return "made"

    results = race(naive, paid_renewals[:200])

    assert "refused by the database" in results
    heirs = Deal.objects.filter(previous_deal__in=paid_renewals).values("previous_deal").annotate(n=Count("pk"))
    assert {row["n"] for row in heirs} == {1}
