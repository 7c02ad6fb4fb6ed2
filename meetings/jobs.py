"""The jobs of the planning meetings."""

from datetime import datetime

from core.audit import operation
from core.scheduling import every
from meetings.actions import plan_meetings


@every(minutes=360)
def plan(now: datetime) -> None:
    """Make the meetings of the next two weeks from the slots (R16)."""
    with operation("meeting.schedule", by=None):
        plan_meetings(now)
