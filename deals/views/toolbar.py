"""What stands over a board and its list: the layout, the saved views, the filters, the columns."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, QueryDict

from accounts.permissions import Scope, scope
from core import moscow
from deals.filter_chips import chips, without
from deals.filters import DealFilter
from deals.models import Pipeline
from deals.selectors.saved_views import views_menu

PASSING = ["segment", "loaded", "open", "shown", "start", "after", "page"]
"""What the address tells of this very reading: a link to another layout or filter leaves it out."""


def board_filters(request: HttpRequest, pipeline: Pipeline, now: datetime) -> DealFilter:
    """The reader's deals of the pipeline, narrowed by the address."""
    return DealFilter(request.GET, user=request.user, pipeline=pipeline, now=now)


def toolbar(
    request: HttpRequest, pipeline: Pipeline, filters: DealFilter, now: datetime, layout: str
) -> dict[str, Any]:
    """The context of `deals/_board_toolbar.html`. Each address names the layout: an empty one means «as last time»."""
    params = request.GET.copy()
    for name in PASSING:
        params.pop(name, None)
    params["layout"] = "list" if layout == "list" else "board"
    found = chips(filters, pipeline.code, params, moscow.today(now))
    return {
        "filters": filters,
        "is_narrowed": filters.is_narrowed,
        "chips": found,
        "set_chips": sum(bool(chip.words) for chip in found) + bool(params.get("q")),
        "filter_errors": [(chip.label, error) for chip in found for error in chip.errors]
        + [(filters.form["q"].label, error) for error in filters.form["q"].errors],
        "without_filters": without(params, [*filters.filters, "view"]),
        "kept_params": _kept(params, filters),
        "views": views_menu(request.user, pipeline, request.GET, layout),
        "layout": layout,
        "layouts": {
            "board": _with(params, layout="board"),
            "list": _with(params, layout="list"),
            "terms": without(params, ["layout", "sort", "columns"]),
        },
        "shows_manager": scope(request.user, "deal.read") == Scope.ALL,
    }


def _kept(params: QueryDict, filters: DealFilter) -> list[tuple[str, str]]:
    """What the form of the filters carries along: everything but the filters themselves."""
    return [(name, value) for name, values in params.lists() if name not in filters.filters for value in values]


def _with(params: QueryDict, **changed: str) -> str:
    other = params.copy()
    for name, value in changed.items():
        other[name] = value
    return f"?{other.urlencode()}"
