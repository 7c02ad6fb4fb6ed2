"""Merging under fire: real threads on real PostgreSQL, one merges while the other works with the same partner."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import HeadFactory
from catalog.tests.factories import ServiceFactory
from core.tests.racing import at_once
from deals.actions import NextStep, offer_addon, save_call_comment
from deals.comment_text import Numbers
from deals.tests.factories import DealFactory
from partners import relations
from partners.actions import add_contact, merge_partners, update_partner
from partners.actions.contacts import ContactDraft
from partners.models import PartnerMerge
from partners.tests.factories import ContactFactory, PartnerFactory

ROUNDS = 25

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def head():
    return HeadFactory()


def merge(winner, loser, head):
    return lambda: merge_partners(winner, loser, from_loser=set(), by=head, now=timezone.now())


def test_two_people_merging_the_same_pair_both_ways_make_one_merge(head):
    for _round in range(ROUNDS):
        first, second = PartnerFactory(), PartnerFactory()

        results = at_once(merge(first, second, head), merge(second, first, HeadFactory()))

        assert sum(isinstance(each, PartnerMerge) for each in results) == 1
        assert "partner_archived" in results


def test_an_edit_is_either_before_the_merge_or_refused(head):
    for number in range(ROUNDS):
        winner, loser = PartnerFactory(), PartnerFactory(name=f"Дубль {number}")

        def edit(loser=loser):
            return update_partner(loser, {"name": "Правка"}, version=loser.version, by=head, now=timezone.now())

        merged, edited = at_once(merge(winner, loser, head), edit)

        loser.refresh_from_db()
        assert isinstance(merged, PartnerMerge)
        assert loser.merged_into == winner
        assert (edited == "partner_merged") == (loser.name != "Правка")


def test_what_is_added_to_the_loser_meanwhile_is_not_lost(head):
    """A call's comment holds its deal and refers to the partner, a contact and an offer hold the partner."""
    service, day = ServiceFactory(), timezone.now() + timedelta(days=2)
    step = NextStep("Позвонить", day)
    for _round in range(ROUNDS):
        winner, loser = PartnerFactory(), PartnerFactory()
        deal = DealFactory(partner=loser, contact=ContactFactory(partner=loser))

        results = at_once(
            merge(winner, loser, head),
            lambda deal=deal: save_call_comment(
                deal, was="Было", now_text="Сейчас 5 заявок", plans="План", numbers=Numbers(requests=5), next_step=step,
                by=head, now=timezone.now(),
            ),
            lambda loser=loser: add_contact(loser, ContactDraft("Новый"), by=head),
            lambda loser=loser: offer_addon(loser, service, next_step=step, by=head, now=timezone.now()),
        )  # fmt: skip

        assert isinstance(results[0], PartnerMerge)
        assert relations.counts(loser) == []
        assert winner.metrics.count() == 1
        assert winner.contacts.count() == 1 + (results[2] != "partner_merged")
        assert winner.deals.count() == 1 + (results[3] != "partner_merged")
