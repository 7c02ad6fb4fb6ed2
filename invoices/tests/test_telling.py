"""Late money is told of, to whom it concerns, once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.tests.factories import HeadFactory, SupportFactory
from core import moscow
from deals.models import Deal
from deals.tests.factories import DealFactory
from invoices import telling
from invoices.actions import take_statement
from invoices.models import Payment
from invoices.tests.factories import SellerFactory
from invoices.tests.statement_files import incoming, statement_text, upload
from messaging.jobs import BALANCE
from notifications.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def seller():
    return SellerFactory()


def take(day, *rows) -> None:
    text = statement_text(*rows, first=day, last=day)
    take_statement(upload(text), by=HeadFactory(), now=timezone.now())


def told(kind: str) -> list[int]:
    return sorted(Notice.objects.filter(kind=kind).values_list("recipient", flat=True))


def test_a_working_day_without_a_statement_is_told_to_who_reconciles():
    now = timezone.now()
    last = telling.last_working_day(moscow.today(now))
    head, granted, _plain = HeadFactory(), SupportFactory(can_reconcile_payments=True), SupportFactory()
    telling.check_statements(now)
    assert told(telling.MISSING) == []

    take(last - timedelta(days=1))
    telling.check_statements(now)
    telling.check_statements(now)
    assert {head.pk, granted.pk} <= set(told(telling.MISSING))
    assert len(told(telling.MISSING)) == len(set(told(telling.MISSING)))

    Notice.objects.all().delete()
    take(last)
    telling.check_statements(now)
    assert told(telling.MISSING) == []


def test_payments_that_wait_for_more_than_a_day_are_told_once_a_day():
    now, head = timezone.now(), HeadFactory()
    take(moscow.today(now), incoming("5.00"))
    telling.check_undecided(now)
    assert told(telling.UNDECIDED) == []

    Payment.objects.update(recorded_at=now - timedelta(hours=25))
    telling.check_undecided(now)
    telling.check_undecided(now)
    assert told(telling.UNDECIDED).count(head.pk) == 1


def test_an_expected_payment_past_its_date_is_told_to_the_manager():
    now = timezone.now()
    yesterday = moscow.today(now) - timedelta(days=1)
    late = DealFactory(expected_payment_on=yesterday)
    DealFactory(expected_payment_on=moscow.today(now))
    DealFactory(expected_payment_on=yesterday - timedelta(days=30))
    paid = DealFactory(expected_payment_on=yesterday)
    Deal.objects.filter(pk=paid.pk).update(paid_amount=Decimal("186000.00"))
    telling.check_expected(now)
    telling.check_expected(now)

    assert told(telling.LATE) == [late.manager.pk]


@pytest.mark.parametrize(("left", "is_told"), [("499.99", True), ("500", False), (None, False)])
def test_the_head_hears_once_a_day_that_little_is_left_for_sms(left, is_told, settings):
    settings.SMS_LOW_BALANCE = Decimal(500)
    head, now = HeadFactory(), timezone.now()
    cache.set(BALANCE, left and Decimal(left))
    telling.check_sms_balance(now)
    telling.check_sms_balance(now)
    assert told(telling.SMS_LOW) == ([head.pk] if is_told else [])
