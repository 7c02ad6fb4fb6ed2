"""Questions without an answer: asking from any page, the head's queue, answers, and articles made of them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission
from core.errors import RuleViolation
from knowledge import actions
from knowledge.forms import AnswerForm, QuestionForm, SectionForm
from knowledge.models import Question

SHOWN = 100


@permission("question.read")
def questions(request: HttpRequest) -> HttpResponse:
    """Open ones first. Whoever asked has read the answers by opening the page."""
    rows = Question.objects.visible_to(request.user).select_related("asked_by", "answered_by", "article__published")
    shown = list(rows[:SHOWN])
    context = {
        "waiting": [row for row in shown if not row.answered_at],
        "answered": [row for row in shown if row.answered_at],
        "is_cut": len(shown) == SHOWN,
        "now": timezone.now(),
        "can_answer": may(request.user, "question.answer"),
        "can_ask": may(request.user, "question.ask"),
    }
    response = render(request, "knowledge/questions.html", context)
    actions.read_answers(by=request.user, now=timezone.now())
    return response


@permission("question.ask")
def ask(request: HttpRequest) -> HttpResponse:
    """A form of two lines; the page where the question came up goes with it."""
    form = QuestionForm(request.POST or None, initial={"page": request.GET.get("page", "")[:500]})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        page = data["page"] if _is_ours(request, data["page"]) else ""
        actions.ask_question(data["text"], page=page, by=request.user, now=timezone.now())
        messages.success(request, _("The head has your question. The answer will appear in «Questions»."))
        return redirect(page or "knowledge:questions")
    status = 422 if form.is_bound else 200
    return render(request, "knowledge/ask.html", {"form": form}, status=status)


@permission("question.answer")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    question = get_object_or_404(Question.objects.visible_to(request.user).select_related("asked_by", "article"), pk=pk)
    form = AnswerForm(request.POST or None, initial={"answer": question.answer})
    if request.method == "POST" and form.is_valid():
        actions.answer_question(question, form.cleaned_data["answer"], by=request.user, now=timezone.now())
        messages.success(request, _("%(name)s sees the answer now.") % {"name": question.asked_by})
        return redirect("knowledge:questions")
    context = {"question": question, "form": form, "section_form": SectionForm(), "now": timezone.now()}
    return render(request, "knowledge/answer.html", context, status=422 if form.is_bound else 200)


@permission("article.publish")
@require_POST
def to_article(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin an article of the answer and go on writing it."""
    question = get_object_or_404(Question.objects.visible_to(request.user), pk=pk)
    form = SectionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the section."))
        return redirect("knowledge:answer", pk=pk)
    try:
        article = actions.make_article_of(question, form.cleaned_data["section"], by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
        return redirect("knowledge:answer", pk=pk)
    return redirect("knowledge:edit", pk=article.pk)


def _is_ours(request: HttpRequest, page: str) -> bool:
    """Whether the page is one of this site: the address comes from the browser."""
    return page.startswith("/") and url_has_allowed_host_and_scheme(page, request.get_host())
