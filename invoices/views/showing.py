"""One invoice: its state, its money, and what may be done with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission
from core import formatting, moscow
from core.errors import RuleViolation
from invoices.actions import (
    cancel_invoice,
    confirm_payment,
    decline_payment,
    explain_unpaid_lines,
    record_payment,
    reissue_invoice,
    send_invoice,
)
from invoices.actions.issuing import next_number, stored_pdf
from invoices.document import document_of
from invoices.forms import CancelForm, PaymentForm, SendForm, UnpaidForm, new_key
from invoices.models import Invoice, Payment
from invoices.pdf import invoice_pdf
from invoices.selectors import default_addressee, delivery_rows, get_invoice, invoice_page
from invoices.selectors.issue_requests import asked_of, asks_for_answer
from partners.models import Partner


@permission("invoice.read")
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of an invoice; a draft opens in the form for those who write it, unless it is a colleague's (R15)."""
    shown = get_invoice(request.user, pk)
    is_draft = shown.state == Invoice.State.DRAFT and may(request.user, "invoice.draft")
    if is_draft and not asks_for_answer(shown, request.user):
        return redirect("invoices:edit", pk=pk)
    return _render(request, shown)


@permission("invoice.read")
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The document as it was issued; of a draft, what it would be, marked as a draft."""
    shown = get_invoice(request.user, pk)
    if shown.state == Invoice.State.DRAFT:
        return _draft_pdf(request, shown)
    try:
        content = stored_pdf(shown)
    except RuleViolation as violation:
        messages.error(request, violation.message)
        return redirect("invoices:invoice", pk=pk)
    return _pdf_response(content, f"invoice-{shown.year}-{shown.number}.pdf")


@permission("payment.record")
@require_POST
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a payment for this invoice (R11)."""
    shown = get_invoice(request.user, pk)
    form = PaymentForm(request.POST)
    if form.is_valid():
        try:
            made = record_payment(shown, by=request.user, now=timezone.now(), **form.cleaned_data)
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            words = {"amount": formatting.money(made.amount)}
            messages.success(request, _("The payment is recorded: %(amount)s. A second person confirms it.") % words)
            return redirect("invoices:invoice", pk=pk)
    return _render(request, shown, status=422, payment_form=form)


@permission("payment.confirm")
@require_POST
def confirm(request: HttpRequest, pk: int, payment_pk: int) -> HttpResponse:
    """The second person's word on a payment recorded by hand: it has come, or with do=decline it has not (R11)."""
    shown = get_invoice(request.user, pk)
    visible = Payment.objects.visible_to(request.user)
    waiting = get_object_or_404(visible.select_related("recorded_for"), pk=payment_pk, recorded_for=shown)
    by, now = request.user, timezone.now()
    try:
        if request.POST.get("do") == "decline":
            decline_payment(waiting, reason=request.POST.get("reason", ""), by=by, now=now)
            messages.success(request, _("The payment is declined: it counts nowhere."))
        else:
            confirm_payment(waiting, by=by, now=now)
            messages.success(request, _("The payment is confirmed."))
    except RuleViolation as violation:
        messages.error(request, violation.message)
    return redirect("invoices:invoice", pk=pk)


@permission("payment.explain")
@require_POST
def unpaid(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep why lines were not paid (R11)."""
    shown = get_invoice(request.user, pk)
    form = UnpaidForm(request.POST, lines=list(shown.lines.all()))
    if form.is_valid():
        try:
            explain_unpaid_lines(shown, form.reasons, by=request.user, now=timezone.now())
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            messages.success(request, _("The answers are kept; the planning meeting sees them."))
            return redirect("invoices:invoice", pk=pk)
    return _render(request, shown, status=422, unpaid_form=form)


@permission("invoice.cancel")
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel, and with do=reissue begin the invoice that replaces it (R9)."""
    shown = get_invoice(request.user, pk)
    form = CancelForm(request.POST)
    if form.is_valid():
        try:
            cancel_invoice(shown, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            messages.success(request, _("Invoice № %(number)s is cancelled.") % {"number": shown.number})
            if request.POST.get("do") == "reissue":
                return _reissue(request, shown)
            return redirect("invoices:invoice", pk=pk)
    return _render(request, shown, status=422, cancel_form=form)


@permission("invoice.draft")
@require_POST
def reissue(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the invoice that replaces a cancelled one; asked again, open the one begun."""
    return _reissue(request, get_invoice(request.user, pk))


def _reissue(request: HttpRequest, cancelled: Invoice) -> HttpResponse:
    try:
        draft = reissue_invoice(cancelled, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
        return redirect("invoices:invoice", pk=cancelled.pk)
    return redirect("invoices:invoice", pk=draft.pk)


@permission("invoice.send")
@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an issued invoice to the address and number that are typed (R10)."""
    shown = get_invoice(request.user, pk)
    form = SendForm(request.POST, country=shown.partner.city.country)
    if form.is_valid():
        data = form.cleaned_data
        try:
            send_invoice(
                shown,
                email=data["buyer_email"],
                phone=data["buyer_phone"],
                by=request.user,
                now=timezone.now(),
                request_key=data["request_key"],
            )
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            messages.success(request, _("Invoice № %(number)s is on its way.") % {"number": shown.number})
            return redirect("invoices:invoice", pk=pk)
    return _render(request, shown, status=422, send_form=form)


@permission("invoice.read")
def deliveries(request: HttpRequest, pk: int) -> HttpResponse:
    """How it went out, as it is now: a fragment that the page asks for while something is on its way."""
    shown = get_invoice(request.user, pk)
    return render(request, "invoices/_deliveries.html", {"invoice": shown} | _delivery_context(request, shown))


def _delivery_context(request: HttpRequest, shown: Invoice) -> dict[str, Any]:
    now, rows = timezone.now(), delivery_rows(shown)
    return {
        "now": now,
        "deliveries": rows,
        "is_moving": any(row.is_moving(now) for row in rows),
        "can_read_messages": may(request.user, "message.read"),
    }


def _render(request: HttpRequest, shown: Invoice, status: int = 200, **forms: Any) -> HttpResponse:
    now = timezone.now()
    today = moscow.today(now)
    page = invoice_page(shown, request.user, today)
    if page.can_send and "send_form" not in forms:
        email, phone = default_addressee(shown, request.user)
        initial = {"request_key": new_key(), "buyer_email": email, "buyer_phone": phone}
        forms["send_form"] = SendForm(initial=initial, country=shown.partner.city.country)
    if page.can_record and "payment_form" not in forms:
        initial = {"request_key": new_key(), "amount": page.left, "paid_on": today}
        forms["payment_form"] = PaymentForm(initial=initial)
    if page.can_explain and "unpaid_form" not in forms:
        forms["unpaid_form"] = UnpaidForm(lines=page.lines)
    if page.can_cancel and "cancel_form" not in forms:
        forms["cancel_form"] = CancelForm()
    asked = asked_of(shown)
    is_colleagues = asked is not None and asked.taken_by_id == request.user.pk
    context = {
        "page": page,
        "invoice": shown,
        "now": now,
        "today": today,
        "can_draft": may(request.user, "invoice.draft"),
        "can_see_cards": may(request.user, "card_payment.read"),
        "asked": asked,
        "can_answer": may(request.user, "issue_request.answer"),
        "is_partner_open": not is_colleagues or Partner.objects.visible_to(request.user).contains(shown.partner),
    }
    return render(request, "invoices/invoice.html", context | _delivery_context(request, shown) | forms, status=status)


def _draft_pdf(request: HttpRequest, draft: Invoice) -> HttpResponse:
    number = next_number(draft.seller, draft.dated_on.year)
    try:
        content = invoice_pdf(document_of(draft, list(draft.lines.select_related("city")), number))
    except RuleViolation as violation:
        messages.error(request, violation.message)
        return redirect("invoices:list")
    return _pdf_response(content, f"draft-{draft.pk}.pdf")


def _pdf_response(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
