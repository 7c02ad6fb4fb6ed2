"""The one thing that beat fires, and the scheduler's own housekeeping."""

from datetime import datetime, timedelta

from celery import shared_task

from core.models import JobRun
from core.scheduling import every, run_due_jobs

RUNS_ARE_KEPT = timedelta(days=14)


@shared_task(name="core.jobs.tick")
def tick() -> None:
    """Run whatever is due now."""
    run_due_jobs()


@every(minutes=24 * 60)
def forget_old_runs(now: datetime) -> None:
    """Claims of periods long past: nothing asks for them again."""
    JobRun.objects.filter(period_starts_at__lt=now - RUNS_ARE_KEPT).delete()
