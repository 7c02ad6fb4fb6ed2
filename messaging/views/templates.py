"""The texts of letters and SMS: reading, changing with a preview, going back to the text they began with."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission
from core.errors import RuleViolation
from messaging import texts
from messaging.actions import reset_template, save_template
from messaging.forms import TemplateForm
from messaging.models import Channel, MessageTemplate
from messaging.segments import segments


@permission("message_template.read")
def template_list(request: HttpRequest) -> HttpResponse:
    """All kinds of messages with who changed their text last."""
    changed = {each.code: each for each in MessageTemplate.objects.select_related("changed_by")}
    rows = [(kind, changed.get(code)) for code, kind in texts.KINDS.items()]
    return render(request, "messaging/templates.html", {"rows": rows, "now": timezone.now()})


@permission("message_template.read")
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """The text with its holes and what it comes to; those without the right only read it."""
    kind = _kind(code)
    if request.method == "POST":
        return _save(request, kind)
    subject, body, version = texts.current(code)
    return _show(request, kind, TemplateForm(initial={"subject": subject, "body": body, "version": version}, kind=kind))


@permission("message_template.update")
@require_POST
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """What is typed, filled in with the examples; writes nothing."""
    kind = _kind(code)
    context = _preview(kind, request.POST.get("subject", ""), request.POST.get("body", ""))
    return render(request, "messaging/_template_preview.html", context)


@permission("message_template.update")
@require_POST
def reset(request: HttpRequest, code: str) -> HttpResponse:
    """Back to the text it began with."""
    _subject, _body, version = texts.current(_kind(code).code)
    reset_template(code, version=version, by=request.user, now=timezone.now())
    messages.success(request, _("The text is the one it began with."))
    return redirect("messaging:template", code=code)


def _save(request: HttpRequest, kind: texts.TextKind) -> HttpResponse:
    form = TemplateForm(request.POST, kind=kind)
    if form.is_valid():
        data = {"subject": "", **form.cleaned_data}
        try:
            save_template(kind.code, by=request.user, now=timezone.now(), **data)
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            messages.success(request, _("The text is changed: it is used from now on."))
            return redirect("messaging:template", code=kind.code)
    return _show(request, kind, form, status=422)


def _show(request: HttpRequest, kind: texts.TextKind, form: TemplateForm, status: int = 200) -> HttpResponse:
    subject = form["subject"].value() if "subject" in form.fields else ""
    context = {
        "kind": kind,
        "form": form,
        "holes": kind.holes.items(),
        "history": _history(kind.code),
        "can_update": may(request.user, "message_template.update"),
        "now": timezone.now(),
    }
    context |= _preview(kind, subject or "", form["body"].value() or "")
    return render(request, "messaging/template.html", context, status=status)


def _preview(kind: texts.TextKind, subject: str, body: str) -> dict:
    """The text with the examples, or why it cannot be filled in."""
    try:
        texts.check(kind, subject, "subject")
        texts.check(kind, body, "body")
    except RuleViolation as violation:
        return {"kind": kind, "trouble": violation.message}
    filled = texts.fill(subject, body, kind.examples)
    counted = segments(filled.body) if kind.channel == Channel.SMS else None
    return {"kind": kind, "filled": filled, "segments": counted}


def _history(code: str) -> list:
    """Every text there was, newest first, from the audit trail."""
    event = MessageTemplate.pgh_event_model
    return list(event.objects.filter(code=code).select_related("changed_by").order_by("-version")[:20])


def _kind(code: str) -> texts.TextKind:
    if code not in texts.KINDS:
        raise Http404
    return texts.KINDS[code]
