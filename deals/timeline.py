"""The timeline of a deal: everything that happened, newest first, from several sources, in one statement.

A source tells its lines as a query of the common columns (`lines`) and makes an entry of each row. Higher rooms add
theirs in `AppConfig.ready` with `register_source`, so that this room need not know of invoices and payments.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    DecimalField,
    F,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    Value,
    Window,
)
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import may
from deals.models import CallComment, Deal, PromiseVerdict
from partners.models import Partner

PAGE_SIZE = 25
FETCHED = 2 * PAGE_SIZE
"""Read from each source, so that the entries of one moment at the end of a page are all there."""

KINDS = {
    "calls": gettext_lazy("Calls"),
    "phone": gettext_lazy("Phone"),
    "tasks": gettext_lazy("Tasks"),
    "statuses": gettext_lazy("Statuses"),
    "money": gettext_lazy("Money"),
    "notes": gettext_lazy("Notes"),
    "problems": gettext_lazy("Problems"),
    "changes": gettext_lazy("Changes"),
    "files": gettext_lazy("Files"),
    "handoff": gettext_lazy("Handoff"),
    "marketing": gettext_lazy("Marketing"),
}
"""What the timeline is filtered by, in the order of the chips."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline; a call comment bears its comment, everything else a title and a text."""

    at: datetime
    icon: str
    title: str
    text: str = ""
    by: str = ""
    url: str = ""
    kind: str = ""
    ref: int = 0
    author_id: int | None = None
    edited_at: datetime | None = None
    deal_id: int | None = None
    comment: CallComment | None = field(default=None, compare=False)
    verdicts: tuple[PromiseVerdict, ...] = field(default=(), compare=False)
    told_verdicts: tuple[PromiseVerdict, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the statement, the same for every source; what `a`, `b`, `c` and `amount` mean the source knows."""

    source: str
    at: datetime
    ref: int
    a: str
    b: str
    c: str
    moment: datetime | None
    amount: Decimal | None
    by_id: int | None
    by: str
    deal_id: int | None
    total: int


@dataclass(frozen=True)
class Reach:
    """What a timeline tells of: some deals of one partner, or (`is_whole`) the partner itself with them."""

    partner_id: int
    deals: list[int]
    is_whole: bool = False


@dataclass(frozen=True)
class Source:
    """One kind of thing that happens to deals: who may read of it, its rows, and what a row says."""

    name: str
    kind: str
    permission: str
    lines: Callable[[Reach], QuerySet]
    entry: Callable[[Line], Entry]


SOURCES: dict[str, Source] = {}


def register_source(source: Source) -> None:
    SOURCES[source.name] = source


NO_SUM = Cast(Value(None), DecimalField(max_digits=12, decimal_places=2))


def lines(queryset: QuerySet, *, at: str, by: str = "", amount: Any = NO_SUM, **texts: Any) -> QuerySet:
    """A source's rows in the common columns; the texts `a`, `b`, `c` are expressions.

    `at`, `by`, `moment` and `deal` (the key of the deal, "" for what is of no deal) are paths.
    """
    moment, deal = texts.pop("moment", None), texts.pop("deal", "deal_id")
    name = Concat(f"{by}__first_name", Value(" "), f"{by}__last_name") if by else Value("")
    return queryset.order_by(f"-{at}", "-pk").values(
        line_at=F(at),
        line_ref=F("pk"),
        line_a=_text(texts.get("a")),
        line_b=_text(texts.get("b")),
        line_c=_text(texts.get("c")),
        line_moment=F(moment) if moment else Cast(Value(None), DateTimeField()),
        line_amount=F(amount) if isinstance(amount, str) else amount,
        line_by_id=F(f"{by}__pk") if by else Cast(Value(None), IntegerField()),
        line_by=Cast(name, TextField()),
        line_deal_id=F(deal) if deal else Cast(Value(None), IntegerField()),
        line_total=Window(Count("*")),
    )


def _text(value: Any) -> Cast:
    return Cast(F(value) if isinstance(value, str) else value or Value(""), TextField())


Page = tuple[list[Entry], datetime | None, dict[str, int]]


def timeline(deal: Deal, user: User, *, before: datetime, kind: str = "") -> Page:
    """One page of what the reader may see of a deal; see `timeline_of`."""
    return timeline_of(Reach(deal.partner_id, [deal.pk]), user, before=before, kind=kind)


def partner_timeline(partner: Partner, user: User, *, before: datetime, kind: str = "") -> Page:
    """One page of what the reader may see of a partner and all of its deals; see `timeline_of`."""
    deals = list(Deal.objects.visible_to(user).filter(partner=partner).values_list("pk", flat=True))
    return timeline_of(Reach(partner.pk, deals, is_whole=True), user, before=before, kind=kind)


def timeline_of(reach: Reach, user: User, *, before: datetime, kind: str = "") -> Page:
    """One page of what the reader may see, older than `before` and of this kind.

    Gives the entries, the moment from which the next page goes on (None at the end), and the number of entries of each
    kind older than `before`. Entries of one moment are never torn apart: an operation writes several with one time.
    """
    sources = [source for source in SOURCES.values() if may(user, source.permission)]
    shown = {source.name for source in sources if not kind or source.kind == kind}
    rows = _rows(reach, sources, shown, before)
    counts: dict[str, int] = {}
    for name, total in {line.source: line.total for line in rows}.items():
        counts[SOURCES[name].kind] = counts.get(SOURCES[name].kind, 0) + total
    found = sorted((line for line in rows if line.source in shown), key=lambda line: line.at, reverse=True)
    page = found
    if len(found) > PAGE_SIZE:
        page = [line for line in found if line.at >= found[PAGE_SIZE - 1].at]
    entries = [_entry(line) for line in page]
    return entries, page[-1].at if len(page) < len(found) else None, counts


def _rows(reach: Reach, sources: list[Source], shown: set[str], before: datetime) -> list[Line]:
    """The latest lines of each source in one statement; of one that is filtered out a single row, for its count."""
    parts = [
        source.lines(reach)
        .filter(line_at__lt=before)
        .annotate(line_source=Value(source.name, CharField()))[: FETCHED if source.name in shown else 1]
        for source in sources
    ]
    if not parts:
        return []
    first, *others = parts
    united = first.union(*others, all=True) if others else first
    return [Line(**{name.removeprefix("line_"): value for name, value in row.items()}) for row in united]


def _entry(line: Line) -> Entry:
    source = SOURCES[line.source]
    return replace(
        source.entry(line),
        at=line.at,
        kind=source.kind,
        ref=line.ref,
        by=line.by.strip(),
        author_id=line.by_id,
        deal_id=line.deal_id,
    )


def with_comments(entries: list[Entry]) -> list[Entry]:
    """Give the calls among the entries their comments, and what became of the promises: two queries for all."""
    wanted = [entry.ref for entry in entries if entry.kind == "calls"]
    found = CallComment.objects.filter(pk__in=wanted).select_related("metrics", "next_task").in_bulk()
    verdicts = list(
        PromiseVerdict.objects.filter(Q(comment__in=wanted) | Q(told_in__in=wanted)).order_by("position", "pk")
    )
    return [_with_comment(entry, found, verdicts) if entry.kind == "calls" else entry for entry in entries]


def _with_comment(entry: Entry, found: dict[int, CallComment], verdicts: list[PromiseVerdict]) -> Entry:
    return replace(
        entry,
        comment=found.get(entry.ref),
        verdicts=tuple(each for each in verdicts if each.comment_id == entry.ref),
        told_verdicts=tuple(each for each in verdicts if each.told_in_id == entry.ref),
    )
