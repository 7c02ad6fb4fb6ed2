"""What runs in the background for money: requests, deliveries, lapsing invoices, big statements, what died."""

from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone

from core.scheduling import every
from deals.alerting import check_deals
from deals.models import Alert
from deals.watching import check_subjects
from invoices import telling
from invoices.actions import erase_old_requests
from invoices.actions.matching import match_sure
from invoices.actions.offering import remind_of_unpaid
from invoices.actions.statements import load_queued
from invoices.models import BankStatement
from invoices.selectors.deliveries import deals_with_undelivered

LEFT_BEHIND = timedelta(minutes=2)


@shared_task(name="invoices.jobs.read_big_statement")
def read_big_statement(pk: int) -> None:
    """Read a statement that was too big to wait for."""
    load_queued(pk, timezone.now())


@every(minutes=2)
def flag_undelivered_invoices(now: datetime) -> None:
    """Invoices that have not reached the partner, which their managers hear of (R10)."""
    check_deals(Alert.Kind.DELIVERY_FAILED, deals_with_undelivered(), now)


@every(minutes=2)
def finish_statements(now: datetime) -> None:
    """Statements whose job has died: reading begins anew, for it left nothing behind, and matching goes on."""
    waiting = BankStatement.objects.filter(state=BankStatement.State.QUEUED, loaded_at__lt=now - LEFT_BEHIND)
    for pk in waiting.values_list("pk", flat=True):
        read_big_statement.delay(pk)
    done = BankStatement.objects.filter(state=BankStatement.State.DONE, matched_at__isnull=True)
    for statement in done.filter(finished_at__lt=now - LEFT_BEHIND):
        match_sure(statement, now)


@every(minutes=1)
def flag_unanswered_requests(now: datetime) -> None:
    check_subjects(Alert.Kind.REQUEST_UNANSWERED, now)
    check_subjects(Alert.Kind.ISSUE_UNANSWERED, now)


@every(minutes=15)
def flag_lapsing_invoices(now: datetime) -> None:
    check_subjects(Alert.Kind.INVOICE_LAPSED, now)
    check_subjects(Alert.Kind.INVOICE_LAPSING, now)


@every(minutes=24 * 60)
def offer_unpaid_again(now: datetime) -> None:
    """Services that were not paid, some weeks later (R14)."""
    remind_of_unpaid(now)


@every(minutes=24 * 60)
def forget_who_sent_old_requests(now: datetime) -> None:
    """Requests that led to no invoice, after the days that the setting names."""
    erase_old_requests(now)


@every(minutes=60)
def tell_of_sms_balance(now: datetime) -> None:
    telling.check_sms_balance(now)


@every(minutes=60)
def tell_of_late_money(now: datetime) -> None:
    """A working day without a statement, payments that nobody decides, expected payments past their date."""
    telling.check_statements(now)
    telling.check_undecided(now)
    telling.check_expected(now)
