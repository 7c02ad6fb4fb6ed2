"""The scheduler: each period of a job is run once, whoever asks and how often; failures and pauses do no harm."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.core.cache import cache
from django.db import connection

from core import scheduling
from core.jobs import RUNS_ARE_KEPT, forget_old_runs
from core.models import Heartbeat, JobRun
from core.scheduling import every, run_due_jobs

NOW = datetime(2026, 11, 23, 9, 7, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    """Nothing but the jobs that a test registers."""
    jobs = {}
    monkeypatch.setattr(scheduling, "REGISTRY", jobs)
    return jobs


def test_a_job_runs_once_in_its_period(db):
    runs = []

    @every(minutes=5)
    def job(now):
        runs.append(now)

    for seconds in (0, 60, 120, 149):
        run_due_jobs(NOW + timedelta(seconds=seconds))
    assert runs == [NOW]

    run_due_jobs(NOW + timedelta(seconds=150))
    assert runs == [NOW, NOW + timedelta(seconds=150)]


def test_periods_are_counted_from_midnight_so_that_all_machines_agree(registry):
    every(minutes=7)(lambda now: None)
    (job,) = registry.values()

    assert job.period_start(NOW) == datetime(2026, 11, 23, 9, 6, tzinfo=UTC)
    assert job.period_start(NOW.replace(hour=0, minute=3)) == datetime(2026, 11, 23, tzinfo=UTC)


def test_after_a_pause_the_job_runs_once_for_the_present_period(db):
    runs = []
    every(minutes=1)(lambda now: runs.append(now))

    run_due_jobs(NOW)
    run_due_jobs(NOW + timedelta(hours=3))

    assert runs == [NOW, NOW + timedelta(hours=3)]


def test_a_failing_job_stops_no_other_and_is_tried_again_at_the_next_tick(db):
    runs, failures = [], [RuntimeError("the first time it fails")]

    @every(minutes=5)
    def broken(now):
        if failures:
            raise failures.pop()
        runs.append("broken")

    @every(minutes=5)
    def sound(now):
        runs.append("sound")

    first = run_due_jobs(NOW)
    second = run_due_jobs(NOW + timedelta(seconds=60))

    assert runs == ["sound", "broken"]
    assert (first, second) == (["core.sound"], ["core.broken"])


def test_what_a_failing_job_wrote_is_taken_back_with_its_claim(db):
    @every(minutes=5)
    def broken(now):
        Heartbeat.objects.create(name="half done", beat_at=now)
        raise RuntimeError

    run_due_jobs(NOW)

    assert not Heartbeat.objects.filter(name="half done").exists()
    assert not JobRun.objects.exists()


def test_the_heartbeat_never_goes_back(db):
    run_due_jobs(NOW)
    run_due_jobs(NOW - timedelta(hours=1))

    assert Heartbeat.objects.get().beat_at == NOW


def test_old_claims_are_forgotten_and_recent_ones_kept(db):
    for age in (RUNS_ARE_KEPT + timedelta(minutes=1), timedelta(days=1)):
        JobRun.objects.create(job="deals.job", period_starts_at=NOW - age)

    forget_old_runs(NOW)

    assert [run.period_starts_at for run in JobRun.objects.all()] == [NOW - timedelta(days=1)]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_schedulers_at_once_run_each_period_once():
    """Real threads on real PostgreSQL: the second claimant waits for the first and then finds the period taken."""
    cache.set("runs", 0)
    every(minutes=1)(lambda now: cache.incr("runs"))
    periods = [NOW + timedelta(minutes=minute) for minute in range(40)]
    together = Barrier(2)

    def beat(_name: str) -> int:
        done = 0
        try:
            for now in periods:
                together.wait(timeout=30)
                done += len(run_due_jobs(now))
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(2) as pool:
        done = sum(pool.map(beat, ("first", "second")))

    assert done == cache.get("runs") == JobRun.objects.count() == len(periods)
