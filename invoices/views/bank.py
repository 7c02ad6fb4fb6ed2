"""Банковская выписка (07): what the bank brought, in order of work, and the decision on one payment."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission
from core import formatting, moscow
from core.errors import RuleViolation
from invoices.actions import (
    approve_return,
    ask_manager,
    keep_as_advance,
    match_payment,
    propose_return,
    record_receipt,
    record_return,
    unmatch_payment,
    withdraw_return,
)
from invoices.bank_forms import DecisionForm, ReceiptForm, SentBackForm, UploadForm, WhyForm
from invoices.models import Payment, PaymentReturn
from invoices.selectors.bank import VIEWS, bank_facts, bank_groups, bank_payments, last_statement, next_undecided
from invoices.selectors.bank_panel import bank_panel, get_bank_payment

PANEL_ID = "bank-panel"


@permission("statement.read")
def bank(request: HttpRequest) -> HttpResponse:
    """The list with the panel of ?payment=, else of the first that waits; htmx asks for the panel alone."""
    now = timezone.now()
    pk = request.GET.get("payment", "")
    payment = get_bank_payment(request.user, int(pk)) if pk.isascii() and pk.isdecimal() and len(pk) < 19 else None
    if request.htmx.target == PANEL_ID and payment and not request.htmx.history_restore_request:
        return render(request, "invoices/_bank_panel.html", _panel(request, payment, now))
    return render_bank(request, payment, now)


@permission("payment.match")
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide on a payment; then the next that waits opens."""
    now = timezone.now()
    payment = get_bank_payment(request.user, pk)
    panel = bank_panel(payment, request.user, now)
    form = DecisionForm(request.POST, panel=panel, user=request.user)
    if form.is_valid():
        try:
            message = _perform(form, payment, request, now)
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            messages.success(request, message)
            following = next_undecided(request.user, moscow.today(now), payment)
            return redirect(reverse("bank:list") + (f"?payment={following}" if following else ""))
    return render_bank(request, payment, now, status=422, form=form)


@permission("payment.match")
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the manager of the partner that the payment points to what it is for."""
    now = timezone.now()
    payment = get_bank_payment(request.user, pk)
    partner = bank_panel(payment, request.user, now).partner_to_ask
    if partner is None:
        raise Http404
    try:
        question = ask_manager(payment, partner, by=request.user, now=now)
    except RuleViolation as violation:
        messages.error(request, violation.message)
    else:
        messages.success(request, _("%(person)s is asked: a task of theirs.") % {"person": question.task.assignee})
    return redirect(f"{reverse('bank:list')}?payment={payment.pk}")


@permission("payment.match")
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the decision on a payment back, with what followed from it (R11)."""
    payment = get_bank_payment(request.user, pk)
    form = WhyForm(request.POST)
    return _do(
        request,
        payment,
        form,
        "undo_form",
        lambda now: unmatch_payment(payment, reason=form.cleaned_data["reason"], by=request.user, now=now),
        _("Taken back: the payment waits for a decision again."),
    )


@permission("payment.match")
@require_POST
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the number of the cash receipt that a natural person's payment needs."""
    payment = get_bank_payment(request.user, pk)
    form = ReceiptForm(request.POST)
    return _do(
        request,
        payment,
        form,
        "receipt_form",
        lambda now: record_receipt(payment, **form.cleaned_data, by=request.user, now=now),
        _("The receipt is recorded."),
    )


@permission("payment.refund")
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person agrees that the money goes back (R12)."""
    returned = _return(request, pk)
    return _do(
        request,
        get_bank_payment(request.user, returned.payment_id),
        None,
        "",
        lambda now: approve_return(returned, by=request.user, now=now),
        _("The return is approved: it can be sent back."),
    )


@permission("payment.refund")
@require_POST
def sent_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the payment order that sent the money back (R12)."""
    returned = _return(request, pk)
    form = SentBackForm(request.POST)
    return _do(
        request,
        get_bank_payment(request.user, returned.payment_id),
        form,
        "sent_form",
        lambda now: record_return(returned, **form.cleaned_data, by=request.user, now=now),
        _("The return is recorded."),
    )


@permission("payment.match")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The money is not to go back after all."""
    returned = _return(request, pk)
    form = WhyForm(request.POST)
    return _do(
        request,
        get_bank_payment(request.user, returned.payment_id),
        form,
        "withdraw_form",
        lambda now: withdraw_return(returned, reason=form.cleaned_data["reason"], by=request.user, now=now),
        _("The return is withdrawn: the payment waits for a decision again."),
    )


def render_bank(
    request: HttpRequest, payment: Payment | None, now: datetime, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """The whole page; without a payment the first that waits is opened."""
    today = moscow.today(now)
    payments = bank_payments(request.user, today)
    facts = bank_facts(payments)
    view = request.GET.get("view", "")
    view = view if view in VIEWS else VIEWS[0]
    groups = bank_groups(payments, facts, view)
    waiting = [row.pk for group in groups if group.code == "decide" for row in group.rows]
    is_opened = payment is not None
    if payment is None and waiting:
        payment = get_bank_payment(request.user, waiting[0])
    context = {
        "now": now,
        "today": today,
        "view": view,
        "facts": facts,
        "groups": groups,
        "statement": last_statement(),
        "is_opened": is_opened,
        "has_rows": any(group.rows for group in groups),
        "can_import": may(request.user, "statement.import"),
        "upload_form": UploadForm(),
    }
    panel = _panel(request, payment, now, **forms) if payment else {}
    return render(request, "invoices/bank.html", context | panel | forms, status=status)


def _panel(request: HttpRequest, payment: Payment, now: datetime, **forms: Any) -> dict[str, Any]:
    panel = bank_panel(payment, request.user, now)
    form = forms.pop("form", None)
    if form is None and payment.undecided > 0:
        form = DecisionForm(panel=panel, user=request.user, initial={"decision": panel.first_choice})
    return {
        "now": now,
        "today": moscow.today(now),
        "payment": payment,
        "panel": panel,
        "form": form,
        "undo_form": WhyForm(),
        "withdraw_form": WhyForm(),
        "sent_form": SentBackForm(initial={"returned_on": moscow.today(now)}),
        "receipt_form": ReceiptForm(initial={"receipt_on": moscow.today(now)}),
        "can_match": may(request.user, "payment.match"),
    }


def _perform(form: DecisionForm, payment: Payment, request: HttpRequest, now: datetime) -> str:
    """Do what was decided; the sentence that says so."""
    data, by, panel = form.cleaned_data, request.user, form.panel
    words = {"amount": formatting.money(payment.undecided), "payer": payment.payer_name}
    match data["decision"]:
        case "match":
            pairs = [(panel.suggested, panel.match_amount)]
            unpaid = form.unpaid if panel.is_part else None
            match_payment(payment, pairs, unpaid=unpaid, rest_is_advance=True, by=by, now=now)
            return _("%(amount)s from %(payer)s is put to invoice № %(number)s.") % (
                words | {"amount": formatting.money(panel.match_amount), "number": panel.suggested.number}
            )
        case "other" | "several":
            match_payment(payment, data["allocations"], by=by, now=now)
            numbers = ", ".join(str(invoice.number) for invoice, _amount in data["allocations"])
            return _("The money from %(payer)s is put to: № %(numbers)s.") % (words | {"numbers": numbers})
        case "advance":
            keep_as_advance(payment, data["found_partner"], note=data["note"], by=by, now=now)
            return _("%(amount)s is kept as an advance of %(partner)s.") % (words | {"partner": data["found_partner"]})
        case _:
            propose_return(payment, reason=data["reason"], by=by, now=now)
            return _("%(amount)s from %(payer)s is to be returned; a second person approves it.") % words


def _do(request: HttpRequest, payment: Payment, form: Any, name: str, action: Any, message: str) -> HttpResponse:
    """A small form of the panel: valid → the action → the panel again; otherwise the page with what was typed."""
    now = timezone.now()
    if form is None or form.is_valid():
        try:
            action(now)
        except RuleViolation as violation:
            if form is None:
                messages.error(request, violation.message)
                return redirect(f"{reverse('bank:list')}?payment={payment.pk}")
            form.show_violation(violation)
        else:
            messages.success(request, message)
            return redirect(f"{reverse('bank:list')}?payment={payment.pk}")
    return render_bank(request, payment, now, status=422, **{name: form})


def _return(request: HttpRequest, pk: int) -> PaymentReturn:
    visible = Payment.objects.visible_to(request.user, "payment.match")
    return get_object_or_404(PaymentReturn.objects.select_related("payment"), pk=pk, payment__in=visible)
