"""The timeline of a deal: its pages, notes, and what is pinned on top."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from accounts.permissions import may, permission
from core import moscow
from core.errors import RuleViolation
from deals.actions import edit_note, pin, unpin, write_note
from deals.models import Deal, Note
from deals.selectors.deal_card import get_deal, open_tasks
from deals.selectors.feed import PINNABLE
from deals.selectors.feed import feed as feed_context


@permission("deal.read")
def feed(request: HttpRequest, pk: int) -> HttpResponse:
    """The next page of the timeline; without `before`, the whole box anew."""
    shown = get_deal(request.user, pk)
    before = moment_of(request.GET.get("before", ""))
    if before is None:
        return _box(request, shown)
    now = timezone.now()
    context = feed_context(shown, request.user, now, kind=request.GET.get("kind", ""), before=before)
    return render(request, "deals/_feed.html", context | _frame(shown))


@permission("note.create")
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a note."""
    shown = get_deal(request.user, pk)
    text = request.POST.get("text", "")
    if request.method != "POST":
        return _note_page(request, shown, request.path, text)
    try:
        write_note(shown, text, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        return _note_page(request, shown, request.path, text, violation.message)
    return _answer(request, shown)


@permission("note.update")
def note_edit(request: HttpRequest, pk: int, note_pk: int) -> HttpResponse:
    """Mend one's own note: within 15 minutes, in place or on a page of its own."""
    shown = get_deal(request.user, pk)
    mended = get_object_or_404(Note.objects.select_related("deal"), deal=shown, pk=note_pk, author=request.user)
    if request.method != "POST":
        return _note_page(request, shown, request.path, mended.text)
    text = request.POST.get("text", "")
    try:
        edit_note(mended, text, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        return _note_page(request, shown, request.path, text, violation.message)
    return _answer(request, shown)


@permission("note.read")
def note_history(request: HttpRequest, pk: int, note_pk: int) -> HttpResponse:
    """The former wordings of a note, newest first."""
    shown = get_deal(request.user, pk)
    mended = get_object_or_404(Note.objects.select_related("author"), deal=shown, pk=note_pk)
    former = [event for event in mended.events.order_by("-pgh_id") if event.text != mended.text]
    context = {"note": mended, "former": former, "deal": shown, "is_dialog": bool(request.htmx)}
    template = "deals/_note_history.html" if request.htmx else "deals/note_history.html"
    return render(request, template, context | _frame(shown))


@permission("deal.pin")
@require_POST
def pinning(request: HttpRequest, pk: int, kind: str, ref: int) -> HttpResponse:
    """Pin an entry with on=1, unpin it without."""
    shown = get_deal(request.user, pk)
    if kind not in PINNABLE:
        raise Http404(kind)
    entry = get_object_or_404(PINNABLE[kind].objects.select_related("deal"), deal=shown, pk=ref)
    error = ""
    try:
        if "on" in request.POST:
            pin(entry, by=request.user, now=timezone.now())
        else:
            unpin(entry, by=request.user)
    except RuleViolation as violation:
        error = violation.message
    return _answer(request, shown, error)


def _answer(request: HttpRequest, shown: Deal, error: str = "") -> HttpResponse:
    """The feed as it is now: the box for htmx, the card for a plain form."""
    if request.htmx and error:
        return trigger_client_event(HttpResponse(status=204), "toast", {"text": error, "kind": "error"})
    if request.htmx:
        response = retarget(reswap(_box(request, shown), "outerHTML"), "#feed-box")
        return trigger_client_event(response, "dialog:close", {})
    if error:
        messages.error(request, error)
    return redirect(reverse("deals:deal", args=[shown.pk]) + "?tab=feed#tabs")


def _box(request: HttpRequest, shown: Deal) -> HttpResponse:
    kind = request.POST.get("kind") or request.GET.get("kind") or ""
    context = feed_context(shown, request.user, timezone.now(), kind=kind) | _frame(shown)
    context |= {
        "open_tasks": open_tasks(shown, request.user),
        "can_plan": shown.is_open and may(request.user, "task.create"),
        "task_back": reverse("deals:deal", args=[shown.pk]),
    }
    return render(request, "deals/_feed_box.html", context)


def _note_page(request: HttpRequest, shown: Deal, url: str, text: str, error: str = "") -> HttpResponse:
    """The form of a note; what was typed stays in it."""
    context = {"url": url, "text": text, "error": error, "is_dialog": bool(request.htmx)} | _frame(shown)
    template = "deals/_note_dialog.html" if request.htmx else "deals/note.html"
    return render(request, template, context, status=422 if error else 200)


def _frame(shown: Deal) -> dict:
    now = timezone.now()
    return {"deal": shown, "partner": shown.partner, "now": now, "today": moscow.today(now)}


def moment_of(text: str):
    """The moment of the address, which anybody may have typed; None when it is none."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None
