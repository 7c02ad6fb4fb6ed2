"""Saved views of boards and lists: keeping one, changing, sharing, archiving, and beginning with one."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from core.audit import operation
from core.errors import RuleViolation
from deals.filters import DealFilter
from deals.models import DefaultView, Pipeline, SavedView
from deals.models.saved_view import LONGEST_NAME, LONGEST_QUERY
from deals.view_query import query_of

MOST_VIEWS = 30
"""So many a person keeps in one pipeline: more are no help in a menu."""


def save_view(
    pipeline: Pipeline, *, name: str, layout: str, params: QueryDict, is_shared: bool, by: User, now: datetime
) -> SavedView:
    """Keep the filters of this address under a name.

    Raises `empty_name`, `name_too_long`, `name_taken`, `wrong_filter`, `too_many_views`.
    """
    require(by, "saved_view.save")
    if is_shared:
        require(by, "saved_view.share")
    name, query = _name(name), _query(pipeline, layout, params, by, now)
    with operation("saved_view.save", by=by):
        _lock(by)
        if _kept(by, pipeline.code).count() >= MOST_VIEWS:
            message = _("You keep %(n)s views here already. Remove one of them first.") % {"n": MOST_VIEWS}
            raise RuleViolation("too_many_views", message)
        _refuse_taken(by, pipeline.code, name)
        return SavedView.objects.create(
            owner=by, pipeline=pipeline, name=name, layout=layout, query=query, is_shared=is_shared, created_at=now
        )


def name_view(view: SavedView, *, name: str, is_shared: bool, by: User) -> SavedView:
    """Rename one's own view, share it or keep it to oneself again. Raises as `save_view` does for the name."""
    require(by, "saved_view.save", view)
    name = _name(name)
    with operation("saved_view.save", by=by, why="name"):
        _lock(by)
        view = SavedView.objects.select_for_update().get(pk=view.pk)
        if is_shared and not view.is_shared:
            require(by, "saved_view.share", view)
        _refuse_taken(by, view.pipeline_id, name, besides=view)
        view.name, view.is_shared = name, is_shared
        view.save()
    return view


def change_view(view: SavedView, *, layout: str, params: QueryDict, by: User, now: datetime) -> SavedView:
    """Put the filters of this address in the place of the saved ones. Raises `wrong_filter`."""
    require(by, "saved_view.save", view)
    query = _query(view.pipeline, layout, params, by, now)
    with operation("saved_view.save", by=by, why="filters"):
        view = SavedView.objects.select_for_update().get(pk=view.pk)
        view.layout, view.query = layout, query
        view.save()
    return view


def archive_view(view: SavedView, is_archived: bool, *, by: User, now: datetime) -> SavedView:
    """Remove one's own view from every menu, or bring it back. Raises `name_taken`."""
    require(by, "saved_view.save", view)
    with operation("saved_view.save", by=by, why="archive" if is_archived else "restore"):
        _lock(by)
        view = SavedView.objects.select_for_update().get(pk=view.pk)
        if not is_archived:
            _refuse_taken(by, view.pipeline_id, view.name, besides=view)
        view.archived_at = now if is_archived else None
        view.save()
    return view


def begin_with(view: SavedView | None, pipeline: Pipeline, *, by: User) -> None:
    """Let the person's board open with this view, or, with None, with all deals."""
    require(by, "saved_view.begin_with", view)
    with operation("saved_view.begin_with", by=by):
        _lock(by)
        if view is None:
            DefaultView.objects.filter(person=by, pipeline=pipeline).delete()
        else:
            DefaultView.objects.update_or_create(person=by, pipeline=pipeline, defaults={"view": view})


def _lock(by: User) -> None:
    """One person's views change one after another: two tabs cannot take the same name."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)


def _kept(by: User, pipeline_code: str) -> QuerySet[SavedView]:
    return SavedView.objects.open().filter(owner=by, pipeline=pipeline_code)


def _refuse_taken(by: User, pipeline_code: str, name: str, besides: SavedView | None = None) -> None:
    others = _kept(by, pipeline_code).exclude(pk=besides.pk if besides else None)
    if others.filter(name__iexact=name).exists():
        message = _("You have a view “%(name)s” already. Choose another name.") % {"name": name}
        raise RuleViolation("name_taken", message, "name")


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise RuleViolation("empty_name", _("Name the view, for example “Omsk, overdue”."), "name")
    if len(name) > LONGEST_NAME:
        raise RuleViolation("name_too_long", _("A name has up to %(n)s signs.") % {"n": LONGEST_NAME}, "name")
    return name


def _query(pipeline: Pipeline, layout: str, params: QueryDict, by: User, now: datetime) -> str:
    """The query to keep; what a filter refuses is not kept for later."""
    filters = DealFilter(params, user=by, pipeline=pipeline, now=now)
    for name, errors in filters.form.errors.items():
        told = {"label": filters.form.fields[name].label, "why": errors[0]}
        message = _("%(label)s: %(why)s Correct or remove this filter, then save the view.") % told
        raise RuleViolation("wrong_filter", message)
    query = query_of(params, layout)
    if len(query) > LONGEST_QUERY:
        raise RuleViolation("wrong_filter", _("The filter is too long to be saved. Make it shorter."))
    return query
