"""The deal card: what was agreed, the comment form, the timeline and the facts."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission
from core import formatting, moscow
from core.errors import RuleViolation
from deals.actions import (
    NextStep,
    append_main_comment,
    discard_draft,
    save_call_comment,
    save_draft,
)
from deals.comment_text import parse_comment
from deals.forms.comment import CallCommentForm
from deals.models import CommentDraft, Deal, Task
from deals.selectors.deal_card import deal_card, get_deal
from deals.selectors.feed import feed
from deals.selectors.files import files_panel
from deals.selectors.load import tasks_per_day

TABS = ("feed", "tasks", "invoices", "addons", "files")


@permission("deal.read")
def deal(request: HttpRequest, pk: int) -> HttpResponse:
    """The card. The form is open when asked for (?comment=1) or when a draft is waiting in it."""
    shown = get_deal(request.user, pk)
    return _render_card(request, shown, form=None)


@permission("call_comment.create")
@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the comment with everything that belongs to it, or show the form again with what is missing (R3)."""
    commented = get_deal(request.user, pk)
    form = CallCommentForm(request.POST, deal=commented)
    if form.is_valid():
        data = form.cleaned_data
        has_step = data.get("title") and form.due_at
        try:
            save_call_comment(
                commented,
                was=data["was"],
                now_text=data["now"],
                plans=data["plans"],
                numbers=form.numbers,
                next_step=form.next_step() if has_step else _partial_step(form),
                completed_task=data["completed_task"],
                by=request.user,
                now=timezone.now(),
            )
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            return redirect("deals:deal", pk=pk)
    save_draft(commented, request.POST.dict(), by=request.user)
    return _render_card(request, commented, form=form, status=422)


@permission("call_comment.create")
@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is typed; answers with the words that stand beside the form."""
    saved = save_draft(get_deal(request.user, pk), request.POST.dict(), by=request.user)
    words = _draft_words(saved) if saved else ""
    return HttpResponse(words, content_type="text/plain; charset=utf-8")


@permission("call_comment.create")
@require_POST
def forget_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the draft away and close the form."""
    discard_draft(get_deal(request.user, pk), by=request.user)
    return redirect("deals:deal", pk=pk)


@permission("call_comment.create")
@require_POST
def parse(request: HttpRequest) -> JsonResponse:
    """A pasted text taken apart: the three parts, the numbers, the next step, and what is missing. Writes nothing."""
    parsed = parse_comment(request.POST.get("text", "")[:10_000])
    metrics = {name: None if value is None else str(value) for name, value in vars(parsed.numbers).items()}
    if parsed.numbers.contracts_sum is not None:
        metrics["contracts_sum"] = formatting.number(parsed.numbers.contracts_sum)
    return JsonResponse(
        {
            "was": parsed.was,
            "now": parsed.now,
            "plans": parsed.plans,
            "next_step": parsed.next_step,
            "metrics": metrics,
            "missing": parsed.missing,
        }
    )


@permission("deal.append_main_comment")
@require_POST
def main_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a dated line to the main comment."""
    target = get_deal(request.user, pk)
    text, seen = request.POST.get("text", ""), request.POST.get("seen", "")
    try:
        append_main_comment(
            target, text, by=request.user, now=timezone.now(), seen=int(seen) if seen.isdecimal() else None
        )
    except RuleViolation as violation:
        line = {"text": text, "error": violation.message, "added": getattr(violation, "added", "")}
        return _render_card(request, target, form=None, status=422, line=line)
    return redirect("deals:deal", pk=pk)


def _partial_step(form: CallCommentForm) -> NextStep | None:
    """A step of which only the words or only the date are there: the rule says which part is missing."""
    if not form.cleaned_data.get("title") and not form.due_at:
        return None
    return NextStep(form.cleaned_data.get("title", ""), form.due_at, form.cleaned_data["kind"])


def _render_card(
    request: HttpRequest, shown: Deal, *, form: CallCommentForm | None, status: int = 200, line: dict | None = None
) -> HttpResponse:
    now = timezone.now()
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else TABS[0]
    context = deal_card(shown, request.user, now)
    can_comment = shown.is_open and may(request.user, "call_comment.create")
    if can_comment and form is None:
        form, saved = _comment_form(request, shown, context["next_task"])
        context["draft_words"] = _draft_words(saved) if saved else ""
    context |= {
        "form": form,
        "tab": tab,
        "now": now,
        "today": moscow.today(now),
        "is_form_open": bool(form and (form.is_bound or "comment" in request.GET or context.get("draft_words"))),
        "line": line or {},
        **_rights(request, shown),
    }
    if context["is_form_open"]:
        context["day_counts"] = tasks_per_day(request.user, now)
    if tab == "feed":
        context |= feed(shown, request.user, now, kind=request.GET.get("kind", ""))
    if tab == "files" and context["can_see_files"]:
        context |= files_panel(request.user, shown.partner, shown)
    if tab == "tasks":
        context["done_tasks"] = (
            shown.tasks.filter(done_at__isnull=False).select_related("done_by").order_by("-done_at")[:50]
        )
    return render(request, "deals/deal.html", context, status=status)


def _comment_form(
    request: HttpRequest, shown: Deal, next_task: Task | None
) -> tuple[CallCommentForm, CommentDraft | None]:
    """The form as the author left it, or a fresh one."""
    saved = CommentDraft.objects.filter(author=request.user, deal=shown).first() if shown.has_draft else None
    initial = {"kind": "call", "time": "12:00", "completed_task": next_task and next_task.pk}
    if saved:
        initial |= saved.fields
    return CallCommentForm(deal=shown, initial=initial), saved


def _draft_words(saved: CommentDraft) -> str:
    return _("draft saved at %(time)s") % {"time": formatting.time_of_day(saved.saved_at)}


def _rights(request: HttpRequest, shown: Deal) -> dict[str, bool]:
    """What this reader may do here; a control he has no right for is absent."""
    user = request.user
    return {
        "can_move": shown.is_open and may(user, "deal.move"),
        "can_append": may(user, "deal.append_main_comment"),
        "can_plan": shown.is_open and may(user, "task.create"),
        "can_invoice": shown.is_open and may(user, "invoice.draft"),
        "can_offer": may(user, "deal.create") and may(user, "deal.update"),
        "can_keep": may(user, "partner.update"),
        "can_raise": may(user, "problem.raise"),
        "can_resolve": may(user, "problem.resolve"),
        "can_see_invoices": may(user, "invoice.read"),
        "can_see_files": may(user, "file.read"),
    }
