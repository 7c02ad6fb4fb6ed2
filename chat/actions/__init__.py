"""Every verb of the chat. Screens and the API call these; each is one transaction and one entry of the audit trail.

`by` is the acting person, `now` the present moment. All raise core.errors.RuleViolation when a rule refuses and
PermissionDenied when a right is missing. A message passed in is read again under a lock; use the returned one.
"""

from chat.actions.answering import answer_request, finish_request, may_answer, may_refuse, refuse_request
from chat.actions.sending import Draft, edit_message, mark_read, send_message

__all__ = [
    "Draft",
    "answer_request",
    "edit_message",
    "finish_request",
    "mark_read",
    "may_answer",
    "may_refuse",
    "refuse_request",
    "send_message",
]
