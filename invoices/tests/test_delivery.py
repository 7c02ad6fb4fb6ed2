"""R14: a paid add-on is delivered exactly once, by the one who delivers it; money that goes stops it, visibly."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import HeadFactory, MarketerFactory
from core.errors import RuleViolation
from deals.actions import complete_deal, complete_task, reopen_task
from deals.models import Deal, Task
from deals.tests.factories import AddonFactory
from invoices.actions import LineDraft
from invoices.actions.settling import move_deals, move_deals_back, take_back
from invoices.models import Allocation, Invoice
from invoices.tests.factories import addon_invoice, issue, pay
from notifications.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice() -> Invoice:
    """Of a service that a marketer delivers."""
    found = addon_invoice("65000.00")
    found.deal.service.delivered_by = MarketerFactory()
    found.deal.service.save()
    return found


def take_money_back(invoice: Invoice) -> None:
    """What undoing a match does."""
    for allocation in Allocation.objects.standing().filter(invoice=invoice):
        take_back(allocation, why="чужие деньги", by=None, now=timezone.now())
    move_deals_back([invoice], why="чужие деньги", by=None, now=timezone.now())


def money_again(invoice: Invoice) -> None:
    invoice.refresh_from_db()
    pay(invoice, "65000.00")


def deliveries(invoice: Invoice):
    return Task.objects.filter(deal=invoice.deal_id, kind=Task.Kind.DELIVERY)


def deal_of(invoice: Invoice) -> Deal:
    return Deal.objects.get(pk=invoice.deal_id)


def test_r14_paid_goes_to_the_one_who_delivers_and_done_completes_the_deal(invoice):
    pay(invoice, "65000.00")
    task = deliveries(invoice).get()
    assert (task.assignee.role, deal_of(invoice).stage.role) == (Role.MARKETER, "in_delivery")
    assert Notice.objects.get(recipient=task.assignee).kind == "delivery.asked"

    complete_task(task, by=task.assignee, now=timezone.now(), result="Доступ открыт")
    deal = deal_of(invoice)
    assert deal.stage.role == "in_delivery", "the partner has not been told yet"
    assert Notice.objects.get(recipient=deal.manager, kind="delivery.done").about == f"deal:{deal.pk}"

    told = complete_task(deal.tasks.open().get(), by=deal.manager, now=timezone.now())
    assert deal_of(invoice).outcome == "won"

    reopen_task(told, by=deal.manager, now=timezone.now())
    assert (deal_of(invoice).stage.role, deal_of(invoice).outcome) == ("in_delivery", "open")


def test_r14_nobody_named_or_gone_the_manager_delivers(invoice):
    person = deal_of(invoice).service.delivered_by
    person.is_active = False
    person.save()
    pay(invoice, "65000.00")
    assert deliveries(invoice).get().assignee == deal_of(invoice).manager


def test_r14_told_twice_it_begins_once(invoice):
    pay(invoice, "65000.00")
    move_deals([invoice], by=None, now=timezone.now())
    assert deliveries(invoice).count() == 1


def test_r11_money_taken_back_stops_the_delivery_and_money_again_begins_it_anew(invoice):
    pay(invoice, "65000.00")
    stopped = deliveries(invoice).get()
    take_money_back(invoice)
    stopped.refresh_from_db()
    assert (deal_of(invoice).stage.role, "чужие деньги" in stopped.result) == ("invoiced", True)
    assert Notice.objects.filter(recipient=stopped.assignee, kind="delivery.stopped").count() == 1

    money_again(invoice)
    assert deliveries(invoice).filter(done_at=None).count() == 1


def test_r11_what_is_delivered_is_to_be_paid_anew_and_never_delivered_twice(invoice):
    pay(invoice, "65000.00")
    for task in Task.objects.open().filter(deal=invoice.deal_id):
        complete_task(task, by=task.assignee, now=timezone.now())
    assert deal_of(invoice).outcome == "won"

    take_money_back(invoice)
    deal = deal_of(invoice)
    assert (deal.outcome, deal.stage.role) == ("open", "invoiced")
    assert deal.tasks.open().get().assignee == deal.manager

    money_again(invoice)
    assert deliveries(invoice).count() == 1
    for task in Task.objects.open().filter(deal=invoice.deal_id):
        complete_task(task, by=task.assignee, now=timezone.now())
    assert deal_of(invoice).outcome == "won"


def test_r14_a_deal_put_into_delivery_by_hand_gets_its_task_when_the_money_comes():
    deal = AddonFactory(role="in_delivery")
    pay(issue(deal=deal, lines=[LineDraft(deal.service, Decimal("65000.00"))]), "65000.00")
    assert deal.tasks.filter(kind=Task.Kind.DELIVERY).count() == 1


def test_undoing_done_is_refused_when_somebody_has_completed_the_deal_since(invoice):
    pay(invoice, "65000.00")
    task = deliveries(invoice).get()
    complete_task(task, by=task.assignee, now=timezone.now())
    complete_deal(deal_of(invoice), by=HeadFactory(), now=timezone.now())
    with pytest.raises(RuleViolation) as refused:
        reopen_task(task, by=task.assignee, now=timezone.now())
    assert refused.value.code == "deal_closed"
