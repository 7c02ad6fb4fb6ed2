"""One address for the palette and for the plain page of results."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import User
from accounts.permissions import may, permission
from search.finding import QUERY_LENGTH, find
from search.results import Page


@permission("profile.update")
def search(request: HttpRequest, pages_of: Callable[[User], list[Page]]) -> HttpResponse:
    """Results for `?q=`: the list alone for the palette, a page of its own without scripts.

    `pages_of` tells the places that a person may go to; the sidebar knows them, which is above this room.
    """
    query, now = request.GET.get("q", "").strip()[:QUERY_LENGTH], timezone.now()
    context = {
        "query": query,
        "groups": find(query, request.user, now, pages_of(request.user)),
        "now": now,
        "can_create": may(request.user, "partner.create"),
    }
    return render(request, "search/_results.html" if request.htmx else "search/page.html", context)
