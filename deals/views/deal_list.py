"""The list beside the board: `?layout=list` of the same address."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.permissions import Scope, scope
from deals.filters import DealFilter
from deals.models import Pipeline
from deals.selectors import deal_list as selectors
from deals.selectors.deal_card import PIPELINE_ICONS
from deals.views.bulk import deals_bar
from deals.views.toolbar import toolbar


def deal_list(request: HttpRequest, pipeline: Pipeline, filters: DealFilter, now: datetime) -> HttpResponse:
    """The whole list, or, asked by htmx with `start`, its next rows."""
    narrowed = filters.qs
    stage = filters.form.cleaned_data.get("stage")
    deals = selectors.listed(narrowed, bool(stage and stage.is_final))
    sort = selectors.known_sort(request.GET.get("sort", ""))
    offered = selectors.columns_of(pipeline, scope(request.user, "deal.read") == Scope.ALL)
    chosen = set(request.GET.getlist("columns")) & {column.code for column in offered}
    start = _number(request.GET.get("start", "")) if request.htmx else 0
    stop = start + selectors.PAGE_SIZE if start else max(_number(request.GET.get("shown", "")), selectors.PAGE_SIZE)
    rows = selectors.rows(pipeline, deals, now, sort=sort, start=start, stop=min(stop, selectors.MOST_ROWS))
    totals = selectors.totals(deals)
    context = {
        "pipeline": pipeline,
        "rows": rows,
        "columns": [column for column in offered if not chosen or column.code in chosen],
        "next_start": start + len(rows),
        "next_shown": start + len(rows) + selectors.PAGE_SIZE,
        "rest": totals["count"] - start - len(rows),
        "can_load_more": start + len(rows) < selectors.MOST_ROWS,
        "most_rows": selectors.MOST_ROWS,
        "bulk": deals_bar(request, pipeline, totals["count"]),
        "now": now,
        **totals,
    }
    if start:
        return render(request, "deals/_list_rows.html", context)
    context |= toolbar(request, pipeline, filters, now, "list") | {
        "pipeline_icon": PIPELINE_ICONS[pipeline.code],
        "offered_columns": offered,
        "heads": _heads([selectors.ListColumn("partner", _("Partner")), *context["columns"]], sort),
    }
    return render(request, "deals/list.html", context)


@dataclass(frozen=True, slots=True)
class Head:
    """A head of the list, and the order that a click on it asks for: the same head again turns it round."""

    code: str
    label: str
    is_number: bool
    sort: str
    direction: str


def _heads(columns: list[selectors.ListColumn], sort: str) -> list[Head]:
    directions = {sort: "ascending"} if not sort.startswith("-") else {sort[1:]: "descending"}
    return [
        Head(
            code=column.code,
            label=str(column.label),
            is_number=column.is_number,
            sort=f"-{column.code}" if sort == column.code else column.code,
            direction=directions.get(column.code, ""),
        )
        for column in columns
    ]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0
