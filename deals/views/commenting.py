"""The form of the comment after a call (R3): shown on the deal card and in the calling queue, saved the same way."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import permission
from core import formatting, moscow
from core.errors import RuleViolation
from deals.actions import NextStep, discard_draft, save_call_comment, save_draft
from deals.actions.comments import last_comment
from deals.actions.drafts import DraftConflict
from deals.comment_advice import Meter, Typed, meter
from deals.comment_text import Numbers, parse_comment
from deals.forms.comment import CallCommentForm
from deals.models import CallComment, CommentDraft, Deal, Task
from deals.selectors.deal_card import get_deal
from deals.selectors.load import tasks_per_day
from deals.views.ways import way_back
from partners.models import Metrics

PASTED_LENGTH = 10_000

EXAMPLE = (
    ("Was", "Изучил информацию по работе с заявками (видно, что не до конца)"),
    (
        "Now",
        "Обрабатывает заявки. Сейчас 30 заявок, 4 встречи, 1 договор. Сумма договора 100 000 руб. "
        "Рекомендую продавать дороже и изучить материалы.",
    ),
    (
        "Plans",
        "изучить материалы, отправить записи звонков. Рассматривает CRM систему и материалы «Отдел Продаж».",
    ),
    ("Next", "Нужно созвониться и узнать, внедрил ли скрипт и когда будет покупать CRM и материалы «Отдел Продаж»"),
)
"""The right comment of the department's manual, word for word; it is quoted, not translated."""


def submit_comment(request: HttpRequest, deal: Deal) -> CallCommentForm | None:
    """Save what was sent. None when all is saved; otherwise the form with what is missing, and the text as a draft."""
    previous = last_comment(deal)
    form = CallCommentForm(request.POST, deal=deal, previous=previous)
    is_asked = previous is not None and request.POST.get("promise_of") == str(previous.pk)
    if form.is_valid():
        data = form.cleaned_data
        has_step = data.get("title") and form.due_at
        try:
            save_call_comment(
                deal,
                was=data["was"],
                now_text=data["now"],
                plans=data["plans"],
                numbers=form.numbers,
                next_step=form.next_step() if has_step else _partial_step(form),
                completed_task=data["completed_task"],
                judged=previous if is_asked else None,
                outcomes=form.outcomes,
                by=request.user,
                now=timezone.now(),
            )
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            return None
    save_draft(deal, request.POST.dict(), by=request.user)
    return form


def comment_context(
    request: HttpRequest, deal: Deal, next_task: Task | None, now: datetime, form: CallCommentForm | None = None
) -> dict[str, Any]:
    """What the template of the form needs: the form as the author left it or a fresh one, and what stands around it."""
    previous = last_comment(deal)
    draft = CommentDraft.objects.filter(author=request.user, deal=deal).first()
    if form is None:
        initial = {"kind": "call", "time": "12:00", "completed_task": next_task and next_task.pk}
        form = CallCommentForm(deal=deal, previous=previous, initial=initial | (draft.fields if draft else {}))
    return {
        "form": form,
        "is_form_open": True,
        "closed_task": next_task,
        "previous": previous,
        "silent_days": _silent_days(previous, now),
        "last_metrics": Metrics.objects.filter(partner=deal.partner_id).order_by("-measured_on", "-pk").first(),
        "example": EXAMPLE,
        "draft_words": _draft_words(draft) if draft and not form.is_bound else "",
        "draft_stamp": draft.stamp if draft else "",
        "draft_saved_at": draft.saved_at if draft else None,
        "meter": _meter(form, previous),
        "day_counts": tasks_per_day(request.user, now),
    }


@permission("call_comment.create")
@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is typed; answers with the words that stand beside the form, or with the draft of another tab (409)."""
    deal = get_deal(request.user, pk)
    seen = None if "force" in request.POST else request.POST.get("draft_stamp")
    try:
        saved = save_draft(deal, request.POST.dict(), by=request.user, seen=seen)
    except DraftConflict as conflict:
        other = conflict.draft
        words = _("In another tab this draft was changed at %(time)s.") % {
            "time": formatting.time_of_day(other.saved_at)
        }
        return JsonResponse({"words": words, "stamp": other.stamp, "fields": other.fields}, status=409)
    return JsonResponse({"words": _draft_words(saved) if saved else "", "stamp": saved.stamp if saved else ""})


@permission("call_comment.create")
@require_POST
def forget_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the draft away and close the form."""
    discard_draft(get_deal(request.user, pk), by=request.user)
    return redirect(way_back(request, pk))


@permission("call_comment.create")
@require_POST
def advice(request: HttpRequest, pk: int) -> HttpResponse:
    """The meter for what is typed. Writes nothing."""
    deal = get_deal(request.user, pk)
    previous = last_comment(deal)
    form = CallCommentForm(request.POST, deal=deal, previous=previous)
    form.is_valid()
    return render(request, "deals/_comment_meter.html", {"meter": _meter(form, previous)})


@permission("call_comment.create")
@require_POST
def parse(request: HttpRequest) -> JsonResponse:
    """A pasted text taken apart: the three parts, the numbers, the next step, and what is missing. Writes nothing."""
    parsed = parse_comment(request.POST.get("text", "")[:PASTED_LENGTH])
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


def _meter(form: CallCommentForm, previous: CallComment | None) -> Meter:
    """Of a form that was sent, by its cleaned values; of a fresh one, by its initial ones."""
    texts = {name: str(form[name].value() or "") for name in ("was", "now", "plans")}
    cleaned = getattr(form, "cleaned_data", {})
    numbers = [cleaned.get(name, form[name].value()) for name in vars(Numbers())]
    typed = Typed(
        **texts,
        next_step=str(form["title"].value() or ""),
        due_at=form.due_at if cleaned else None,
        numbers=Numbers(requests=1) if any(number not in (None, "") for number in numbers) else Numbers(),
    )
    return meter(typed, " ".join([previous.was, previous.now, previous.plans]) if previous else "")


def _silent_days(previous: CallComment | None, now: datetime) -> int | None:
    return (moscow.today(now) - moscow.today(previous.called_at)).days if previous else None


def _partial_step(form: CallCommentForm) -> NextStep | None:
    """A step of which only the words or only the date are there: the rule says which part is missing."""
    if not form.cleaned_data.get("title") and not form.due_at:
        return None
    return NextStep(form.cleaned_data.get("title", ""), form.due_at, form.cleaned_data["kind"])


def _draft_words(saved: CommentDraft) -> str:
    return _("draft saved at %(time)s") % {"time": formatting.time_of_day(saved.saved_at)}
