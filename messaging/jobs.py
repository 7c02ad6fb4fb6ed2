"""When the outbox is looked at: each minute by the scheduler, and right after something was queued.

The queue of jobs carries no message, only the hint to look: one that is lost costs at most a minute.
"""

import logging
from datetime import datetime

from celery import shared_task
from django.core.cache import cache
from django.db import transaction

from core.scheduling import every
from messaging.gateways import gateway_for
from messaging.gateways.smsc import SmscGateway
from messaging.models import Channel
from messaging.reports import ask_for_reports
from messaging.sending import send_due

logger = logging.getLogger(__name__)

BATCH = 200
BALANCE = "messaging.sms_balance"


@shared_task(name="messaging.jobs.send_outbox")
def send_outbox() -> None:
    """Send what is due; a full batch is followed by the next one."""
    if send_due(limit=BATCH) == BATCH:
        _publish(send_outbox)


@shared_task(name="messaging.jobs.ask_reports")
def ask_reports() -> None:
    ask_for_reports(limit=BATCH)


@shared_task(name="messaging.jobs.ask_balance")
def ask_balance() -> None:
    """Keep what is left on the account of the SMS gateway for the page, for two hours."""
    gateway = gateway_for(Channel.SMS)
    if isinstance(gateway, SmscGateway):
        cache.set(BALANCE, gateway.balance(), 2 * 3600)


def nudge() -> None:
    """After the commit, let somebody look at the outbox at once."""
    transaction.on_commit(lambda: _publish(send_outbox))


@every(minutes=1)
def send_messages(now: datetime) -> None:
    """The job runs in the scheduler's transaction, the sender must not: it is only told to look."""
    nudge()


@every(minutes=1)
def follow_messages(now: datetime) -> None:
    transaction.on_commit(lambda: _publish(ask_reports))


@every(minutes=60)
def watch_balance(now: datetime) -> None:
    transaction.on_commit(lambda: _publish(ask_balance))


def _publish(task) -> None:
    try:
        task.apply_async(retry=False, expires=55)
    except Exception as error:
        logger.warning("The outbox waits for the next minute: the queue did not take the hint (%s)", error)
