"""Where each role begins, the frame that changes by itself, and the mark in the browser's tab."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static

from accounts.models import Role
from accounts.permissions import permission, public
from lbg_support.navigation import frame_of

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


@permission("profile.update")
def frame(request: HttpRequest) -> HttpResponse:
    """The sidebar, the bell, the phone's bar and menu with their counters as they are now, for the page of ?page=."""
    page = request.GET.get("page", "/")
    return render(request, "components/_frame.html", frame_of(request.user, page) | {"page": page})
