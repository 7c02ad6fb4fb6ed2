"""Changing many rows of a board or a list: what is chosen, what would change, doing it, taking it back."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.permissions import may, permission
from core import formatting, moscow
from deals.actions.bulk import MOST_ROWS, Row
from deals.bulk import OF_DEALS, OF_PARTNERS, Verb
from deals.models import Deal, Pipeline
from deals.selectors.bulk import next_tasks
from deals.selectors.deal_list import listed
from deals.selectors.load import load_of
from deals.views.partner_filter import found_partners
from deals.views.toolbar import board_filters
from partners.models import Partner

REASONS_TOLD = 3
"""So many refusals are named in the message of an undo."""


@dataclass(frozen=True)
class Place:
    """Where rows are chosen: those that may be, those of the filter, and the addresses."""

    visible: QuerySet
    found: QuerySet
    page: str
    url: str
    owner: str = "deal"


@permission("deal.move")
@require_POST
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Move the chosen deals to a status of their pipeline."""
    pipeline = get_object_or_404(Pipeline, code=code)
    return _bulk(request, OF_DEALS["move"], _board(request, pipeline, "move"), pipeline=pipeline)


@permission("task.update")
@require_POST
def reschedule(request: HttpRequest, code: str) -> HttpResponse:
    """Move the next tasks of the chosen deals to another day (R2)."""
    return _bulk(request, OF_DEALS["reschedule"], _board(request, get_object_or_404(Pipeline, code=code), "reschedule"))


@permission("deal.reassign")
@require_POST
def reassign(request: HttpRequest, code: str) -> HttpResponse:
    """Give the chosen deals to another manager."""
    return _bulk(request, OF_DEALS["reassign"], _board(request, get_object_or_404(Pipeline, code=code), "reassign"))


@permission("task.update")
@require_POST
def partner_reschedule(request: HttpRequest) -> HttpResponse:
    """Move the next tasks of the chosen partners to another day (R2)."""
    return _bulk(request, OF_PARTNERS["reschedule"], _partners(request, "reschedule"))


@permission("partner.reassign")
@require_POST
def partner_reassign(request: HttpRequest) -> HttpResponse:
    """Give the chosen partners, with their open work, to another manager."""
    return _bulk(request, OF_PARTNERS["reassign"], _partners(request, "reassign"))


@permission("deal.move")
@require_POST
def undo_move(request: HttpRequest) -> HttpResponse:
    """Put the deals that were moved together back where they stood."""
    return _undo(request, OF_DEALS["move"])


@permission("task.update")
@require_POST
def undo_reschedule(request: HttpRequest) -> HttpResponse:
    """Put the tasks that were moved together back where they stood."""
    return _undo(request, OF_DEALS["reschedule"])


def _bar(request: HttpRequest, verbs: dict[str, Verb], links: dict[str, str], count: int, right: str) -> dict[str, Any]:
    """The context of `deals/_bulk_bar.html`: what this person may do, and how many rows the filter has."""
    offered = [
        {"verb": verb, "url": _narrowed(request, links[code])}
        for code, verb in verbs.items()
        if may(request.user, verb.permission)
    ]
    export = _narrowed(request, links["export"]) if may(request.user, right) else ""
    return {"verbs": offered, "count": count, "export_url": export}


def deals_bar(request: HttpRequest, pipeline: Pipeline, count: int) -> dict[str, Any]:
    links = {code: reverse(f"deals:bulk-{code}", args=[pipeline.code]) for code in [*OF_DEALS, "export"]}
    return _bar(request, OF_DEALS, links, count, "deal.export")


def partners_bar(request: HttpRequest, count: int) -> dict[str, Any]:
    links = {code: reverse(f"partners:bulk-{code}") for code in [*OF_PARTNERS, "export"]}
    return _bar(request, OF_PARTNERS, links, count, "partner.export")


def _narrowed(request: HttpRequest, url: str) -> str:
    """The address with the filter of the page."""
    query = request.GET.urlencode()
    return f"{url}?{query}" if query else url


def _board(request: HttpRequest, pipeline: Pipeline, code: str) -> Place:
    return Place(
        visible=Deal.objects.visible_to(request.user).filter(pipeline=pipeline),
        found=deals_of_filter(request, pipeline),
        page=reverse("deals:board", args=[pipeline.code]),
        url=reverse(f"deals:bulk-{code}", args=[pipeline.code]),
    )


def _partners(request: HttpRequest, code: str) -> Place:
    return Place(
        visible=Partner.objects.visible_to(request.user),
        found=found_partners(request, timezone.now()).partners,
        page=reverse("partners:list"),
        url=reverse(f"partners:bulk-{code}"),
        owner="deal__partner",
    )


def deals_of_filter(request: HttpRequest, pipeline: Pipeline) -> QuerySet[Deal]:
    """The same deals that the board or the list of this address counts."""
    filters = board_filters(request, pipeline, timezone.now())
    narrowed = filters.qs
    stage = filters.form.cleaned_data.get("stage")
    return listed(narrowed, bool(stage and stage.is_final))


def picked(request: HttpRequest, place: Place) -> list[int]:
    """The numbers that are chosen: those sent along, or everything of the filter; one more than may be, at most.

    404 when any of them is not the person's to see: then nothing of the request is done.
    """
    if "picked" in request.POST:
        texts = request.POST["picked"].split(",")
    elif "everything" in request.POST:
        return list(place.found.values_list("pk", flat=True)[: MOST_ROWS + 1])
    else:
        texts = request.POST.getlist("pick")
    keys = numbers_of(texts)
    if len(keys) <= MOST_ROWS and place.visible.filter(pk__in=keys).count() != len(keys):
        raise Http404
    return sorted(keys)


def _bulk(request: HttpRequest, verb: Verb, place: Place, **form_arguments: Any) -> HttpResponse:
    """Ask and preview; when what was previewed is sent back, do it and report."""
    step = request.POST.get("step", "")
    form = verb.form(request.POST if step else None, auto_id="bulk_%s", **form_arguments)
    if step == "do" and form.is_valid() and request.POST.get("previewed") == form.key():
        return _do(request, verb, place, form)
    now = timezone.now()
    keys = picked(request, place)
    is_too_many = len(keys) > MOST_ROWS
    is_ready = keys and not is_too_many and form.is_valid()
    lines = verb.preview(request.user, keys, now=now, **form.values()) if is_ready else []
    able = [line for line in lines if not line.refusal]
    context = {
        "verb": verb,
        "form": form,
        "url": _narrowed(request, place.url),
        "next": back_from(request, place.page),
        "chosen": len(keys),
        "most": MOST_ROWS,
        "is_too_many": is_too_many,
        "is_ready": is_ready,
        "picked": ",".join(map(str, keys[:MOST_ROWS])),
        "able": able,
        "unable": [line for line in lines if line.refusal],
        "rows": ",".join(str(Row(line.pk, line.version)) for line in able),
        "previewed": form.key() if is_ready else "",
        "today": moscow.today(now),
        "now": now,
        "is_dialog": bool(request.htmx),
    }
    if verb.code == "reschedule" and keys and not is_too_many:
        people = {task.assignee_id for task in next_tasks(request.user, keys, place.owner).values()}
        context["day_counts"] = load_of(people, now)
    is_refused = is_too_many or not keys or (step and not form.is_valid())
    template = "deals/_bulk_dialog.html" if request.htmx else "deals/bulk.html"
    return render(request, template, context, status=422 if is_refused else 200)


def _do(request: HttpRequest, verb: Verb, place: Place, form: Any) -> HttpResponse:
    rows = _rows(request)
    names = _names(request, verb, rows)
    report = verb.act(rows, by=request.user, now=timezone.now(), **form.values())
    context = {
        "verb": verb,
        "done": len(report.done),
        "refused": [(names[pk], reason) for pk, reason in report.refused.items()],
        "undo_url": reverse(f"deals:bulk-undo-{verb.code}") if report.undoable and verb.undo else "",
        "undo_rows": ",".join(map(str, report.undoable)),
        "next": back_from(request, place.page),
        "is_dialog": bool(request.htmx),
    }
    return render(request, "deals/_bulk_report_dialog.html" if request.htmx else "deals/bulk_report.html", context)


def _undo(request: HttpRequest, verb: Verb) -> HttpResponse:
    rows = _rows(request)
    names = _names(request, verb, rows)
    report = verb.undo(rows, by=request.user, now=timezone.now())
    if report.done:
        done = len(report.done)
        messages.success(request, ngettext("Put back: %(n)s row", "Put back: %(n)s rows", done) % {"n": done})
    if report.refused:
        told = [f"{names[pk]}: {reason}" for pk, reason in list(report.refused.items())[:REASONS_TOLD]]
        left = len(report.refused)
        words = ngettext("Not put back: %(n)s row.", "Not put back: %(n)s rows.", left) % {"n": left}
        messages.error(request, " ".join([words, *told]))
    return HttpResponseRedirect(back_from(request, reverse("deals:board", args=["renewal"])))


def _rows(request: HttpRequest) -> list[Row]:
    """The rows of a preview as they came back. 404 for what no preview has given out."""
    try:
        rows = [Row.read(text) for text in request.POST.get("rows", "").split(",") if text]
    except ValueError as error:
        raise Http404 from error
    if len(rows) > MOST_ROWS:
        raise Http404
    return rows


def _names(request: HttpRequest, verb: Verb, rows: list[Row]) -> dict[int, str]:
    """The partners of these rows. 404 when any row is not the person's to change: then nothing of them is done."""
    keys = {row.pk for row in rows}
    names = dict(verb.changing(request.user).filter(pk__in=keys).values_list("pk", verb.owner))
    if len(names) != len(keys):
        raise Http404
    return {pk: formatting.typography(name) for pk, name in names.items()}


def numbers_of(texts: list[str]) -> set[int]:
    """The numbers of rows as a form sends them. 404 for what is none."""
    texts = [text for text in texts if text]
    if not all(text.isascii() and text.isdecimal() and len(text) < 10 for text in texts):
        raise Http404
    return {int(text) for text in texts}


def back_from(request: HttpRequest, page: str) -> str:
    """The page that the form names in `next`, when it is one of ours; else the one it belongs to."""
    target = request.POST.get("next") or ""
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return target
    return page
