"""What the views of this room share: a form as a dialog over htmx and as a page of its own without."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from core.errors import RuleViolation


def show_dialog(request: HttpRequest, body: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """`body` is the template of the form's inside."""
    template = "partners/_dialog.html" if request.htmx else "partners/dialog.html"
    return render(request, template, context | {"body": body, "is_dialog": bool(request.htmx)}, status=status)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also when it is nothing at all; None when the form is only opened."""
    return request.POST if request.method == "POST" else None


def page_of(partner_pk: int) -> str:
    return reverse("partners:partner", args=[partner_pk])


def done(request: HttpRequest, partner_pk: int, text: str, undo: str = "") -> HttpResponse:
    """Back to the partner's page with a message, and where it can be undone with that."""
    messages.success(request, text, extra_tags=f"undo:{undo}" if undo else "")
    url = page_of(partner_pk)
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def refused(request: HttpRequest, partner_pk: int, violation: RuleViolation) -> HttpResponse:
    """Back to the partner's page, which says why nothing has happened."""
    messages.error(request, _("Nothing has changed. %(why)s") % {"why": violation.message})
    return redirect(page_of(partner_pk))
