"""Alerts: raised once, cleared when the cause is gone, told to the manager and, escalated, to the head (R1, R2)."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

import deals.jobs  # noqa: F401 - registers the jobs
from accounts.models import Substitution
from accounts.tests.factories import HeadFactory, MarketerFactory, SupportFactory
from core import moscow
from core.models import JobRun
from core.scheduling import REGISTRY, run_due_jobs
from deals.actions import NextStep, complete_task, schedule_task
from deals.models import Alert, AlertNotice
from deals.selectors.alerts import open_alerts
from deals.selectors.bell import unseen_count
from deals.tests.factories import CallFactory, DealFactory, HandoffFactory, NewDealFactory, TaskFactory
from deals.watching import WATCHES
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db

URL = "/deals/alerts/"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def manager():
    return SupportFactory()


def task_overdue(manager, now, **late):
    """A task of an own deal that is late by so much."""
    deal = DealFactory(partner__manager=manager)
    due_at = now - timedelta(**late)
    return TaskFactory(deal=deal, scheduled_at=due_at - timedelta(days=1), due_at=due_at)


def late_handoff(manager, now, days=2):
    deal = NewDealFactory(partner__manager=manager)
    TaskFactory(deal=deal, scheduled_at=now)
    return HandoffFactory(deal=deal, paid_on=moscow.today(now) - timedelta(days=days))


def tick(now, minutes=0):
    """Run the jobs as the scheduler does, some minutes later."""
    run_due_jobs(now + timedelta(minutes=minutes))


def kinds() -> Counter:
    return Counter(Alert.objects.open().values_list("kind", flat=True))


def told(user) -> list[str]:
    return sorted(AlertNotice.objects.open_for(user).values_list("alert__kind", flat=True))


def test_r2_a_task_past_due_is_flagged_once_and_its_manager_is_told(manager, now):
    task = task_overdue(manager, now, minutes=5)
    head = HeadFactory()

    tick(now)
    tick(now, minutes=10)

    alert = Alert.objects.get()
    assert (alert.kind, alert.task, alert.deal, alert.raised_at) == ("task_overdue", task, task.deal, now)
    assert (told(manager), told(head)) == (["task_overdue"], [])


def test_r2_more_than_seven_days_late_goes_to_the_head_too(manager, now):
    task_overdue(manager, now, days=7, minutes=1)
    task_overdue(manager, now, days=6, hours=23)
    head, former_head = HeadFactory(), HeadFactory(is_active=False)

    tick(now)

    assert kinds() == {"task_overdue": 2, "task_overdue_7d": 1}
    assert told(head) == ["task_overdue_7d"]
    assert told(manager) == ["task_overdue", "task_overdue_7d"]
    assert told(former_head) == []


def test_what_was_told_as_overdue_is_told_as_seven_days_alone_when_it_becomes_that(manager, now):
    task_overdue(manager, now, days=6, hours=23)

    tick(now)
    tick(now + timedelta(hours=2))

    assert told(manager) == ["task_overdue_7d"]


def test_r2_an_imported_task_too_far_away_without_a_reason_is_flagged(manager, now):
    deal = DealFactory(partner__manager=manager)
    TaskFactory(deal=deal, scheduled_at=now, due_at=now + timedelta(days=9), is_imported=True)
    TaskFactory(deal=deal, scheduled_at=now, due_at=now + timedelta(days=9), long_term_reason="Отпуск")

    tick(now)

    assert told(manager) == ["task_horizon"]


def test_r2_an_open_deal_with_no_task_is_flagged_and_a_closed_one_is_not(manager, now):
    idle = DealFactory(partner__manager=manager)
    DealFactory(partner__manager=manager, role="lost", outcome="lost", closed_at=now, lost_reason="Дорого")

    tick(now)

    assert [alert.deal for alert in Alert.objects.open()] == [idle]


def test_r1_a_partner_not_accepted_by_the_end_of_the_next_day_goes_to_manager_and_head(manager, now):
    late_handoff(manager, now, days=2)
    late_handoff(manager, now, days=1)
    head = HeadFactory()

    tick(now)

    assert (told(manager), told(head)) == (["handoff_unaccepted"], ["handoff_unaccepted"])


def test_r1_the_deadline_is_midnight_in_moscow(manager, now):
    handoff = late_handoff(manager, now, days=0)

    tick(handoff.deadline_at)
    before = kinds()
    tick(handoff.deadline_at + timedelta(minutes=1))

    assert before["handoff_unaccepted"] == 0
    assert kinds()["handoff_unaccepted"] == 1


def test_an_alert_is_cleared_when_its_cause_is_gone_and_raised_anew_when_it_returns(manager, now):
    deal = DealFactory(partner__manager=manager)
    tick(now)
    task = schedule_task(deal, NextStep("Позвонить", now + timedelta(hours=1)), by=manager, now=now)
    tick(now, minutes=3)
    assert kinds() == {}

    complete_task(task, by=manager, now=now)
    tick(now, minutes=6)

    assert Alert.objects.count() == 2
    assert told(manager) == ["no_next_task"]


def test_all_alerts_of_a_handoff_go_when_it_is_accepted(manager, now):
    handoff = late_handoff(manager, now)
    tick(now)
    handoff.accepted_at, handoff.accepted_by = now, manager
    handoff.save()

    tick(now, minutes=2)

    assert kinds() == {}
    assert told(manager) == []


def test_a_partner_that_got_another_manager_takes_its_alerts_along(manager, now):
    task = task_overdue(manager, now, hours=1)
    tick(now)
    another = SupportFactory()
    task.deal.manager = another
    task.deal.save()

    tick(now, minutes=2)

    assert (told(manager), told(another)) == ([], ["task_overdue"])


def test_missed_runs_are_caught_up_by_the_next_one(manager, now):
    task_overdue(manager, now, minutes=1)
    tick(now - timedelta(hours=5))
    assert kinds() == {}

    tick(now)

    assert kinds() == {"task_overdue": 1}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_ticks_at_once_raise_each_alert_once(now):
    """Real threads on real PostgreSQL; once with the claim of the period, once with the checks alone, without it."""
    manager, _head = SupportFactory(), HeadFactory()
    for _each in range(30):
        overdue = task_overdue(manager, now, days=8)
        CallFactory(deal=overdue.deal, started_at=now - timedelta(days=8))
        late_handoff(manager, now)
        DealFactory(partner__manager=manager)
    together = Barrier(2)

    def both(work) -> None:
        def run(_name: str) -> None:
            together.wait(timeout=30)
            try:
                work()
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(run, ("first", "second")))

    both(lambda: [job.run(now) for job in REGISTRY.values() if job.name.startswith("deals.")])
    unclaimed, beyond = kinds(), {"task_horizon", "delivery_failed", *WATCHES}
    both(lambda: run_due_jobs(now))

    assert unclaimed == kinds() == {kind: 30 for kind in Alert.Kind.values if kind not in beyond}
    assert Alert.objects.count() == 150
    assert AlertNotice.objects.count() == 30 * 4 + 30 * 2
    assert JobRun.objects.filter(job__startswith="deals.").count() == 5


def test_a_pass_takes_the_same_number_of_queries_for_few_and_for_many(manager, now):
    counted = []
    for rows in (2, 20):
        for _each in range(rows):
            task_overdue(manager, now, hours=1)
        with CaptureQueriesContext(connection) as queries:
            REGISTRY["deals.flag_overdue_tasks"].run(now)
        counted.append(len(queries))

    assert counted[0] == counted[1] <= 16


def test_a_worker_process_knows_the_jobs():
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "from lbg_support.celery import app; app.loader.import_default_modules();"
            "from core.scheduling import REGISTRY; print(*REGISTRY); print(*app.tasks)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert "core.jobs.tick" in found
    assert {"deals.flag_overdue_tasks", "deals.flag_late_acceptance"} <= set(found.split())


def test_the_bell_shows_what_is_wrong_by_kind_the_gravest_first(client, manager, now):
    task_overdue(manager, now, hours=1)
    late_handoff(manager, now)
    DealFactory(partner__manager=manager)
    tick(now)
    client.force_login(manager)

    groups = client.get(URL).context["groups"]

    assert [group.kind for group in groups] == ["handoff_unaccepted", "task_overdue", "no_next_task"]
    assert unseen_count(manager) == 3


def test_opening_an_alert_leads_to_its_deal_and_marks_it_read(client, manager, now):
    task = task_overdue(manager, now, hours=1)
    tick(now)
    notice = AlertNotice.objects.get()
    client.force_login(manager)

    response = client.get(reverse("deals:alert-open", args=[notice.pk]))

    assert response.url == reverse("deals:deal", args=[task.deal_id])
    assert unseen_count(manager) == 0
    assert len(client.get(URL).context["groups"]) == 1


def test_all_are_marked_read_at_once_and_stay_until_the_cause_is_gone(client, manager, now):
    for _each in range(3):
        task_overdue(manager, now, hours=1)
    tick(now)
    client.force_login(manager)

    response = client.post(reverse("deals:alerts-seen"), follow=True)

    assert unseen_count(manager) == 0
    assert [len(group.rows) for group in response.context["groups"]] == [3]
    assert reverse("deals:alerts-seen") not in response.content.decode()


def test_who_stands_in_reads_alerts_for_himself_and_they_are_new_to_who_comes_back(client, manager, now):
    substitute, today = SupportFactory(), moscow.today(now)
    task_overdue(manager, now, hours=1)
    task_overdue(manager, now, hours=2)
    tick(now)
    Substitution.objects.create(absent=manager, substitute=substitute, starts_on=today, ends_on=today)
    client.force_login(substitute)
    assert unseen_count(substitute) == 2

    client.get(reverse("deals:alert-open", args=[AlertNotice.objects.order_by("pk").first().pk]))
    assert unseen_count(substitute) == 1
    client.post(reverse("deals:alerts-seen"))
    assert (unseen_count(substitute), unseen_count(manager)) == (0, 2)


def test_somebody_elses_alert_does_not_exist(client, manager, now):
    task_overdue(manager, now, hours=1)
    tick(now)
    client.force_login(SupportFactory())

    assert client.get(reverse("deals:alert-open", args=[AlertNotice.objects.get().pk])).status_code == 404
    assert client.get(URL).context["groups"] == []
    assert unseen_count(manager) == 1


def test_the_head_reads_whose_partner_it_is(client, manager, now):
    late_handoff(manager, now)
    head = HeadFactory()
    tick(now)
    client.force_login(head)

    assert manager.full_name in client.get(URL).content.decode()


def test_nothing_wrong_says_so(client):
    client.force_login(MarketerFactory())

    response = client.get(URL)

    assert response.context["groups"] == []
    assert 'class="empty"' in response.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_alerts(client, manager, now):
    client.force_login(manager)
    counted = []
    for rows in (2, 20):
        for _each in range(rows):
            task_overdue(manager, now, hours=1)
        REGISTRY["deals.flag_overdue_tasks"].run(now)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counted.append(len(queries))

    assert counted[0] == counted[1] <= 6


def test_the_open_alerts_of_deals_come_gravest_first_in_one_query(manager, now, django_assert_num_queries):
    partner = PartnerFactory(manager=manager)
    sick, sound = DealFactory(partner=partner), DealFactory(partner=partner)
    TaskFactory(deal=sick, scheduled_at=now - timedelta(days=9), due_at=now - timedelta(days=8))
    TaskFactory(deal=sick, scheduled_at=now - timedelta(days=9), due_at=now - timedelta(days=3))
    TaskFactory(deal=sound, scheduled_at=now)
    tick(now)

    with django_assert_num_queries(1):
        found = open_alerts([sick.pk, sound.pk])

    assert {pk: [alert.kind for alert in alerts] for pk, alerts in found.items()} == {
        sick.pk: ["task_overdue_7d", "task_overdue"]
    }
