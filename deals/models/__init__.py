"""The work: one noun a file."""

from deals.models.alert import Alert, AlertNotice
from deals.models.comment import CallComment, CommentDraft
from deals.models.deal import Deal, StageChange
from deals.models.handoff import Handoff
from deals.models.pipeline import Pipeline, PipelineCode, Stage, StageRole
from deals.models.task import Task

__all__ = [
    "Alert",
    "AlertNotice",
    "CallComment",
    "CommentDraft",
    "Deal",
    "Handoff",
    "Pipeline",
    "PipelineCode",
    "Stage",
    "StageChange",
    "StageRole",
    "Task",
]
