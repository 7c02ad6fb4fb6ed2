"""Who may do what: reads `permissions.toml` and answers three questions.

* may the role do it at all?                   `may(user, "deal.move")`
* which rows does it do it with?               `scope(user, "deal.read")`, used by each `visible_to(user)`
* is this object one of those rows?            `require(user, "deal.move", deal)`

Rows out of scope do not exist for the asker (404); rows in scope that he may not act on are refused (403).
Every view declares its permission with `@permission(…)` or `@public`; a view that declares neither is refused by
`accounts.middleware.DefaultDenyMiddleware`, and a test finds it first.
"""

import tomllib
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import Substitution, User
from core import moscow

View = Callable[..., HttpResponse]


class Scope(StrEnum):
    NONE = "-"
    OWN = "own"
    ALL = "all"
    GRANT = "grant"


def _read_table(path: Path) -> tuple[dict[str, dict[str, Scope]], dict[str, str]]:
    """The file as {permission: {role: scope}}, and the rights given person by person as {permission: user field}."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    roles, grants = data.pop("columns")["roles"], data.pop("grant")
    table = {
        f"{noun}.{verb}": dict(zip(roles, map(Scope, cells), strict=True))
        for noun, verbs in data.items()
        for verb, cells in verbs.items()
    }
    return table, grants


TABLE, GRANTS = _read_table(Path(__file__).with_name("permissions.toml"))


def scope(user: User | AnonymousUser, permission_name: str) -> Scope:
    """The rows with which `user` may do this: none, his own or all. An unknown permission is a KeyError, not a yes."""
    cells = TABLE[permission_name]
    if not isinstance(user, User) or not user.is_active:
        return Scope.NONE
    cell = cells[user.role]
    is_granted = permission_name in GRANTS and getattr(user, GRANTS[permission_name])
    if cell == Scope.GRANT:
        return Scope.OWN if is_granted else Scope.NONE
    if cell == Scope.NONE and is_granted:
        return Scope.OWN
    return cell


def may(user: User | AnonymousUser, permission_name: str) -> bool:
    """Whether the user may do this with any row at all: decides what the page offers."""
    return scope(user, permission_name) != Scope.NONE


def require(user: User | AnonymousUser | None, permission_name: str, obj: Any = None) -> None:
    """Raise PermissionDenied unless the user may do this, and, given an object, with this very one.

    The object's model answers with `visible_to(user)`. `None` as user is the system itself (jobs, imports).
    """
    if user is None:
        return
    granted = scope(user, permission_name)
    if granted == Scope.NONE:
        raise PermissionDenied(permission_name)
    if granted == Scope.ALL or obj is None:
        return
    if not type(obj)._default_manager.visible_to(user, permission_name).filter(pk=obj.pk).exists():
        raise PermissionDenied(permission_name)


def acting_for(user: User) -> list[int]:
    """Ids of the people whose rows are the user's own today: himself and those he stands in for."""
    return [user.pk, *(substitution.absent_id for substitution in standing_in(user))]


def standing_in(user: User) -> list[Substitution]:
    """For whom the user stands in today, Moscow time, each with the absent colleague."""
    if not hasattr(user, "_standing_in"):
        today = moscow.today(timezone.now())
        found = Substitution.objects.on(today).filter(substitute=user).select_related("absent")
        user._standing_in = list(found.order_by("ends_on", "pk"))
    return user._standing_in


def permission(permission_name: str) -> Callable[[View], View]:
    """Declare what a view needs; people without it get 403, strangers the login page."""
    TABLE[permission_name]

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(request.user, permission_name)
            return view(request, *args, **kwargs)

        return _declare(checked, permission_name)

    return decorate


def public(view: View) -> View:
    """Declare a view that anybody may open without logging in."""
    return _declare(view, "public")


def _declare(view: View, permission_name: str) -> View:
    """Write on the view what it needs, for the middleware and the tests."""
    setattr(view, "permission_name", permission_name)  # noqa: B010
    return view
