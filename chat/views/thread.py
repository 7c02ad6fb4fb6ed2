"""The panel of a thread: beside a deal or the inbox, as a fragment for htmx; sending, answering, mending, reading."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from accounts.permissions import may, permission
from chat.actions import answer_request, edit_message, finish_request, mark_read, refuse_request, send_message
from chat.checking import MAX_FILES
from chat.forms import MessageForm
from chat.kinds import NETWORKS, Side, side_of
from chat.models import Message, MessageFile, Thread
from chat.selectors.thread import (
    MOST_SHOWN,
    PAGE_SIZE,
    deal_numbers,
    feed,
    get_message,
    get_thread,
    people_to_mention,
    stamp_of,
)
from core import moscow
from core.errors import RuleViolation
from deals.models import Deal
from deals.selectors.deal_card import get_deal
from deals.views.deal import card_context
from files.kinds import ACCEPT
from files.responses import file_response

DEEDS = {"answer": answer_request, "done": finish_request, "refuse": refuse_request}


@permission("chat.read")
def of_deal(request: HttpRequest, pk: int) -> HttpResponse:
    """The deal card with the thread in the place of its rail; for htmx the rail alone."""
    deal = get_deal(request.user, pk)
    thread = get_thread(request.user, deal.partner_id)
    context = panel_context(request, thread, deal)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "chat/_panel.html", context)
    return render(request, "chat/deal.html", card_context(request, deal) | context)


@permission("chat.read")
def read_feed(request: HttpRequest, pk: int) -> HttpResponse:
    """The feed as it is now, or 204 when the page shows it already (?stamp=)."""
    thread = get_thread(request.user, pk)
    if request.GET.get("stamp") == stamp_of(thread):
        return HttpResponse(status=204)
    return _feed(request, thread, _deal(request, thread))


@permission("chat.post")
@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message. The composer comes back empty with the new feed, or as it was with what is wrong."""
    thread = get_thread(request.user, pk, "chat.post")
    deal = _deal(request, thread)
    form = MessageForm(request.POST, by=request.user)
    if form.is_valid():
        try:
            send_message(
                thread,
                form.draft(),
                deal=deal,
                files=request.FILES.getlist("files"),
                key=form.cleaned_data["key"],
                by=request.user,
                now=timezone.now(),
            )
        except RuleViolation as violation:
            form.show_violation(violation)
        else:
            return _sent(request, thread, deal)
    if request.htmx:
        return render(request, "chat/_composer.html", _composer(request, thread, deal, form), status=422)
    return _page(request, thread, deal, form, status=422)


@permission("chat.answer")
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a request: do=answer, done or refuse, the last with its reason in `text`."""
    message = get_message(request.user, pk, "chat.answer")
    thread = get_thread(request.user, message.partner_id)
    deal = _deal(request, thread)
    if request.POST.get("do") not in DEEDS:
        raise BadRequest("what to do with the request is not said")
    error = ""
    try:
        DEEDS[request.POST["do"]](message, request.POST.get("text", ""), by=request.user, now=timezone.now())
    except RuleViolation as violation:
        error = violation.message
    return _changed(request, thread, deal, error, message if error else None)


@permission("chat.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Mend one's own message within 15 minutes, in a dialog or on a page of its own."""
    message = get_object_or_404(Message.objects.visible_to(request.user, "chat.edit"), pk=pk)
    thread = get_thread(request.user, message.partner_id)
    deal = _deal(request, thread)
    text, error = message.text, ""
    if request.method == "POST":
        text = request.POST.get("text", "")
        try:
            edit_message(message, text, by=request.user, now=timezone.now())
        except RuleViolation as violation:
            error = violation.message
        else:
            return trigger_client_event(_changed(request, thread, deal), "dialog:close", {})
    context = {"message": message, "thread": thread, "deal": deal, "text": text, "error": error}
    template = "chat/_edit_dialog.html" if request.htmx else "chat/edit.html"
    return render(request, template, context | {"is_dialog": bool(request.htmx)}, status=422 if error else 200)


@permission("chat.read")
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """The former wordings of a message, the latest first."""
    message = get_message(request.user, pk)
    former = [event for event in message.events.order_by("-pgh_id") if event.text != message.text]
    context = {"message": message, "former": former, "now": timezone.now()}
    return render(request, "chat/_history_dialog.html" if request.htmx else "chat/history.html", context)


@permission("chat.read")
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Note how far the person has seen the thread: `last` is a message of it."""
    thread = get_thread(request.user, pk)
    last = request.POST.get("last", "")
    if last.isascii() and last.isdecimal() and len(last) < 19:
        message = get_object_or_404(Message, partner=thread, pk=int(last))
        mark_read(thread, message, by=request.user, now=timezone.now())
    return HttpResponse(status=204)


@permission("chat.read")
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes of a file of a message, as a download; an image also in the page (?preview)."""
    sent = get_object_or_404(MessageFile.objects.visible_to(request.user).select_related("file"), pk=pk)
    return file_response(sent.file, inline="preview" in request.GET)


def panel_context(
    request: HttpRequest, thread: Thread, deal: Deal | None, form: MessageForm | None = None
) -> dict[str, Any]:
    """The context of `chat/_panel.html`. `deal` is the card beside which it stands, None beside the inbox."""
    return _feed_context(request, thread, deal) | _composer(request, thread, deal, form)


def _feed_context(request: HttpRequest, thread: Thread, deal: Deal | None) -> dict[str, Any]:
    now = timezone.now()
    shown = min(_number(request, "shown") or PAGE_SIZE, MOST_SHOWN)
    context = feed(thread, request.user, now, unread_after=_number(request, "unread_after"), shown=shown)
    numbers = [deal.pk] if deal else deal_numbers(thread, request.user)
    return context | {
        "deal": deal,
        "deal_pk": numbers[0] if numbers else None,
        "can_plan": may(request.user, "task.create"),
        "now": now,
        "today": moscow.today(now),
        "here": _here(thread, deal),
    }


def _composer(
    request: HttpRequest, thread: Thread, deal: Deal | None, form: MessageForm | None = None
) -> dict[str, Any]:
    return {
        "thread": thread,
        "deal": deal,
        "can_post": may(request.user, "chat.post"),
        "composer": form or MessageForm(by=request.user, kind=request.GET.get("ask", "")),
        "people": people_to_mention(thread, request.user),
        "networks": NETWORKS,
        "accept": ACCEPT,
        "max_files": MAX_FILES,
        "is_marketing": side_of(request.user) == Side.MARKETING,
    }


def _sent(request: HttpRequest, thread: Thread, deal: Deal | None) -> HttpResponse:
    if not request.htmx:
        return redirect(_here(thread, deal))
    context = panel_context(request, thread, deal) | {"is_oob": True}
    return trigger_client_event(render(request, "chat/_sent.html", context), "deal:changed", {})


def _changed(
    request: HttpRequest, thread: Thread, deal: Deal | None, error: str = "", refused: Message | None = None
) -> HttpResponse:
    """The feed after an answer or a mending: the fragment for htmx, the page for a plain form."""
    if not request.htmx:
        if error:
            messages.error(request, error)
        return redirect(_here(thread, deal))
    context = _feed_context(request, thread, deal) | {"answer_error": error, "refused": refused}
    response = render(request, "chat/_feed.html", context, status=422 if error else 200)
    return trigger_client_event(retarget(reswap(response, "outerHTML"), "#chat-feed"), "deal:changed", {})


def _feed(request: HttpRequest, thread: Thread, deal: Deal | None) -> HttpResponse:
    return render(request, "chat/_feed.html", _feed_context(request, thread, deal))


def _page(
    request: HttpRequest, thread: Thread, deal: Deal | None, form: MessageForm, status: int = 200
) -> HttpResponse:
    """The whole page with the panel, for a plain form that was refused."""
    from chat.views.inbox import inbox_page

    if deal is None:
        return inbox_page(request, panel_context(request, thread, None, form), status=status)
    context = card_context(request, deal) | panel_context(request, thread, deal, form)
    return render(request, "chat/deal.html", context, status=status)


def _deal(request: HttpRequest, thread: Thread) -> Deal | None:
    """The card beside which the panel stands, when the form or the address names one of this partner's."""
    pk = _number(request, "deal")
    deal = Deal.objects.visible_to(request.user).filter(pk=pk, partner=thread).first() if pk else None
    return get_deal(request.user, deal.pk) if deal and not request.htmx else deal


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name) or request.GET.get(name) or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _here(thread: Thread, deal: Deal | None) -> str:
    """The address of the page on which the panel stands open."""
    return reverse("chat:deal", args=[deal.pk]) if deal else f"{reverse('chat:inbox')}?thread={thread.pk}"
