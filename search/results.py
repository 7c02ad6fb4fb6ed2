"""What a search shows: groups of links, with a preview for a partner, which is often the answer itself."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Preview:
    """What one wants to know of a partner before calling. Sums in roubles."""

    name: str
    city: str
    timezone: str
    stage: str
    amount: Decimal | None
    until: date | None
    contact: str
    phone: str
    task_due_at: datetime | None
    task_kind: str
    requests: int | None
    meetings: int | None
    contracts: int | None
    main_comment: str


@dataclass(frozen=True, slots=True)
class Result:
    """A line of the list. `keys` are shown at its end, `zone` lets it tell the partner's time."""

    url: str
    title: str
    note: str = ""
    icon: str = ""
    health: str = ""
    zone: str = ""
    end: str = ""
    keys: tuple[str, ...] = ()
    preview: Preview | None = None
    pk: int | None = None
    deal_id: int | None = None
    """The deal on which the partner is worked with."""


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    results: list[Result] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """A place one can go to: of the sidebar or of the menu «Create»."""

    label: str
    url: str
    icon: str
    keys: tuple[str, ...] = ()
