"""Saved views of boards and lists: opening, saving, changing, sharing, removing, and beginning with one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.permissions import may, permission
from core import moscow
from core.errors import RuleViolation
from deals.actions import archive_view, begin_with, change_view, name_view, save_view
from deals.filter_chips import chips
from deals.filters import DealFilter
from deals.forms.saved_view import SavedViewForm
from deals.models import Layout, Pipeline, SavedView
from deals.selectors.saved_views import get_removed_view, get_view
from deals.view_query import address, address_of, layout_of, query_of


@permission("saved_view.read")
def saved_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The lasting address of a view: it leads to the board as the view is now."""
    return redirect(address_of(get_view(request.user, pk)))


@permission("saved_view.save")
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a name, and keep the filters of this address under it."""
    pipeline = get_object_or_404(Pipeline, code=request.GET.get("pipeline", ""))
    form = _form(request, None)
    if request.method == "POST" and form.is_valid():
        try:
            view = save_view(
                pipeline,
                name=form.cleaned_data["name"],
                layout=layout_of(request.GET),
                params=request.GET,
                is_shared=form.cleaned_data.get("is_shared", False),
                by=request.user,
                now=timezone.now(),
            )
        except RuleViolation as violation:
            form.add_error(violation.field or None, violation.message)
        else:
            return _done(request, view, _("The view is saved: %(name)s") % {"name": view})
    return _show(request, form, pipeline, None)


@permission("saved_view.save")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename one's own view, share it or keep it to oneself."""
    view = get_view(request.user, pk, "saved_view.save")
    form = _form(request, view)
    if request.method == "POST" and form.is_valid():
        try:
            view = name_view(
                view,
                name=form.cleaned_data["name"],
                is_shared=form.cleaned_data.get("is_shared", view.is_shared),
                by=request.user,
            )
        except RuleViolation as violation:
            form.add_error(violation.field or None, violation.message)
        else:
            return _done(request, view, _("The view is saved: %(name)s") % {"name": view})
    return _show(request, form, view.pipeline, view)


@permission("saved_view.save")
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the filters of this address in the place of the saved ones; when they cannot be kept, stay with them."""
    view = get_view(request.user, pk, "saved_view.save")
    layout = layout_of(request.GET)
    try:
        view = change_view(view, layout=layout, params=request.GET, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
        return redirect(address(view.pipeline_id, layout, query_of(request.GET, layout), view=pk))
    return _done(request, view, _("The view is saved: %(name)s") % {"name": view})


@permission("saved_view.save")
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove the view; the deals stay on the screen as they are."""
    view = archive_view(get_view(request.user, pk, "saved_view.save"), True, by=request.user, now=timezone.now())
    undo = reverse("deals:view-restore", args=[pk])
    messages.success(request, _("The view is removed: %(name)s") % {"name": view}, extra_tags=f"undo:{undo}")
    return redirect(address(view.pipeline_id, view.layout, view.query))


@permission("saved_view.save")
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a removed view back."""
    view = get_removed_view(request.user, pk)
    try:
        archive_view(view, False, by=request.user, now=timezone.now())
    except RuleViolation as violation:
        messages.error(request, violation.message)
        return redirect(address(view.pipeline_id, view.layout, view.query))
    return _done(request, view, _("The view is back: %(name)s") % {"name": view})


@permission("saved_view.begin_with")
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the board open with this view, or, with `not`, with all deals again."""
    view = get_view(request.user, pk, "saved_view.begin_with")
    if "not" in request.POST:
        begin_with(None, view.pipeline, by=request.user)
        text = _("%(pipeline)s: opens with all deals") % {"pipeline": view.pipeline}
    else:
        begin_with(view, view.pipeline, by=request.user)
        text = _("%(pipeline)s: opens with the view “%(name)s”") % {"pipeline": view.pipeline, "name": view}
    return _done(request, view, text)


def _form(request: HttpRequest, view: SavedView | None) -> SavedViewForm:
    """What is shared already may be taken back, also by who may share no more."""
    may_share = may(request.user, "saved_view.share") or bool(view and view.is_shared)
    initial = {"name": view.name, "is_shared": view.is_shared} if view else {}
    return SavedViewForm(request.POST if request.method == "POST" else None, initial=initial, may_share=may_share)


def _show(request: HttpRequest, form: SavedViewForm, pipeline: Pipeline, view: SavedView | None) -> HttpResponse:
    layout = layout_of(request.GET)
    context = {
        "form": form,
        "pipeline": pipeline,
        "view": view,
        "told": [] if view else _told(request, pipeline, layout),
        "url": request.get_full_path(),
        "back": address_of(view) if view else address(pipeline.code, layout, query_of(request.GET, layout)),
        "is_dialog": bool(request.htmx),
    }
    template = "deals/_view_dialog.html" if request.htmx else "deals/view.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _told(request: HttpRequest, pipeline: Pipeline, layout: str) -> list[str]:
    """What the view will keep, in words."""
    now = timezone.now()
    filters = DealFilter(request.GET, user=request.user, pipeline=pipeline, now=now)
    found = chips(filters, pipeline.code, request.GET, moscow.today(now))
    words = [f"{chip.label}: {chip.words}" for chip in found if chip.words]
    search = filters.form.cleaned_data.get("q")
    return [str(Layout(layout).label), *words, *([f"«{search}»"] if search else [])]


def _done(request: HttpRequest, view: SavedView, text: str) -> HttpResponse:
    messages.success(request, text)
    return HttpResponseClientRedirect(address_of(view)) if request.htmx else HttpResponseRedirect(address_of(view))
