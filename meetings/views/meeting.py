"""The page of a planning meeting: prepared by the manager, run by the head, frozen when it has been held (R16)."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission
from core import moscow
from core.errors import RuleViolation
from meetings import actions
from meetings.forms import DecisionForm, MoveForm, PreparationForm, RuledForm, SkipForm
from meetings.models import Meeting, MeetingRow
from meetings.rules import KEPT_NAMES, LIST_NAMES, SHOWN_UNDER, Listed
from meetings.selectors.calendar import calendar, following, meeting_of_now
from meetings.selectors.lines import Line, figures_of, former_of, lines_of, now_words
from partners.models import Partner

VERDICTS = [
    (MeetingRow.Verdict.AGREED, "check", "KeyA"),
    (MeetingRow.Verdict.REWORK, "pencil", "KeyE"),
    (MeetingRow.Verdict.NO, "x", "KeyX"),
]
"""Each with its icon and its key."""

USUAL_DAYS = 3
"""A decision is to be carried out within so many days, when the head says no other."""


@permission("meeting.read")
def home(request: HttpRequest) -> HttpResponse:
    """The meeting that goes on or comes next; without any, how to make one."""
    found = meeting_of_now(request.user, timezone.now())
    if found:
        return redirect("meetings:meeting", found.pk)
    return render(request, "meetings/empty.html", {"can_schedule": may(request.user, "meeting.schedule")})


@permission("meeting.read")
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "meetings/meeting.html", page_context(request, _meeting(request, pk)))


@permission("meeting.prepare")
@require_POST
def prepare(request: HttpRequest, pk: int, partner: int) -> HttpResponse:
    """Keep the manager's own solution and his correction of the lists."""
    form = PreparationForm(request.POST, prefix=str(partner))

    def act(shown: Meeting, row: Partner, now) -> None:
        actions.prepare(shown, row, actions.Preparation(**form.cleaned_data), by=request.user, now=now)

    return _on_row(request, pk, partner, form, act)


@permission("meeting.run")
@require_POST
def decide(request: HttpRequest, pk: int, partner: int) -> HttpResponse:
    """Keep the head's verdict and decision; the button that was pressed is the verdict."""
    form = DecisionForm(request.POST, prefix=str(partner))

    def act(shown: Meeting, row: Partner, now) -> None:
        data = form.cleaned_data
        actions.decide(
            shown,
            row,
            verdict=data["verdict"],
            decision=data["decision"],
            due_at=form.due_at(),
            by=request.user,
            now=now,
        )

    return _on_row(request, pk, partner, form, act)


@permission("meeting.run")
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, actions.begin)


@permission("meeting.run")
@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, actions.hold)


def _do(request: HttpRequest, pk: int, act: Any) -> HttpResponse:
    """What concerns the whole meeting; a refusal is told over the page."""
    shown = _meeting(request, pk)
    try:
        act(shown, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
    return redirect("meetings:meeting", pk)


def _on_row(request: HttpRequest, pk: int, partner: int, form: RuledForm, act: Any) -> HttpResponse:
    """What concerns one row; a refusal stands at its field, and what was typed stays."""
    shown = _meeting(request, pk)
    row = get_object_or_404(Partner.objects.visible_to(request.user), pk=partner)
    if form.is_valid():
        try:
            act(shown, row, timezone.now())
        except RuleViolation as violation:
            form.refuse(violation)
        else:
            return redirect(_page(request, pk) + f"#partner-{partner}")
    context = page_context(request, shown, refused={partner: form})
    return render(request, "meetings/meeting.html", context, status=422)


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.visible_to(request.user).select_related("manager", "held_by"), pk=pk)


def _page(request: HttpRequest, pk: int) -> str:
    chosen = request.POST.get("list", "")
    return reverse("meetings:meeting", args=[pk]) + (f"?list={chosen}" if chosen in set(Listed) else "")


def page_context(
    request: HttpRequest, shown: Meeting, *, refused: dict[int, RuledForm] | None = None, forms: Any = None
) -> dict[str, Any]:
    """Everything that the page shows; `refused` are forms of rows that were not taken."""
    now = timezone.now()
    lines = lines_of(shown, now)
    figures = figures_of(lines)
    asked = request.POST.get("list") or request.GET.get("list", "")
    chosen = asked if asked in set(Listed) else ""
    before = former_of([shown]).get(shown.manager_id)
    may_run = shown.is_open and may(request.user, "meeting.run")
    may_prepare = shown.is_open and may(request.user, "meeting.prepare")
    return {
        "meeting": shown,
        "groups": _groups(lines, chosen, refused or {}, may_run, may_prepare, now),
        "figures": figures,
        "before": before,
        "figures_before": figures_of(lines_of(before, now)) if before else None,
        "lists": [(code, LIST_NAMES[code], figures.counts[code]) for code in Listed],
        "chosen": chosen,
        "calendar": calendar(request.user, shown, now),
        "following": following(request.user, shown) if may_run else None,
        "can_run": may_run,
        "can_prepare": may_prepare,
        "can_schedule": may(request.user, "meeting.schedule"),
        "minutes": int((now - shown.begun_at).total_seconds() // 60) if shown.begun_at and shown.is_open else None,
        "planned_minutes": int((shown.ends_at - shown.starts_at).total_seconds() // 60),
        "verdicts": VERDICTS,
        "now": now,
        "today": moscow.today(now),
        "move_form": MoveForm(initial={"day": moscow.today(shown.starts_at)}),
        "skip_form": SkipForm(),
        **(forms or {}),
    }


def _groups(lines: list[Line], chosen: str, refused: dict, may_run: bool, may_prepare: bool, now) -> list[dict]:
    """The table: one group when a list is chosen, else each partner once, under its most urgent list."""
    if chosen:
        wanted = [(Listed(chosen), [line for line in lines if chosen in line.lists])]
    else:
        wanted = [(code, [line for line in lines if line.group == (code or "")]) for code in (*SHOWN_UNDER, None)]
    return [
        {
            "code": code,
            "title": LIST_NAMES[code] if code else _("The rest of the portfolio"),
            "total": sum(_amount(line, code) for line in found),
            "rows": [_row(line, refused, may_run, may_prepare, now) for line in found],
        }
        for code, found in wanted
        if found
    ]


def _amount(line: Line, code: Listed | None) -> Any:
    """What a line adds to the sum of its group: of a renewal, of an add-on, or of both."""
    if code in {Listed.SURE, Listed.DOUBTFUL}:
        return line.renewal_amount
    return line.addon_amount if code == Listed.ADDON else line.amount


def _row(line: Line, refused: dict[int, RuledForm], may_run: bool, may_prepare: bool, now) -> dict[str, Any]:
    form = refused.get(line.partner)
    prefix = str(line.partner)
    due_on = moscow.today(line.decided_for or now + timedelta(days=USUAL_DAYS))
    return {
        "line": line,
        "now_words": now_words(line),
        "kept_name": KEPT_NAMES.get(line.kept, ""),
        "verdict_name": MeetingRow.Verdict(line.verdict).label if line.verdict else "",
        "preparation": (form if isinstance(form, PreparationForm) else None)
        or (PreparationForm(prefix=prefix, initial=vars(line)) if may_prepare else None),
        "is_preparation_wrong": isinstance(form, PreparationForm),
        "decision": (form if isinstance(form, DecisionForm) else None)
        or (DecisionForm(prefix=prefix, initial={"decision": line.decision, "due_on": due_on}) if may_run else None),
    }
