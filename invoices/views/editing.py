"""Writing an invoice: the form, its live side, saving the draft and issuing it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts.permissions import may, permission, require
from core import moscow
from core.errors import RuleViolation
from deals.models import Deal, PipelineCode
from invoices.actions import ask_to_issue, discard_draft, issue_and_send, issue_invoice, save_draft
from invoices.editor import InvoiceEditor
from invoices.models import Invoice
from invoices.selectors import get_invoice, partner_invoices
from invoices.selectors.issue_requests import asked_of
from partners.models import Partner

FOUND_LIMIT = 20


@permission("invoice.draft")
def new(request: HttpRequest) -> HttpResponse:
    """A new invoice for ?deal= or ?partner=; without either one chooses the partner first."""
    today = moscow.today(timezone.now())
    if request.method == "POST":
        partner = _partner(request, request.POST.get("partner"))
        return _take(request, InvoiceEditor.of_post(request.user, request.POST, partner, None, today))
    deal = _deal(request)
    if not deal and not request.GET.get("partner"):
        return _choose_partner(request)
    partner = _partner(request, deal.partner_id if deal else request.GET["partner"])
    return _show(request, InvoiceEditor.blank(request.user, partner, deal, today))


@permission("invoice.draft")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft; an issued invoice is shown instead, for it never changes (R9)."""
    draft = get_invoice(request.user, pk)
    if draft.state != Invoice.State.DRAFT:
        return redirect("invoices:invoice", pk=pk)
    _partner(request, draft.partner_id)
    today = moscow.today(timezone.now())
    if request.method == "POST":
        return _take(request, InvoiceEditor.of_post(request.user, request.POST, draft.partner, draft, today))
    return _show(request, InvoiceEditor.of_draft(request.user, draft, today))


@permission("invoice.draft")
@require_POST
def lines(request: HttpRequest) -> HttpResponse:
    """The lines with one added or removed, or filled in from the catalogue; writes nothing."""
    editor = _typed(request)
    do = request.POST.get("do", "")
    again = editor.rearranged(request.POST, do, request.headers.get("HX-Trigger-Name", ""))
    response = render(
        request, "invoices/_lines.html", {"editor": again, "focus_last": do.startswith(("add", "remove"))}
    )
    return trigger_client_event(response, "invoice:changed", after="swap")


@permission("invoice.draft")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The purpose, the checks and the picture of what is typed; writes nothing."""
    editor = _typed(request)
    return render(
        request,
        "invoices/_preview.html",
        {
            "editor": editor,
            "preview": editor.preview(),
            "is_live": True,
            "now": timezone.now(),
            "can_send": may(request.user, "invoice.issue") and may(request.user, "invoice.send"),
        },
    )


@permission("invoice.draft")
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    draft = get_invoice(request.user, pk)
    try:
        discard_draft(draft, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
        return redirect("invoices:invoice", pk=pk)
    messages.success(request, _("The draft is thrown away."))
    return redirect("deals:deal", pk=draft.deal_id) if draft.deal_id else redirect("invoices:list")


def _take(request: HttpRequest, editor: InvoiceEditor) -> HttpResponse:
    """Do what the pressed button says: rearrange the lines, save, ask a colleague, issue, or issue and send."""
    do = request.POST.get("do", "draft")
    if do not in ("draft", "ask", "issue", "send"):
        return _show(request, editor.rearranged(request.POST, do))
    if do in ("issue", "send"):
        require(request.user, "invoice.issue")
    if not editor.is_valid:
        return _show(request, editor, status=422)
    is_new = editor.invoice is None
    try:
        _save(request, editor)
        if do == "ask":
            ask_to_issue(editor.invoice, note=request.POST.get("note", ""), by=request.user, now=timezone.now())
        elif do != "draft":
            # A draft that this very form has made may have been saved again by the same press: it has no other writer.
            issued = _issue(request, editor, do, None if is_new else editor.invoice.version)
            return redirect("invoices:invoice", pk=issued.pk)
    except RuleViolation as violation:
        if violation.code == "invoice_already_issued":
            return _already_issued(request, editor)
        editor.show_violation(violation)
        return _show(request, editor, status=422)
    asked = _("Your colleagues who may issue are asked; you will be told.")
    messages.success(request, asked if do == "ask" else _("The draft is saved."))
    return redirect("invoices:edit", pk=editor.invoice.pk)


def _issue(request: HttpRequest, editor: InvoiceEditor, do: str, version: int | None) -> Invoice:
    """Issue what was saved, and with do=send queue its letter and SMS in the same transaction (R10)."""
    now = timezone.now()
    if do == "send":
        email, phone = editor.draft.buyer_email, editor.phone_for_sms
        issued = issue_and_send(editor.invoice, email=email, phone=phone, by=request.user, now=now, version=version)
        messages.success(request, _("Invoice № %(number)s is issued and on its way.") % {"number": issued.number})
    else:
        issued = issue_invoice(editor.invoice, by=request.user, now=now, version=version)
        messages.success(request, _("Invoice № %(number)s is issued.") % {"number": issued.number})
    return issued


def _save(request: HttpRequest, editor: InvoiceEditor) -> None:
    """Save the draft; from here on the editor works on the saved one."""
    version = request.POST.get("version", "")
    editor.invoice = save_draft(
        editor.draft,
        by=request.user,
        now=timezone.now(),
        invoice=editor.invoice,
        version=int(version) if editor.invoice and version.isdecimal() else None,
        request_key=editor.form.cleaned_data.get("request_key"),
    )


def _already_issued(request: HttpRequest, editor: InvoiceEditor) -> HttpResponse:
    """The form came twice, or somebody was quicker: show what there is instead of making another."""
    key = editor.form.cleaned_data.get("request_key")
    made = editor.invoice or Invoice.objects.visible_to(request.user).filter(request_key=key).first()
    if made is None:
        raise Http404
    messages.info(request, _("This invoice is already issued and never changes."))
    return redirect("invoices:invoice", pk=made.pk)


def _show(request: HttpRequest, editor: InvoiceEditor, status: int = 200) -> HttpResponse:
    context = {"editor": editor, "now": timezone.now(), "today": editor.today}
    if not editor.catalogue.sellers:
        return render(request, "invoices/no_seller.html", context)
    context |= {
        "preview": editor.preview(),
        "can_issue": may(request.user, "invoice.issue"),
        "can_send": may(request.user, "invoice.issue") and may(request.user, "invoice.send"),
        "partner_invoices": partner_invoices(editor.partner, request.user, editor.today),
        "effects": _effects(editor),
        "can_ask": not may(request.user, "invoice.issue") and may(request.user, "issue_request.ask"),
        "asked": asked_of(editor.invoice),
        "source": getattr(editor.invoice, "request", None),
    }
    return render(request, "invoices/edit.html", context, status=status)


def _effects(editor: InvoiceEditor) -> dict:
    """What issuing will do to the deal, said before the click."""
    deal = editor.draft.deal
    return {
        "deal": deal,
        "to_invoiced": deal and deal.pipeline_id == PipelineCode.ADDON and deal.stage.role in ("offered", "agreed"),
        "to_due": deal and deal.pipeline_id == PipelineCode.RENEWAL and deal.stage.role != "due" and deal.amount,
    }


def _typed(request: HttpRequest) -> InvoiceEditor:
    """The form as it stands, for the live parts; the draft it belongs to is not needed for them."""
    partner = _partner(request, request.POST.get("partner"))
    return InvoiceEditor.of_post(request.user, request.POST, partner, None, moscow.today(timezone.now()))


def _partner(request: HttpRequest, pk: object) -> Partner:
    """A partner the reader may write invoices for: 404 when it is not his to see, 403 when only to see."""
    key = str(pk or "")
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    partners = Partner.objects.select_related("city", "manager", "contract_offer")
    partner = get_object_or_404(partners.filter(pk__in=Partner.objects.visible_to(request.user).values("pk")), pk=key)
    if not Partner.objects.visible_to(request.user, "invoice.draft").filter(pk=partner.pk).exists():
        raise PermissionDenied("invoice.draft")
    return partner


def _deal(request: HttpRequest) -> Deal | None:
    key = request.GET.get("deal", "")
    if not key:
        return None
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    deals = Deal.objects.visible_to(request.user).select_related("partner", "service", "package__service", "stage")
    return get_object_or_404(deals, pk=key)


def _choose_partner(request: HttpRequest) -> HttpResponse:
    """Whom the invoice is for: a search in the reader's partners."""
    words = request.GET.get("q", "").strip()[:100]
    partners = Partner.objects.visible_to(request.user, "invoice.draft").filter(archived_at__isnull=True)
    if words:
        partners = partners.filter(name__icontains=words)
    found = list(partners.select_related("city").order_by("name", "pk")[:FOUND_LIMIT])
    context = {"partners": found, "words": words, "limit": FOUND_LIMIT}
    return render(request, "invoices/choose_partner.html", context)
