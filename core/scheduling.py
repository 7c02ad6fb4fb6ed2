"""Periodic jobs, decided in the database.

Celery beat fires one tick a minute and knows nothing else. A job is registered with `@every(minutes=…)`; the tick finds
the periods that are due, claims each by inserting a JobRun (unique by job and period) and runs the job in the same
transaction. Two beats at once, a repeated message or a crash therefore change nothing; after a pause the latest
missed period is run, because all our jobs look at the present state.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from core.models import Heartbeat, JobRun

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PeriodicJob:
    name: str
    period: timedelta
    run: Callable[[datetime], None]

    def period_start(self, now: datetime) -> datetime:
        """The beginning of the period that `now` lies in, counted from midnight UTC."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + (now - midnight) // self.period * self.period


REGISTRY: dict[str, PeriodicJob] = {}


def every(*, minutes: int) -> Callable[[Callable[[datetime], None]], Callable[[datetime], None]]:
    """Register `run(now)` to be called once in every period of so many minutes. It must be idempotent."""

    def register(run: Callable[[datetime], None]) -> Callable[[datetime], None]:
        name = f"{run.__module__.split('.')[0]}.{run.__name__}"
        REGISTRY[name] = PeriodicJob(name, timedelta(minutes=minutes), run)
        return run

    return register


def database_now() -> datetime:
    """The one clock that all processes and machines share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def run_due_jobs(now: datetime | None = None) -> list[str]:
    """Run each job whose current period nobody has claimed; return their names. A failing job stops no other."""
    now = now or database_now()
    done = []
    for job in REGISTRY.values():
        try:
            with transaction.atomic():
                if _claim(job, now):
                    job.run(now)
                    done.append(job.name)
        except Exception:
            logger.exception("Job %s failed and will be tried again at the next tick", job.name)
    _beat(now)
    return done


def _claim(job: PeriodicJob, now: datetime) -> bool:
    """Take the period; a second claimant waits for the first one's transaction and then finds it taken."""
    run = JobRun(job=job.name, period_starts_at=job.period_start(now), finished_at=now)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_jobrun (job, period_starts_at, finished_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [run.job, run.period_starts_at, run.finished_at],
        )
        return cursor.rowcount == 1


def _beat(now: datetime) -> None:
    """Move the heartbeat forward, never back: a clock that steps back must not look like a scheduler that died."""
    Heartbeat.objects.get_or_create(name="tick", defaults={"beat_at": now})
    Heartbeat.objects.filter(name="tick", beat_at__lt=now).update(beat_at=now)
