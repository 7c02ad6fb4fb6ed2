"""The work: one noun a file."""

from deals.models.alert import Alert, AlertNotice, AlertReading
from deals.models.call import Call
from deals.models.comment import CallComment, CommentDraft, PromiseVerdict
from deals.models.deal import Deal, StageChange
from deals.models.export import Export
from deals.models.file import PartnerFile
from deals.models.handoff import Handoff, checklist
from deals.models.handoff_talk import HandoffQuestion, HandoffReturn, HandoffStatusChange
from deals.models.note import EDITABLE_FOR, MAX_PINS, FieldChange, Note, Pin
from deals.models.pipeline import Pipeline, PipelineCode, Stage, StageRole
from deals.models.problem import Problem, has_problem
from deals.models.saved_view import DefaultView, Layout, SavedView
from deals.models.task import Task

__all__ = [
    "EDITABLE_FOR",
    "MAX_PINS",
    "Alert",
    "AlertNotice",
    "AlertReading",
    "Call",
    "CallComment",
    "CommentDraft",
    "Deal",
    "DefaultView",
    "Export",
    "FieldChange",
    "Handoff",
    "HandoffQuestion",
    "HandoffReturn",
    "HandoffStatusChange",
    "Layout",
    "Note",
    "PartnerFile",
    "Pin",
    "Pipeline",
    "PipelineCode",
    "Problem",
    "PromiseVerdict",
    "SavedView",
    "Stage",
    "StageChange",
    "StageRole",
    "Task",
    "checklist",
    "has_problem",
]
