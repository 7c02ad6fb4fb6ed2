"""Payment to a card (R13): asking on the invoice, the director's decision, and the text that he lets be seen."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission
from core.errors import RuleViolation
from invoices import actions
from invoices.forms import CardForm
from invoices.models import CardPayment, CompanyCard
from invoices.selectors import get_invoice
from invoices.selectors.cards import card_rows, get_card_payment

CARDS_SHOWN = 20


@permission("card_payment.read")
def of_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """What was asked for and decided for this invoice, and asking: a POST."""
    invoice = get_invoice(request.user, pk)
    form = CardForm(request.POST or None, initial={"amount": invoice.amount - invoice.paid_amount})
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask_for_card(invoice, **form.cleaned_data, by=request.user, now=timezone.now())
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            messages.success(request, _("The director is asked; you will be told."))
            return redirect("invoices:cards", pk=pk)
    rows = card_rows(invoice, request.user)
    is_open = any(row.decided_at is None for row in rows)
    context = {
        "invoice": invoice,
        "rows": rows,
        "form": None if is_open or not may(request.user, "card_payment.ask") else form,
        "cards": CompanyCard.objects.filter(is_active=True)[:CARDS_SHOWN],
        "can_look": may(request.user, "card_payment.look"),
        "can_approve": may(request.user, "card_payment.approve"),
        "now": timezone.now(),
    }
    return render(request, "invoices/cards.html", context, status=422 if form.is_bound else 200)


@permission("card_payment.approve")
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve it with a card, or with do=decline say why not."""
    payment = get_card_payment(request.user, pk)
    by, now = request.user, timezone.now()
    try:
        if request.POST.get("do") == "decline":
            actions.decline_card(payment, reason=request.POST.get("reason", ""), by=by, now=now)
            messages.success(request, _("It is declined; your colleague is told."))
        else:
            actions.approve_card(payment, _card(request), by=by, now=now)
            messages.success(request, _("It is approved; your colleague sees the text now."))
    except RuleViolation as violation:
        messages.error(request, violation.message)
    return redirect("invoices:cards", pk=payment.invoice_id)


@permission("card_payment.look")
@require_POST
def text(request: HttpRequest, pk: int) -> HttpResponse:
    """The text with the number, on a page that nothing keeps; that it was shown is in the audit trail."""
    payment: CardPayment = get_card_payment(request.user, pk)
    try:
        words = actions.look_at_card(payment, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
        return redirect("invoices:cards", pk=payment.invoice_id)
    response = render(request, "invoices/card_text.html", {"invoice": payment.invoice, "text": words})
    response.headers["Cache-Control"] = "no-store"
    return response


def _card(request: HttpRequest) -> CompanyCard:
    key = request.POST.get("card", "")
    return get_object_or_404(CompanyCard, pk=int(key) if key.isdecimal() and len(key) < 10 else 0)
