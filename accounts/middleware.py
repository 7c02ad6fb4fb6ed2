"""Nobody gets in by omission, and everybody reads his own language."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import translation

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
            return redirect_to_login(request.get_full_path())
        if not declared:
            raise PermissionDenied(f"{view.__module__}.{view.__name__} declares no permission")
        return None


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
