"""The jobs about money under the bell: an invoice about to lapse, lapsed and paid; each raised once and cleared."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import SupportFactory
from core import moscow
from deals.models import Alert, AlertNotice
from invoices.actions.settling import take_back
from invoices.jobs import flag_lapsing_invoices
from invoices.models import Allocation
from invoices.tests.factories import issue, line, pay
from notifications.models import Notice
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db


def open_kinds() -> list[str]:
    return sorted(Alert.objects.open().values_list("kind", flat=True))


def test_an_invoice_about_to_lapse_then_lapsed_is_told_to_its_manager_until_it_is_paid():
    manager, now = SupportFactory(), timezone.now()
    invoice = issue(
        partner=PartnerFactory(manager=manager),
        lines=[line("100.00")],
        due_on=moscow.next_working_day(moscow.today(now)),
    )
    flag_lapsing_invoices(now)
    flag_lapsing_invoices(now)
    assert open_kinds() == ["invoice_lapsing"]
    assert AlertNotice.objects.get().recipient == manager

    flag_lapsing_invoices(now + timedelta(days=8))
    assert open_kinds() == ["invoice_lapsed"]

    pay(invoice, "100.00")
    flag_lapsing_invoices(now + timedelta(days=8))
    assert open_kinds() == []


def test_r11_the_manager_hears_that_money_came_and_that_it_was_taken_back():
    manager = SupportFactory()
    pay(issue(partner=PartnerFactory(manager=manager), lines=[line("100.00")]), "100.00")
    take_back(Allocation.objects.get(), why="чужие деньги", by=None, now=timezone.now())

    came, taken = Notice.objects.filter(recipient=manager).order_by("pk")
    assert (came.kind, taken.kind) == ("payment.came", "payment.taken_back")
    assert "чужие деньги" in taken.text
