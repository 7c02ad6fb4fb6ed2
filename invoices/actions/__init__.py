"""Every verb that changes an invoice or records money. Screens, API, jobs and imports all call these.

Each function is one transaction and one entry of the audit trail. `by` is the acting person, or None for the system;
`now` is the present moment. All raise core.errors.RuleViolation when a rule refuses, PermissionDenied when a right is
missing. Order of locks: partner, deal, invoice, payment, and the counter of numbers last.
"""

from invoices.actions.asking import ask_to_issue, return_issue_request, take_issue_request
from invoices.actions.cancelling import cancel_invoice, reissue_invoice
from invoices.actions.cards import approve_card, ask_for_card, decline_card, look_at_card
from invoices.actions.drafting import InvoiceDraft, LineDraft, discard_draft, save_draft
from invoices.actions.from_request import draft_from_request
from invoices.actions.issuing import issue_invoice
from invoices.actions.matching import keep_as_advance, match_payment, match_sure, unmatch_payment
from invoices.actions.months import lock_month, unlock_month
from invoices.actions.payments import (
    confirm_payment,
    decline_payment,
    explain_unpaid_lines,
    record_payment,
    record_receipt,
)
from invoices.actions.questions import ask_manager
from invoices.actions.requests import (
    RequestDraft,
    assign_request,
    close_request,
    erase_old_requests,
    make_request_link,
    receive_request,
    take_request,
    withdraw_request_link,
)
from invoices.actions.returns import approve_return, propose_return, record_return, withdraw_return
from invoices.actions.sending import issue_and_send, send_invoice
from invoices.actions.statements import load_queued, point_out_columns, take_statement

__all__ = [
    "InvoiceDraft",
    "LineDraft",
    "RequestDraft",
    "approve_card",
    "approve_return",
    "ask_for_card",
    "ask_manager",
    "ask_to_issue",
    "assign_request",
    "cancel_invoice",
    "close_request",
    "confirm_payment",
    "decline_card",
    "decline_payment",
    "discard_draft",
    "draft_from_request",
    "erase_old_requests",
    "explain_unpaid_lines",
    "issue_and_send",
    "issue_invoice",
    "keep_as_advance",
    "load_queued",
    "lock_month",
    "look_at_card",
    "make_request_link",
    "match_payment",
    "match_sure",
    "point_out_columns",
    "propose_return",
    "receive_request",
    "record_payment",
    "record_receipt",
    "record_return",
    "reissue_invoice",
    "return_issue_request",
    "save_draft",
    "send_invoice",
    "take_issue_request",
    "take_request",
    "take_statement",
    "unlock_month",
    "unmatch_payment",
    "withdraw_request_link",
    "withdraw_return",
]
