"""Two people at one card at the same moment, with real threads on real PostgreSQL: nobody's value is written over."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.tests.factories import HeadFactory
from core.tests.racing import refusals
from deals.actions import change_field, pin, write_note
from deals.editing import key
from deals.models import MAX_PINS
from deals.tests.factories import DealFactory

ROUNDS = 40

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_of_two_who_change_one_value_one_is_told_of_the_other():
    deal, head, now = DealFactory(), HeadFactory(), timezone.now()
    for number in range(ROUNDS):
        deal.refresh_from_db()
        seen = key(deal.amount)
        mine, theirs = Decimal(1000 + number), Decimal(2000 + number)
        told = refusals(
            lambda: change_field(deal, "amount", mine, seen=seen, by=deal.manager, now=now),  # noqa: B023
            lambda: change_field(deal, "amount", theirs, seen=seen, by=head, now=now),  # noqa: B023
        )

        assert told == ["version_conflict"]

    assert deal.field_changes.count() == ROUNDS


def test_two_who_pin_at_once_never_make_an_eighth():
    deal, now = DealFactory(), timezone.now()
    notes = [write_note(deal, f"Заметка {n}", by=deal.manager, now=now) for n in range(MAX_PINS + 1)]
    for note in notes[: MAX_PINS - 1]:
        pin(note, by=deal.manager, now=now)

    told = refusals(*(lambda note=note: pin(note, by=deal.manager, now=now) for note in notes[MAX_PINS - 1 :]))

    assert told == ["too_many_pins"]
    assert deal.pins.count() == MAX_PINS
