"""R11, R14: what was not paid is put before the manager again after some weeks, once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.tests.factories import HeadFactory
from catalog.tests.factories import ServiceFactory
from deals.actions import lose_deal
from deals.models import Deal
from deals.tests.factories import AddonFactory, DealFactory
from invoices.actions import explain_unpaid_lines
from invoices.actions.offering import AFTER, remind_of_unpaid
from invoices.models import InvoiceLine
from invoices.tests.factories import issue, line, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def renewal() -> Deal:
    return DealFactory()


@pytest.fixture
def later():
    return timezone.now() + AFTER + timedelta(days=6)


def unpaid(renewal: Deal, reason: str = "too_dear", **service) -> InvoiceLine:
    """A line of an issued invoice of the renewal's partner that was not paid for this reason."""
    found = issue(partner=renewal.partner, lines=[line("40000.00", **service)])
    explain_unpaid_lines(found, {found.lines.get().pk: (reason, "")}, by=HeadFactory(), now=timezone.now())
    return found.lines.get()


def test_r14_the_manager_gets_the_task_once_and_not_before_its_time(renewal, later):
    owed = unpaid(renewal)
    assert remind_of_unpaid(timezone.now()) == 0

    assert (remind_of_unpaid(later), remind_of_unpaid(later)) == (1, 0)
    task = renewal.tasks.open().get()
    assert (task.assignee, owed.name in task.title) == (renewal.manager, True)


@pytest.mark.parametrize("case", ["by mistake", "not on sale", "paid after all", "offered since", "nobody to ask"])
def test_r14_what_is_not_offered_again(case, renewal, later):
    owed = unpaid(renewal, "by_mistake" if case == "by mistake" else "later")
    if case == "not on sale":
        ServiceFactory._meta.model.objects.update(is_active=False)
    elif case == "paid after all":
        pay(owed.invoice, "40000.00")
        renewal.tasks.all().delete()
    elif case == "offered since":
        AddonFactory(partner=renewal.partner, service=owed.service, amount=Decimal("40000.00"))
    elif case == "nobody to ask":
        lose_deal(renewal, by=HeadFactory(), now=timezone.now(), reason="Ушёл")
    assert remind_of_unpaid(later) == 0
