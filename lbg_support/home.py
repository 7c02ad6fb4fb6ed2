"""Where each role begins."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import Role
from accounts.permissions import permission

FIRST_PAGES = {
    Role.SUPPORT_MANAGER: "reports:my-day",
    Role.SALES_MANAGER: "deals:handoffs",
    Role.MARKETER: "deals:handoffs",
    Role.HEAD: "reports:overview",
    Role.DIRECTOR: "reports:overview",
    Role.ADMINISTRATOR: "admin:index",
}


@permission("profile.update")
def home(request: HttpRequest) -> HttpResponse:
    return redirect(FIRST_PAGES[request.user.role])
