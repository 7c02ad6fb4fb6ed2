"""The boards of the three pipelines."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.permissions import may, permission
from deals.models import Pipeline, Stage
from deals.selectors import board as selectors
from deals.selectors.deal_card import PIPELINE_ICONS
from deals.views.bulk import deals_bar
from deals.views.deal_list import deal_list
from deals.views.toolbar import board_filters, toolbar


@permission("deal.read")
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The board of a pipeline, narrowed by the URL; with `layout=list`, its list; bare, the reader's usual view."""
    pipeline = get_object_or_404(Pipeline, code=code)
    now = timezone.now()
    filters = board_filters(request, pipeline, now)
    if request.GET.get("layout") == "list":
        return deal_list(request, pipeline, filters, now)
    bar = toolbar(request, pipeline, filters, now, "board")
    if not request.GET and not request.htmx and bar["views"].default:
        return redirect(bar["views"].default.url)
    view = _view(request)
    columns, finals = selectors.board(pipeline, filters.qs, now, view)
    context = {
        "pipeline": pipeline,
        "pipeline_icon": PIPELINE_ICONS[pipeline.code],
        "columns": columns,
        "finals": finals,
        "count": sum(column.count for column in columns),
        "total": sum(column.total for column in columns),
        "stamp": selectors.stamp(filters.qs.open()),
        "most_cards": selectors.MOST_CARDS,
        "can_move": may(request.user, "deal.move"),
        "now": now,
    }
    context["bulk"] = deals_bar(request, pipeline, context["count"])
    return render(request, "deals/board.html", context | bar)


@permission("deal.read")
def more(request: HttpRequest, code: str, stage_pk: int) -> HttpResponse:
    """The next cards of a column."""
    pipeline = get_object_or_404(Pipeline, code=code)
    stage = get_object_or_404(Stage, pipeline=pipeline, pk=stage_pk)
    now = timezone.now()
    deals = board_filters(request, pipeline, now).qs
    view = _view(request)
    cards = selectors.more_cards(pipeline, stage, deals, request.GET.get("after", ""), now, view)
    shown = _number(request.GET.get("shown", "")) or 0
    column = selectors.Column(stage, count=selectors.column_size(deals, stage, now, view) - shown, cards=cards)
    context = {
        "pipeline": pipeline,
        "column": column,
        "shown": shown + len(cards),
        "can_move": may(request.user, "deal.move"),
        "bulk": True,
        "now": now,
    }
    return render(request, "deals/_board_cards.html", context)


@permission("deal.read")
def stamp(request: HttpRequest, code: str) -> HttpResponse:
    """Whether the board has changed: the page asks every half a minute, and reads the board anew when it has."""
    pipeline = get_object_or_404(Pipeline, code=code)
    deals = board_filters(request, pipeline, timezone.now()).qs
    return HttpResponse(selectors.stamp(deals.open()), content_type="text/plain")


def _view(request: HttpRequest) -> selectors.View:
    """From the address: `shown=12:80,13:40`, `segment=12:overdue`, `open=14`. What makes no sense is ignored."""
    shown = {}
    for part in request.GET.get("loaded", "")[:200].split(","):
        stage, _colon, count = part.partition(":")
        if _number(stage) and _number(count):
            shown[_number(stage)] = _number(count)
    stage, _colon, activity = request.GET.get("segment", "").partition(":")
    is_segment = _number(stage) and activity in list(selectors.Activity)
    return selectors.View(
        shown=shown,
        segment=(_number(stage), selectors.Activity(activity)) if is_segment else None,
        unfolded=_number(request.GET.get("open", "")),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
