"""Asking a colleague to issue a draft, and what the colleague does with it (R15)."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core import moscow
from core.audit import operation
from core.errors import RuleViolation
from invoices.actions.issuing import check_draft
from invoices.actions.locking import lock_invoice
from invoices.models import Invoice, IssueRequest
from invoices.telling import tell_of_answer, tell_of_asking

ANSWER_MINUTES = 60
"""Of the office's time; afterwards the head hears that nobody has answered."""


def ask_to_issue(invoice: Invoice, *, note: str, by: User, now: datetime) -> IssueRequest:
    """Put a complete draft before those who may issue; asking again while it waits gives the same request.

    Raises what issuing would refuse, except that the right is missing.
    """
    require(by, "issue_request.ask", invoice)
    with operation("issue_request.ask", by=by):
        invoice = lock_invoice(invoice)
        if waiting := IssueRequest.objects.open().filter(invoice=invoice).first():
            return waiting
        check_draft(invoice, now)
        request = IssueRequest.objects.create(
            invoice=invoice,
            asked_by=by,
            asked_at=now,
            answer_by=moscow.after_office_minutes(now, ANSWER_MINUTES),
            note=note.strip()[:250],
        )
        tell_of_asking(request, now)
    return request


def take_issue_request(request: IssueRequest, *, by: User, now: datetime) -> IssueRequest:
    """Say that one is on it: from here on the draft is one's to issue. Raises `issue_request_taken`, `…_answered`."""
    require(by, "issue_request.answer", request)
    with operation("issue_request.answer", by=by):
        request = _lock_open(request)
        if request.taken_by_id not in (None, by.pk):
            message = _("%(person)s is on this request already.") % {"person": request.taken_by}
            raise RuleViolation("issue_request_taken", message)
        if request.taken_by_id is None:
            request.taken_by, request.taken_at = by, now
            request.save(update_fields=["taken_by", "taken_at"])
    return request


def return_issue_request(request: IssueRequest, *, reason: str, by: User, now: datetime) -> IssueRequest:
    """Send it back to who has asked, naming what is wrong. Raises `return_needs_reason`, `issue_request_answered`."""
    require(by, "issue_request.answer", request)
    if not reason.strip():
        raise RuleViolation("return_needs_reason", _("Write what has to be mended."), "reason")
    with operation("issue_request.answer", by=by, why=reason):
        request = _lock_open(request)
        request.answered_by, request.answered_at, request.return_reason = by, now, reason.strip()[:250]
        request.save(update_fields=["answered_by", "answered_at", "return_reason"])
        tell_of_answer(request, now)
    return request


def _lock_open(request: IssueRequest) -> IssueRequest:
    """The request locked after its invoice, in the order that issuing keeps. Raises `issue_request_answered`."""
    lock_invoice(Invoice.objects.get(pk=request.invoice_id))
    request = IssueRequest.objects.select_related("asked_by", "taken_by", "invoice__partner").get(pk=request.pk)
    if request.answered_at:
        raise RuleViolation("issue_request_answered", _("This request is already answered."))
    return request
