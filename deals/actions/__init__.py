"""Every verb that changes a deal. Screens, API, jobs and imports all call these.

Each function is one transaction and one entry of the audit trail. `by` is the acting person, or None for the system;
`now` is the present moment. All raise core.errors.RuleViolation when a rule refuses, PermissionDenied when a right is
missing. The instance passed in is read again under a lock; use the returned one.
"""

from deals.actions.addons import offer_addon
from deals.actions.agreements import (
    CommentGrew,
    add_agreement,
    append_main_comment,
    archive_agreement,
    edit_agreement,
    set_agreement_kept,
)
from deals.actions.calls import log_call, nobody_answered, report_call
from deals.actions.comments import CommentIncomplete, save_call_comment
from deals.actions.completing import complete_task, reopen_task
from deals.actions.drafts import discard_draft, save_draft
from deals.actions.editing import EditConflict, change_field
from deals.actions.exports import record_export
from deals.actions.files import archive_file, attach_file, restore_file
from deals.actions.handoff_talk import answer_question, ask_sales, hand_over_again, return_handoff
from deals.actions.handoffs import accept_handoff, fill_in_handoff, hand_over, plan_campaign, set_handoff_status
from deals.actions.money import invoice_was_issued, money_came, money_was_taken_back
from deals.actions.notes import edit_note, pin, unpin, write_note
from deals.actions.problems import raise_problem, resolve_problem
from deals.actions.saved_views import archive_view, begin_with, change_view, name_view, save_view
from deals.actions.stages import complete_deal, lose_deal, move_deal
from deals.actions.tasks import NextStep, reschedule_task, schedule_task, undo_reschedule

__all__ = [
    "CommentGrew",
    "CommentIncomplete",
    "EditConflict",
    "NextStep",
    "accept_handoff",
    "add_agreement",
    "answer_question",
    "append_main_comment",
    "archive_agreement",
    "archive_file",
    "archive_view",
    "ask_sales",
    "attach_file",
    "begin_with",
    "change_field",
    "change_view",
    "complete_deal",
    "complete_task",
    "discard_draft",
    "edit_agreement",
    "edit_note",
    "fill_in_handoff",
    "hand_over",
    "hand_over_again",
    "invoice_was_issued",
    "log_call",
    "lose_deal",
    "money_came",
    "money_was_taken_back",
    "move_deal",
    "name_view",
    "nobody_answered",
    "offer_addon",
    "pin",
    "plan_campaign",
    "raise_problem",
    "record_export",
    "reopen_task",
    "report_call",
    "reschedule_task",
    "resolve_problem",
    "restore_file",
    "return_handoff",
    "save_call_comment",
    "save_draft",
    "save_view",
    "schedule_task",
    "set_agreement_kept",
    "set_handoff_status",
    "undo_reschedule",
    "unpin",
    "write_note",
]
