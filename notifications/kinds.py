"""What a person may be told of. Rooms above register their kinds in AppConfig.ready."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.models import Role, User


@dataclass(frozen=True)
class Kind:
    """`roles` are told of it; `is_optional` when each of them may switch it off."""

    code: str
    name: str | Promise
    roles: Collection[str] = tuple(Role.values)
    is_optional: bool = True


KINDS: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    KINDS[kind.code] = kind


def kinds_of(user: User) -> list[Kind]:
    """What this person may be told of, in the order of registration."""
    return [kind for kind in KINDS.values() if user.role in kind.roles]
