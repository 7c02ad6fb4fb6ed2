"""Notes what a person opens, for the top of an empty palette."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from search.recent import remember

KINDS = {"partners:partner": "partner", "deals:deal": "deal", "invoices:invoice": "invoice"}


class RecentMiddleware:
    """Remember each partner, deal and invoice whose page was shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        kind = KINDS.get(match.view_name) if match else None
        if kind and request.method == "GET" and response.status_code == 200 and not request.htmx:
            remember(request.user, kind, match.kwargs["pk"])
        return response
