"""Support and sales on a handoff: returning it, handing it over again, asking and answering (R1, R18)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.permissions import permission
from core.errors import RuleViolation
from deals.actions import answer_question, ask_sales, hand_over_again, return_handoff
from deals.models import Handoff, HandoffQuestion
from deals.views.handoffs import panel_url, refused


@permission("handoff.return")
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what is missing, and return the handoff to sales (R1)."""
    handoff = _handoff(request, pk)
    text, error = "\n".join(handoff.missing), ""
    if request.method == "POST":
        text = request.POST.get("missing", "")
        try:
            return_handoff(handoff, text, by=request.user, now=timezone.now())
        except RuleViolation as violation:
            error = violation.message
        else:
            words = _("Returned to sales: %(partner)s. %(seller)s is told what is missing.")
            messages.success(request, words % {"partner": handoff.deal.partner, "seller": handoff.sold_by})
            return _back(request, handoff)
    words = {
        "title": _("Return to sales"),
        "label": _("What is missing"),
        "hint": _("The seller gets it as a task; from now on the waiting counts for sales, not for you."),
        "button": _("Return to sales"),
        "name": "missing",
    }
    return _dialog(request, handoff, words, text, error)


@permission("handoff.ask")
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask sales a question on the handoff (R18)."""
    handoff = _handoff(request, pk)
    text, error = "", ""
    if request.method == "POST":
        text = request.POST.get("text", "")
        try:
            ask_sales(handoff, text, by=request.user, now=timezone.now())
        except RuleViolation as violation:
            error = violation.message
        else:
            messages.success(request, _("The question is asked: %(seller)s sees it.") % {"seller": handoff.sold_by})
            return _back(request, handoff)
    words = {
        "title": _("Question to sales"),
        "label": _("What would you like to know about the partner?"),
        "hint": _("The answer appears here, on the handoff; it can be accepted meanwhile."),
        "button": _("Ask"),
        "name": "text",
    }
    return _dialog(request, handoff, words, text, error)


@permission("handoff.create")
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Sales gives a returned handoff to support again (R1)."""
    handoff = _handoff(request, pk)
    reply = request.POST.get("reply", "")
    try:
        hand_over_again(handoff, reply, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        return refused(request, pk, again_error=violation.message, reply=reply)
    words = {"partner": handoff.deal.partner, "manager": handoff.deal.manager}
    messages.success(request, _("Handed over again: %(partner)s. %(manager)s has it to accept.") % words)
    return redirect(panel_url(handoff))


@permission("handoff.answer")
@require_POST
def answer(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Sales answers a question (R18)."""
    handoff = _handoff(request, pk)
    question = get_object_or_404(HandoffQuestion, handoff=handoff, number=number)
    text = request.POST.get("answer", "")
    try:
        answer_question(question, text, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        return refused(request, pk, answer_error=violation.message, answered=number, answer=text)
    messages.success(request, _("Answered: %(partner)s") % {"partner": handoff.deal.partner})
    return redirect(panel_url(handoff))


def _handoff(request: HttpRequest, pk: int) -> Handoff:
    queryset = Handoff.objects.visible_to(request.user)
    return get_object_or_404(
        queryset.select_related("deal__partner", "deal__manager", "package", "sold_by", "accepted_by"), pk=pk
    )


def _dialog(request: HttpRequest, handoff: Handoff, words: dict, text: str, error: str) -> HttpResponse:
    context = {
        "handoff": handoff,
        "partner": handoff.deal.partner,
        "text": text,
        "error": error,
        "url": request.path,
        "back": panel_url(handoff),
        "is_dialog": bool(request.htmx),
        **words,
    }
    template = "deals/_handoff_talk_dialog.html" if request.htmx else "deals/handoff_talk.html"
    return render(request, template, context, status=422 if error else 200)


def _back(request: HttpRequest, handoff: Handoff) -> HttpResponse:
    """To where one was: the table as it was narrowed, or the deal's card."""
    if request.htmx:
        return HttpResponseClientRedirect(request.htmx.current_url_abs_path or panel_url(handoff))
    return HttpResponseRedirect(panel_url(handoff))
