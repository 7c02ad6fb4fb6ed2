"""Nobody gets in by omission, and everybody reads his own language."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

NOT_TYPED = {"csrfmiddlewaretoken", "next", "password", "request_key", "version"}
LIBRARY_VIEWS = "allauth.account."
"""Views of the library that logs people in; they cannot bear our decorator."""


def is_library_view(view: Callable, app_name: str) -> bool:
    """The login pages, and Django's admin, which asks accounts.admin.TablePermissions for each model."""
    return app_name == "admin" or view.__module__.startswith(LIBRARY_VIEWS)


class DefaultDenyMiddleware:
    """Refuse a view that declares no permission; send strangers to the login page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: Any, kwargs: Any) -> HttpResponse | None:
        declared = getattr(view, "permission_name", "")
        if declared == "public" or is_library_view(view, request.resolver_match.app_name):
            return None
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        if not declared:
            raise PermissionDenied(f"{view.__module__}.{view.__name__} declares no permission")
        return None


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """The login page for who follows a link; for a script, 401, so that it asks for the password over the page.

    A form that a browser without scripts sends is answered with what was in it: nothing typed is lost.
    """
    if _is_asked_by_script(request):
        return HttpResponse(status=401)
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    return sent_in_vain(request, status=401)


def _is_asked_by_script(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"


def sent_in_vain(request: HttpRequest, status: int) -> HttpResponse:
    """The page that gives a refused form back: what was typed, to copy, and the way to the page it came from."""
    back = urlsplit(request.headers.get("Referer", ""))
    is_ours = back.netloc == request.get_host()
    typed = [
        value for name, values in request.POST.lists() if name not in NOT_TYPED for value in values if len(value) > 20
    ]
    page = f"{back.path}?{back.query}" if back.query else back.path
    context = {"typed": typed, "back": page if is_ours else "/", "is_signed_in": request.user.is_authenticated}
    return render(request, "sent_in_vain.html", context, status=status)


class LanguageMiddleware:
    """Show the pages in the language of the person's profile; strangers read Russian."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "ru")
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
