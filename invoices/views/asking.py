"""The queue of drafts to be issued for colleagues (R15): taking one, issuing it, sending it back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import permission
from core.errors import RuleViolation
from invoices import actions
from invoices.selectors.issue_requests import asked_rows, get_asked


@permission("issue_request.read")
def asked(request: HttpRequest) -> HttpResponse:
    """What waits to be issued, and with ?show=done what was answered."""
    now = timezone.now()
    show = "done" if request.GET.get("show") == "done" else "open"
    return render(
        request, "invoices/asked.html", {"rows": asked_rows(request.user, show, now), "show": show, "now": now}
    )


@permission("issue_request.answer")
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that one is on it, and open the draft."""
    found = get_asked(request.user, pk)
    try:
        taken = actions.take_issue_request(found, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
        return redirect("invoices:asked")
    return redirect("invoices:invoice", pk=taken.invoice_id)


@permission("issue_request.answer")
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue the draft, with do=send also send it, with do=return give it back naming what is wrong."""
    found = get_asked(request.user, pk)
    by, now, do = request.user, timezone.now(), request.POST.get("do")
    if do not in ("issue", "send", "return"):
        raise Http404
    try:
        if do == "return":
            actions.return_issue_request(found, reason=request.POST.get("reason", ""), by=by, now=now)
            messages.success(request, _("It is sent back; your colleague is told."))
            return redirect("invoices:asked")
        actions.take_issue_request(found, by=by, now=now)
        if do == "send":
            invoice = found.invoice
            issued = actions.issue_and_send(
                invoice, email=invoice.buyer_email, phone=invoice.buyer_phone, by=by, now=now, version=invoice.version
            )
        else:
            issued = actions.issue_invoice(found.invoice, by=by, now=now, version=found.invoice.version)
    except RuleViolation as violation:
        messages.error(request, violation.message)
        return redirect("invoices:invoice", pk=found.invoice_id)
    messages.success(request, _("Invoice № %(number)s is issued; your colleague is told.") % {"number": issued.number})
    return redirect("invoices:invoice", pk=issued.pk)
