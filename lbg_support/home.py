"""Where each role begins, and the mark in the browser's tab."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static

from accounts.models import Role
from accounts.permissions import permission, public

FIRST_PAGES = {
    Role.SUPPORT_MANAGER: "reports:my-day",
    Role.SALES_MANAGER: "deals:handoffs",
    Role.MARKETER: "deals:handoffs",
    Role.HEAD: "reports:overview",
    Role.DIRECTOR: "reports:overview",
    Role.ADMINISTRATOR: "admin:index",
}


@public
def favicon(request: HttpRequest) -> HttpResponse:
    """Where browsers look for it on pages that name none, such as the reference data."""
    return redirect(static("favicon.svg"), permanent=True)


@permission("profile.update")
def home(request: HttpRequest) -> HttpResponse:
    return redirect(FIRST_PAGES[request.user.role])
