"""Who, which action and why stand in the audit trail, which nobody can change."""

from decimal import Decimal

import pghistory.models
import pytest
from django.db import InternalError, connection, transaction
from django.utils import timezone

from deals.actions import move_deal
from deals.models import Deal
from deals.tests.factories import DealFactory, stage

pytestmark = pytest.mark.django_db


def test_a_move_leaves_who_what_and_why():
    deal = DealFactory()

    move_deal(deal, stage("renewal", "troubled"), by=deal.manager, now=timezone.now(), reason="Мало заявок")

    event = deal.events.order_by("pgh_id").last()
    assert event.stage_id == stage("renewal", "troubled").pk
    assert event.pgh_context.metadata == {"action": "deal.move", "user": deal.manager.pk, "why": "Мало заявок"}


def test_changes_around_the_actions_are_caught_too():
    deal = DealFactory()

    Deal.objects.filter(pk=deal.pk).update(amount=Decimal(1))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE deals_deal SET amount = 2 WHERE id = %s", [deal.pk])

    assert [event.amount for event in deal.events.order_by("pgh_id")] == [Decimal(186000), Decimal(1), Decimal(2)]


@pytest.mark.parametrize("statement", ["DELETE FROM deals_dealevent", "UPDATE deals_dealevent SET amount = 0"])
def test_the_trail_is_append_only(statement):
    DealFactory()

    refused = pytest.raises(InternalError, match="Cannot update or delete")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert pghistory.models.Events.objects.exists()
