"""Moving and closing deals: R5 the next deal, R6 the exact amount."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.tests.factories import MarketerFactory, SalesFactory, SupportFactory
from core.errors import RuleViolation
from deals.actions import NextStep, complete_deal, lose_deal, money_came, move_deal
from deals.models import Deal, Task
from deals.tests.factories import AddonFactory, DealFactory, HandoffFactory, NewDealFactory, TaskFactory, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def test_a_move_is_written_into_the_history(now):
    deal = DealFactory()

    moved = move_deal(deal, stage("renewal", "troubled"), by=deal.manager, now=now, reason="Мало заявок")

    change = moved.stage_changes.get()
    assert (moved.stage.role, moved.version) == ("troubled", deal.version + 1)
    assert (change.from_stage, change.by, change.at, change.reason) == (deal.stage, deal.manager, now, "Мало заявок")


def test_r6_due_needs_package_and_exact_amount(now):
    deal = DealFactory(package=None, list_price=None, amount=None)
    due = stage("renewal", "due")

    with pytest.raises(RuleViolation) as without_package:
        move_deal(deal, due, by=deal.manager, now=now)
    with pytest.raises(RuleViolation) as without_amount:
        move_deal(DealFactory(partner=deal.partner, amount=None), due, by=deal.manager, now=now)

    assert without_package.value.code == "stage_needs_package"
    assert (without_amount.value.code, without_amount.value.field) == ("stage_needs_amount", "amount")


def test_r6_the_amount_is_computed_from_package_and_discount(now):
    deal = DealFactory(amount=None)

    moved = move_deal(deal, stage("renewal", "due"), by=deal.manager, now=now, discount_percent=Decimal(7))

    assert (moved.list_price, moved.discount_percent, moved.amount) == (
        Decimal("186000.00"),
        Decimal(7),
        Decimal("172980.00"),
    )


def test_r6_the_database_refuses_due_without_an_amount():
    with pytest.raises(IntegrityError, match="R6"), transaction.atomic():
        DealFactory(role="due", amount=None)


def test_a_stage_of_another_pipeline_is_refused_by_rule_and_database(now):
    deal = DealFactory()

    with pytest.raises(RuleViolation) as refused:
        move_deal(deal, stage("addon", "agreed"), by=deal.manager, now=now)
    with pytest.raises(IntegrityError, match="another pipeline"), transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(stage=stage("addon", "agreed"))

    assert refused.value.code == "wrong_pipeline"


def test_a_stale_card_moves_nothing(now):
    deal = DealFactory()
    move_deal(deal, stage("renewal", "troubled"), by=deal.manager, now=now)

    with pytest.raises(RuleViolation) as refused:
        move_deal(deal, stage("renewal", "due"), by=deal.manager, now=now, version=deal.version)

    assert refused.value.code == "version_conflict"


def test_r1_a_waiting_handoff_is_not_moved_around_its_acceptance(now):
    handoff = HandoffFactory()

    with pytest.raises(RuleViolation) as refused:
        move_deal(handoff.deal, stage("new", "accepted"), by=handoff.deal.manager, now=now)

    assert refused.value.code == "stage_needs_acceptance"


def test_r5_a_paid_renewal_is_continued_by_the_next_one(now):
    deal = DealFactory(role="due", paid_amount=Decimal(186000), main_comment="Звонить после 12:00")
    task = TaskFactory(deal=deal)

    won, following = complete_deal(deal, by=deal.manager, now=now)

    assert (won.outcome, won.stage.role) == ("won", "won")
    assert (following.stage.role, following.previous_deal) == ("healthy", won)
    assert (following.term_starts_on, following.term_ends_on) == (date(2026, 12, 1), date(2027, 5, 31))
    assert (following.package, following.amount, following.main_comment) == (
        deal.package,
        deal.amount,
        deal.main_comment,
    )
    assert following.paid_amount == 0
    assert list(following.tasks.open()) == [task]


def test_r5_asking_again_gives_the_same_next_deal(now):
    deal = DealFactory(role="due", paid_amount=Decimal(186000))

    first = complete_deal(deal, by=deal.manager, now=now)[1]
    second = complete_deal(deal, by=deal.manager, now=now)[1]

    assert first == second
    assert Deal.objects.filter(previous_deal=deal).count() == 1


def test_r5_without_money_a_renewal_needs_a_written_reason(now):
    deal = DealFactory(role="due")

    with pytest.raises(RuleViolation) as refused:
        complete_deal(deal, by=deal.manager, now=now)
    won, _following = complete_deal(deal, by=deal.manager, now=now, reason="Оплатит наличными в пятницу")

    assert (refused.value.code, refused.value.field) == ("needs_payment", "reason")
    assert won.unpaid_completion_reason == "Оплатит наличными в пятницу"


def test_r5_the_database_refuses_an_unpaid_completion_without_a_reason(now):
    deal = DealFactory(role="due")

    with pytest.raises(IntegrityError, match="deal_renewal_is_paid_or_says_why"), transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(stage=stage("renewal", "won"), outcome="won", closed_at=now)


def test_r5_completing_a_new_partner_opens_his_first_renewal(now):
    deal = NewDealFactory(role="accepted")

    _won, following = complete_deal(deal, by=deal.manager, now=now)

    assert (following.pipeline_id, following.stage.role) == ("renewal", "healthy")
    assert (following.term_starts_on, following.term_ends_on) == (deal.term_starts_on, deal.term_ends_on)


def test_r5_money_in_full_completes_the_renewal_by_itself(now):
    deal = DealFactory(role="due")

    with transaction.atomic():
        money_came(deal, paid_amount=Decimal(100_000), by=None, now=now)
    deal.refresh_from_db()
    assert deal.is_open
    with transaction.atomic():
        money_came(deal, paid_amount=Decimal(186_000), by=None, now=now)
    deal.refresh_from_db()

    assert deal.outcome == "won"
    assert deal.next_deal.stage.role == "healthy"


def test_r14_money_moves_an_addon_into_delivery_with_a_task(now):
    deal = AddonFactory(role="invoiced")

    with transaction.atomic():
        money_came(deal, paid_amount=Decimal(20_000), by=None, now=now)
    deal.refresh_from_db()
    assert deal.stage.role == "part_paid"
    with transaction.atomic():
        money_came(deal, paid_amount=Decimal(65_000), by=None, now=now)
    deal.refresh_from_db()

    assert deal.stage.role == "in_delivery"
    assert [change.to_stage.role for change in deal.stage_changes.order_by("pk")] == [
        "part_paid",
        "paid",
        "in_delivery",
    ]
    assert deal.tasks.get().kind == Task.Kind.DELIVERY


def test_a_lost_deal_says_why_and_closes_its_tasks(now):
    deal = DealFactory()
    TaskFactory(deal=deal)

    with pytest.raises(RuleViolation) as refused:
        lose_deal(deal, by=deal.manager, now=now, reason=" ")
    lost = lose_deal(deal, by=deal.manager, now=now, reason="Не окупил вложения")

    assert refused.value.code == "lost_needs_reason"
    assert (lost.outcome, lost.lost_reason) == ("lost", "Не окупил вложения")
    assert not lost.tasks.open().exists()


def test_a_closed_deal_takes_no_further_moves(now):
    deal = DealFactory()
    lose_deal(deal, by=deal.manager, now=now, reason="Закрылся")

    with pytest.raises(RuleViolation) as refused:
        move_deal(deal, stage("renewal", "due"), by=deal.manager, now=now)

    assert refused.value.code == "deal_closed"


@pytest.mark.parametrize("stranger", [SupportFactory, SalesFactory, MarketerFactory])
def test_only_who_is_responsible_moves_a_deal(stranger, now):
    deal = DealFactory()

    with pytest.raises(PermissionDenied):
        move_deal(deal, stage("renewal", "troubled"), by=stranger(), now=now)

    deal.refresh_from_db()
    assert deal.stage.role == "healthy"


def test_a_refused_next_step_takes_the_move_back(now):
    deal = DealFactory()
    step = NextStep("Позвонить", now + timedelta(days=20))

    with pytest.raises(RuleViolation):
        move_deal(deal, stage("renewal", "troubled"), by=deal.manager, now=now, next_step=step)

    deal.refresh_from_db()
    assert deal.stage.role == "healthy"
    assert not deal.stage_changes.exists()
