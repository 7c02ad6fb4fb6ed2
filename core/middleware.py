"""What every request must not have and every page bears."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

NUL = "\0"


class PlainTextMiddleware:
    """Refuse a NUL in the address or in a field with 400: nobody types one, and PostgreSQL stores none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        fields = [*request.GET.lists(), *request.POST.lists()]
        if NUL in request.path_info or any(NUL in text for name, values in fields for text in (name, *values)):
            raise BadRequest("a NUL in the address or in a field")
        return self.get_response(request)


class PrivatePagesMiddleware:
    """Keep pages of signed-in people out of caches and search engines, and switch off browser features we never use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
        )
        response.headers.setdefault("X-Robots-Tag", "noindex")
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response
