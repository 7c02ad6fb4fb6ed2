"""The boards of the three pipelines."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.permissions import Scope, may, permission, scope
from deals.filters import DealFilter
from deals.models import Deal, Pipeline, Stage
from deals.selectors import board as selectors
from deals.selectors.deal_card import PIPELINE_ICONS


@permission("deal.read")
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The board of a pipeline, narrowed by the URL."""
    pipeline = get_object_or_404(Pipeline, code=code)
    now = timezone.now()
    filters = _filters(request, pipeline)
    whole = request.GET.get("whole", "")
    columns, finals = selectors.board(pipeline, filters.qs, now, whole=int(whole) if whole.isdecimal() else None)
    context = {
        "pipeline": pipeline,
        "pipeline_icon": PIPELINE_ICONS[pipeline.code],
        "filters": filters,
        "has_filters": any(request.GET.get(name) for name in filters.filters),
        "columns": columns,
        "finals": finals,
        "count": sum(column.count for column in columns),
        "total": sum(column.total for column in columns),
        "can_move": may(request.user, "deal.move"),
        "shows_manager": scope(request.user, "deal.read") == Scope.ALL,
        "now": now,
    }
    return render(request, "deals/board.html", context)


@permission("deal.read")
def more(request: HttpRequest, code: str, stage_pk: int) -> HttpResponse:
    """The next cards of a column."""
    pipeline = get_object_or_404(Pipeline, code=code)
    stage = get_object_or_404(Stage, pipeline=pipeline, pk=stage_pk)
    now = timezone.now()
    deals = _filters(request, pipeline).qs
    cards = selectors.more_cards(pipeline, stage, deals, request.GET.get("after", ""), now)
    shown = int(request.GET["shown"]) if request.GET.get("shown", "").isdecimal() else 0
    column = selectors.Column(stage, count=deals.open().filter(stage=stage).count() - shown, cards=cards)
    context = {
        "pipeline": pipeline,
        "column": column,
        "shown": shown + len(cards),
        "can_move": may(request.user, "deal.move"),
        "now": now,
    }
    return render(request, "deals/_board_cards.html", context)


def _filters(request: HttpRequest, pipeline: Pipeline) -> DealFilter:
    return DealFilter(request.GET, queryset=Deal.objects.visible_to(request.user).filter(pipeline=pipeline))
