"""The menu «Виды» over a board: the reader's views and the shared ones, which is open, and whether it is changed."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.models import User
from deals.models import DefaultView, Pipeline, SavedView
from deals.view_query import address, address_of, query_of


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A saved view as the menu shows it."""

    pk: int
    name: str
    url: str
    layout: str
    is_own: bool
    owner: str
    is_shared: bool
    is_default: bool
    is_current: bool


@dataclass(frozen=True)
class ViewsMenu:
    """What the toolbar says of views. `query` is what would be saved now, `all_url` the board without any view."""

    links: list[ViewLink]
    query: str
    all_url: str
    new_url: str
    change_url: str
    is_changed: bool

    @property
    def own(self) -> list[ViewLink]:
        return [link for link in self.links if link.is_own]

    @property
    def shared(self) -> list[ViewLink]:
        return [link for link in self.links if not link.is_own]

    @property
    def current(self) -> ViewLink | None:
        return next((link for link in self.links if link.is_current), None)

    @property
    def default(self) -> ViewLink | None:
        """What the reader's board opens with."""
        return next((link for link in self.links if link.is_default), None)


def views_menu(user: User, pipeline: Pipeline, params: QueryDict, layout: str) -> ViewsMenu:
    """The menu for this address, in one query. 404 when it names a view that is not the reader's business."""
    defaults = DefaultView.objects.filter(person=user, pipeline=pipeline, view=OuterRef("pk"))
    views = list(
        SavedView.objects.visible_to(user)
        .open()
        .filter(pipeline=pipeline)
        .select_related("owner")
        .annotate(is_default=Exists(defaults))
        .order_by("name", "pk")
    )
    named = _named(params)
    current = next((view for view in views if view.pk == named), None)
    if named is not None and current is None:
        _refuse_strange(user, pipeline, named)
    query = query_of(params, layout)
    asked = f"?layout={layout}&{query}"
    return ViewsMenu(
        links=[_link(view, user, current) for view in views],
        query=query,
        all_url=address(pipeline.code, layout),
        new_url=f"{reverse('deals:view-new')}{asked}&pipeline={pipeline.code}",
        change_url=reverse("deals:view-change", args=[current.pk]) + asked if current else "",
        is_changed=bool(current and (current.layout, current.query) != (layout, query)),
    )


def get_view(user: User, pk: int, permission: str = "saved_view.read") -> SavedView:
    """A view that stands in the menu, or 404."""
    return get_object_or_404(SavedView.objects.visible_to(user, permission).open().select_related("pipeline"), pk=pk)


def get_removed_view(user: User, pk: int) -> SavedView:
    """One's own view, removed or not, or 404."""
    own = SavedView.objects.visible_to(user, "saved_view.save").select_related("pipeline")
    return get_object_or_404(own, pk=pk)


def _named(params: QueryDict) -> int | None:
    """The number of the view that the address names; what is no number names none."""
    text = params.get("view", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _refuse_strange(user: User, pipeline: Pipeline, pk: int) -> None:
    """A view that was removed leaves its filters in the address; a stranger's is not found."""
    if not SavedView.objects.visible_to(user).filter(pipeline=pipeline, pk=pk).exists():
        raise Http404


def _link(view: SavedView, user: User, current: SavedView | None) -> ViewLink:
    return ViewLink(
        pk=view.pk,
        name=view.name,
        url=address_of(view),
        layout=view.layout,
        is_own=view.owner_id == user.pk,
        owner=str(view.owner),
        is_shared=view.is_shared,
        is_default=view.is_default,
        is_current=view == current,
    )
