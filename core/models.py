"""What the scheduler remembers, so that two schedulers, a crash or a pause do no harm."""

from django.db import models


class JobRun(models.Model):
    """One period of one job, claimed by inserting this row: whoever inserts it runs the period, nobody else does."""

    job = models.CharField(max_length=60)
    period_starts_at = models.DateTimeField()
    finished_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "period_starts_at"], name="job_runs_a_period_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.period_starts_at:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """When the scheduler last ticked; /readyz reports a scheduler that has been silent for three minutes."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.beat_at:%H:%M:%S}"
