"""The deal card: what was agreed, the comment form, the timeline and the facts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission
from core import moscow
from core.errors import RuleViolation
from deals.actions import append_main_comment
from deals.forms.comment import CallCommentForm
from deals.models import Deal, Task
from deals.selectors.deal_card import deal_card, get_deal
from deals.selectors.feed import feed
from deals.selectors.files import files_panel
from deals.views.commenting import comment_context, submit_comment
from deals.views.ways import way_back

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
    form = submit_comment(request, commented)
    if form is None:
        return redirect(way_back(request, pk))
    return _render_card(request, commented, form=form, status=422)


@permission("deal.append_main_comment")
@require_POST
def main_comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a dated line to the main comment."""
    target = get_deal(request.user, pk)
    text, length = request.POST.get("text", ""), request.POST.get("seen", "")
    seen = int(length) if length.isdecimal() and len(length) < 10 else None
    try:
        append_main_comment(target, text, by=request.user, now=timezone.now(), seen=seen)
    except RuleViolation as violation:
        line = {"text": text, "error": violation.message, "added": getattr(violation, "added", "")}
        return _render_card(request, target, form=None, status=422, line=line)
    return redirect("deals:deal", pk=pk)


def _render_card(
    request: HttpRequest, shown: Deal, *, form: CallCommentForm | None, status: int = 200, line: dict | None = None
) -> HttpResponse:
    context = card_context(request, shown, form=form, line=line)
    return render(request, "deals/deal.html", context, status=status)


def card_context(
    request: HttpRequest, shown: Deal, *, form: CallCommentForm | None = None, line: dict | None = None
) -> dict:
    """The context of `deals/deal.html`: the card with the tab of the address, the comment's form, what one may do."""
    now = timezone.now()
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else TABS[0]
    context = deal_card(shown, request.user, now)
    context |= {
        "tab": tab,
        "now": now,
        "today": moscow.today(now),
        "line": line or {},
        **_rights(request, shown),
    }
    if context["can_comment"]:
        is_open = form is not None or "comment" in request.GET or shown.has_draft
        context |= comment_context(request, shown, _called_task(request, context), now, form) if is_open else {}
    if tab == "feed":
        context |= feed(shown, request.user, now, kind=request.GET.get("kind", ""))
    if tab == "files" and context["can_see_files"]:
        context |= files_panel(request.user, shown.partner, shown)
    if tab == "tasks":
        context["done_tasks"] = (
            shown.tasks.filter(done_at__isnull=False).select_related("done_by").order_by("-done_at")[:50]
        )
    return context


def _called_task(request: HttpRequest, context: dict) -> Task | None:
    """The task that the call was about: the one named in the address, else the next one."""
    named = request.GET.get("task", "")
    return next((task for task in context["open_tasks"] if str(task.pk) == named), context["next_task"])


def _rights(request: HttpRequest, shown: Deal) -> dict[str, bool]:
    """What this reader may do here; a control he has no right for is absent."""
    user = request.user
    return {
        "can_comment": shown.is_open and may(user, "call_comment.create"),
        "can_log_call": may(user, "call.log"),
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
