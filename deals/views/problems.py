"""Raising and resolving a partner's problem."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.permissions import permission
from core.errors import RuleViolation
from deals.actions import raise_problem, resolve_problem
from deals.models import Deal, Problem
from deals.selectors.deal_card import get_deal


@permission("problem.raise")
def problem_raise(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what is wrong, and raise the problem."""
    deal = get_deal(request.user, pk)
    text, error = request.POST.get("text", ""), ""
    if request.method == "POST":
        try:
            raise_problem(deal, text, by=request.user, now=timezone.now())
        except RuleViolation as violation:
            error = violation.message
        else:
            messages.success(request, _("The problem is raised; boards and lists show it."))
            return _back(request, deal)
    return _render(request, deal, None, text, error)


@permission("problem.resolve")
def problem_resolve(request: HttpRequest, pk: int, problem_pk: int) -> HttpResponse:
    """Ask how it was resolved, and close the problem."""
    deal = get_deal(request.user, pk)
    problem = get_object_or_404(
        Problem.objects.visible_to(request.user).select_related("raised_by"), partner=deal.partner_id, pk=problem_pk
    )
    text, error = request.POST.get("text", ""), ""
    if request.method == "POST":
        try:
            resolve_problem(problem, text, by=request.user, now=timezone.now())
        except RuleViolation as violation:
            error = violation.message
        else:
            messages.success(request, _("The problem is resolved."))
            return _back(request, deal)
    return _render(request, deal, problem, text, error)


def _render(request: HttpRequest, deal: Deal, problem: Problem | None, text: str, error: str) -> HttpResponse:
    context = {
        "deal": deal,
        "problem": problem,
        "text": text,
        "error": error,
        "url": request.path,
        "now": timezone.now(),
        "is_dialog": bool(request.htmx),
    }
    template = "deals/_problem_dialog.html" if request.htmx else "deals/problem.html"
    return render(request, template, context, status=422 if error else 200)


def _back(request: HttpRequest, deal: Deal) -> HttpResponse:
    url = reverse("deals:deal", args=[deal.pk])
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)
