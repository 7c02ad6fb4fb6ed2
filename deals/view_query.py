"""What of a board's address a saved view keeps, and the address that a saved view opens."""

from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from deals.filters import DealFilter
from deals.models import Layout, SavedView
from deals.selectors.deal_list import DEFAULT_SORT

FILTERS = sorted(DealFilter.base_filters)
OF_LIST = ["sort", "columns"]
"""What only the list has; a board or «Сроки» forgets it."""


def query_of(params: QueryDict, layout: str) -> str:
    """The filters of an address in one order whatever theirs was, so that two queries are equal or really differ."""
    kept = QueryDict(mutable=True)
    for name in [*FILTERS, *(OF_LIST if layout == Layout.LIST else [])]:
        values = [value.strip() for value in params.getlist(name) if value.strip()]
        if values and (name, values[-1]) != ("sort", DEFAULT_SORT):
            kept.setlist(name, sorted(set(values)) if name == "columns" else values[-1:])
    return kept.urlencode()


def layout_of(params: QueryDict) -> str:
    """The layout that an address names; the board, when it names none or a strange one."""
    return params["layout"] if params.get("layout") in Layout.values else Layout.BOARD


def address_of(view: SavedView) -> str:
    """The address of the boards that opens the view: it says all, and that it is this view."""
    return address(view.pipeline_id, view.layout, view.query, view=view.pk)


def address(pipeline_code: str, layout: str, query: str = "", **marks: int) -> str:
    """The address of a pipeline in this layout with this query."""
    if layout == Layout.TERMS:
        url, told = reverse("deals:terms", args=[pipeline_code]), {}
    else:
        url, told = reverse("deals:board", args=[pipeline_code]), {"layout": layout}
    told = urlencode({**marks, **told})
    return f"{url}?{'&'.join(filter(None, (told, query)))}"
