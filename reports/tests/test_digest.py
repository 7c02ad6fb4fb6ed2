"""The morning letter: what it says, to whom, and exactly once a person and day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from threading import Barrier

import pytest
from django.db import connection

import reports.jobs  # noqa: F401 - registers the job
from accounts.tests.factories import AdministratorFactory, HeadFactory, SupportFactory
from core import moscow
from core.scheduling import run_due_jobs
from deals import alerting
from deals.models import AlertNotice
from deals.tests.factories import DealFactory, HandoffFactory, NewDealFactory, TaskFactory
from messaging.models import Message
from notifications.actions import notify, set_hours
from notifications.models import Digest
from reports.digest import send_digest, send_digests

pytestmark = pytest.mark.django_db

FRIDAY = date(2026, 11, 27)
MORNING = moscow.at(FRIDAY, time(9, 5))


@pytest.fixture
def manager():
    return SupportFactory(last_name="Мартынова")


@pytest.fixture
def overdue(manager):
    """A task that is late by eight days, so that the head hears of it, too."""
    deal = DealFactory(partner__manager=manager, partner__name="ООО «Гарант»")
    due_at = MORNING - timedelta(days=8)
    task = TaskFactory(deal=deal, title="Сверить счёт", scheduled_at=due_at - timedelta(days=1), due_at=due_at)
    alerting.check_tasks(MORNING)
    return task


def letters() -> dict[str, str]:
    """The letters by their recipients, with plain spaces."""
    return {to: body.replace("\xa0", " ") for to, body in Message.objects.values_list("recipient", "body")}


def test_r2_alerts_and_escalations_stand_in_it(manager, overdue):
    head = HeadFactory()
    alerting.check_tasks(MORNING)

    send_digests(MORNING)

    assert "просрочено больше чем на 7 дней: 1" in letters()[manager.email].lower()
    assert "ООО «Гарант»" in letters()[manager.email]
    assert "Мартынова" in letters()[head.email]


def test_r1_a_partner_not_accepted_in_time_stands_in_it(manager):
    deal = NewDealFactory(partner__manager=manager, partner__name="ИП Гусев")
    TaskFactory(deal=deal, scheduled_at=MORNING, due_at=MORNING + timedelta(hours=1))
    HandoffFactory(deal=deal, paid_on=FRIDAY - timedelta(days=3))
    alerting.check_acceptance(MORNING)

    send_digests(MORNING)

    assert "ИП Гусев" in letters()[manager.email]
    assert "1 дело" in letters()[manager.email]


def test_what_is_new_stands_in_it_and_what_was_read_does_not(manager):
    words = {"url": "/deals/1/", "now": MORNING, "title": "ООО «Гарант»"}
    notify(manager, "handoff.answered", "Ответ: да", key="1", **words)
    read = notify(manager, "handoff.answered", "Ответ: нет", key="2", **words)
    read.seen_at = MORNING
    read.save()

    send_digests(MORNING)

    assert "Ответ: да" in letters()[manager.email]
    assert "Ответ: нет" not in letters()[manager.email]


def test_with_nothing_to_tell_no_letter_comes_and_the_day_is_settled(manager):
    send_digests(MORNING)
    DealFactory(partner__manager=manager)
    alerting.check_next_steps(MORNING)
    send_digests(MORNING + timedelta(hours=1))

    assert letters() == {}
    assert Digest.objects.filter(user=manager, day=FRIDAY).count() == 1


def test_it_comes_at_the_hour_that_the_person_has_chosen_or_not_at_all(manager, overdue):
    set_hours(manager, wanted=[], quiet_from=None, quiet_to=None, digest_at=11)
    send_digests(MORNING)
    early = letters()
    send_digests(moscow.at(FRIDAY, time(11)))
    assert (early, list(letters())) == ({}, [manager.email])

    set_hours(manager, wanted=[], quiet_from=None, quiet_to=None, digest_at=None)
    send_digests(moscow.at(FRIDAY + timedelta(days=3), time(11)))
    assert len(Message.objects.all()) == 1


def test_a_kind_that_is_switched_off_is_in_no_letter_and_under_no_bell(manager, overdue):
    DealFactory(partner__manager=manager)
    alerting.check_next_steps(MORNING)
    set_hours(manager, wanted=[], quiet_from=None, quiet_to=None, digest_at=9)

    send_digests(MORNING)

    assert "без следующего шага" not in letters()[manager.email].lower()
    assert "просрочено" in letters()[manager.email].lower()
    kinds = AlertNotice.objects.open_for(manager).values_list("alert__kind", flat=True)
    assert list(kinds) == ["task_overdue_7d"]


def test_who_has_no_alerts_or_works_here_no_longer_gets_none(overdue):
    overdue.deal.manager.is_active = False
    overdue.deal.manager.save()
    AdministratorFactory()

    send_digests(MORNING)

    assert (letters(), Digest.objects.count()) == ({}, 0)


def test_the_scheduler_sends_them(manager, overdue):
    run_due_jobs(MORNING)

    assert list(letters()) == [manager.email]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_schedulers_at_once_send_one_letter():
    """Real threads on real PostgreSQL, without the claim of the job's period between them."""
    people = [SupportFactory() for _each in range(10)]
    for person in people:
        notify(person, "handoff.answered", "Ответ", key="1", url="/deals/1/", now=MORNING)
    together = Barrier(4)

    def send(_number: int) -> int:
        try:
            sent = 0
            for person in people:
                together.wait(timeout=30)
                sent += send_digest(person, MORNING) is not None
            return sent
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sent = sum(pool.map(send, range(4)))

    assert (sent, Message.objects.count(), Digest.objects.count()) == (10, 10, 10)


def test_the_number_of_queries_does_not_grow_with_the_lines(manager, django_assert_max_num_queries):
    for _each in range(20):
        DealFactory(partner__manager=manager)
    alerting.check_next_steps(MORNING)

    with django_assert_max_num_queries(20):
        send_digests(MORNING)

    assert "ещё 10" in letters()[manager.email]
