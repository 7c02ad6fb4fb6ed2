"""The one thing that beat fires."""

from celery import shared_task

from core.scheduling import run_due_jobs


@shared_task(name="core.jobs.tick")
def tick() -> None:
    """Run whatever is due now."""
    run_due_jobs()
