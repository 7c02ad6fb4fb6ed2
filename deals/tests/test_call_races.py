"""The exchange and a person tell of calls at the same moment, with real threads on real PostgreSQL (R4)."""

import pytest
from django.utils import timezone

from core.tests.racing import refusals
from deals.actions import log_call, report_call
from deals.models import Call
from deals.tests.factories import DealFactory
from partners.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_a_call_told_several_times_at_once_is_one_call():
    now = timezone.now()
    for number in range(10):
        told = refusals(
            *[
                lambda n=number: report_call(
                    f"pbx-{n}", phone="+79990001122", direction="incoming", started_at=now, now=now
                )
            ]
            * 4
        )
        assert told == []

    assert Call.objects.count() == 10


def test_a_number_pressed_twice_at_once_is_one_call():
    deal, now = DealFactory(), timezone.now()
    ContactFactory(partner=deal.partner)

    refusals(*[lambda: log_call(deal, by=deal.manager, now=now)] * 4)

    assert deal.calls.count() == 1
