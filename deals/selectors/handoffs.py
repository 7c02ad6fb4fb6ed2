"""«Передача в ОМ»: what waits to be accepted, what was accepted and how fast (R1, R18; screen 05)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import (
    Avg,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Substitution, User
from core import formatting, moscow
from core.expressions import MoscowDate
from deals.models import Handoff, HandoffQuestion, checklist
from deals.models.handoff import HandoffQuerySet

PAGE_SIZE = 50
IN_TIME = Q(accepted_on__lte=F("accept_by"))
"""Accepted not later than the day after the payment (R1). Needs `with_accepted_on`."""
ROW_FIELDS = (
    "pk", "deal_id", "paid_on", "accept_by", "amount", "status", "geography", "wished_speed", "has_customer_request",
    "has_offer_accepted", "has_access", "accepted_at", "returned_at", "time_with_sales",
    "deal__partner__name", "deal__partner__city__name", "deal__partner__city__timezone", "deal__main_comment",
    "package__name", "package__term_months", "package__needs_advertising", "package__needs_access",
    "sold_by__first_name", "sold_by__last_name", "accepted_by__first_name", "accepted_by__last_name",
)  # fmt: skip
CHECKED = ("has_customer_request", "has_offer_accepted", "geography", "wished_speed", "has_access")
"""The handoff's own fields of the checklist."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the table is narrowed to; all of it stands in the URL."""

    view: str = "waiting"
    due: str = ""
    month: str = ""
    seller: User | None = None
    manager: User | None = None
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        return bool(self.due or self.month or self.seller or self.manager)

    @property
    def month_name(self) -> str:
        """ноябрь 2026, in the language of the page."""
        return date_format(date.fromisoformat(f"{self.month}-01"), "F Y").lower() if self.month else ""


@dataclass(frozen=True, slots=True)
class HandoffRow:
    """A line of the table. `info_ready` counts the items of the checklist that are there, of `info_needed`.

    `with_sales` is how long sales held it after a return, None when it never did.
    """

    pk: int
    deal_id: int
    partner: str
    city: str
    timezone: str
    paid_on: date
    deadline_at: datetime
    amount: Decimal
    package: str
    info_ready: int
    info_needed: int
    is_waiting_info: bool
    is_returned: bool
    with_sales: timedelta | None
    questions: int
    status: str
    seller: str
    accepted_at: datetime | None
    accepted_by: str
    verdict: str
    is_in_time: bool

    @property
    def is_ready(self) -> bool:
        return self.info_ready == self.info_needed


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading; the waiting ones have none. `is_cut` when there are more rows than are shown."""

    title: str
    rows: list[HandoffRow]
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """The strip. `average` is how long support took to accept, without the time with sales, this month and before.

    `asking_sales` are those that wait for a word from sales; `returned` of the waiting ones are with sales.
    """

    waiting: int
    returned: int
    asking_sales: int
    waiting_sum: Decimal
    due_today: int
    overdue: int
    accepted: int
    in_time: int
    average: timedelta | None
    average_before: timedelta | None
    month: str

    @property
    def is_faster(self) -> bool:
        return self.average < self.average_before

    @property
    def change(self) -> timedelta | None:
        """By how much faster or slower than in the month before; None when there is nothing to compare."""
        if self.average is None or self.average_before is None:
            return None
        return abs(self.average_before - self.average)

    @property
    def in_time_percent(self) -> int | None:
        return round(100 * self.in_time / self.accepted) if self.accepted else None


def with_accepted_on(handoffs: HandoffQuerySet) -> HandoffQuerySet:
    """Annotate the Moscow day of the acceptance, which IN_TIME compares with the deadline."""
    return handoffs.annotate(accepted_on=MoscowDate("accepted_at"))


def handoff_facts(handoffs: HandoffQuerySet, now: datetime) -> Facts:
    """The figures of the strip over the visible handoffs, in two queries."""
    today = moscow.today(now)
    month_starts = today.replace(day=1)
    month = moscow.start_of_day(month_starts)
    previous = moscow.start_of_day((month_starts - timedelta(days=1)).replace(day=1))
    is_waiting = Q(accepted_at__isnull=True)
    this_month = Q(accepted_at__gte=month)
    took = ExpressionWrapper(F("accepted_at") - F("created_at") - F("time_with_sales"), output_field=DurationField())
    recent = handoffs.filter(Q(accepted_at__isnull=True, deal__closed_at__isnull=True) | Q(accepted_at__gte=previous))
    row = with_accepted_on(recent).aggregate(
        waiting=Count("pk", filter=is_waiting),
        returned=Count("pk", filter=is_waiting & Q(returned_at__isnull=False)),
        waiting_sum=Sum("amount", filter=is_waiting),
        due_today=Count("pk", filter=is_waiting & Q(accept_by=today)),
        overdue=Count("pk", filter=is_waiting & Q(accept_by__lt=today)),
        accepted=Count("pk", filter=this_month),
        in_time=Count("pk", filter=this_month & IN_TIME),
        average=Avg(took, filter=this_month),
        average_before=Avg(took, filter=Q(accepted_at__lt=month)),
    )
    row["waiting_sum"] = row["waiting_sum"] or Decimal(0)
    row |= {name: _whole_hours(row[name]) for name in ("average", "average_before")}
    return Facts(**row, asking_sales=handoffs.asking_sales().count(), month=f"{month_starts:%Y-%m}")


def handoff_groups(handoffs: HandoffQuerySet, filters: Filters, now: datetime) -> tuple[list[Group], bool]:
    """The table as groups, and whether there is a further page.

    The waiting ones come by deadline; below them stand those accepted today, this week and last week.
    """
    if filters.seller:
        handoffs = handoffs.filter(sold_by=filters.seller)
    if filters.manager:
        handoffs = handoffs.filter(deal__manager=filters.manager)
    if filters.view == "waiting":
        chosen = _due(handoffs.waiting(), filters.due, now).order_by("accept_by", "pk")
    elif filters.view == "sales":
        chosen = handoffs.asking_sales().order_by("accept_by", "pk")
    elif filters.view == "accepted":
        chosen = _accepted_in(handoffs, filters.month).order_by("-accepted_at", "-pk")
    else:
        chosen = handoffs.order_by("-created_at", "-pk")
    start = (filters.page - 1) * PAGE_SIZE
    rows = _rows(chosen[start : start + PAGE_SIZE + 1], now)
    groups = [Group("", rows[:PAGE_SIZE])]
    if filters.view == "waiting" and not filters.due and filters.page == 1:
        groups += _accepted_lately(handoffs, now)
    return groups, len(rows) > PAGE_SIZE


def last_accepted(handoffs: HandoffQuerySet) -> Handoff | None:
    """What the empty table tells instead of rows."""
    accepted = handoffs.filter(accepted_at__isnull=False).select_related("deal__partner")
    return accepted.order_by("-accepted_at").first()


def sellers(handoffs: HandoffQuerySet) -> list[User]:
    """Who handed these over, for the filter."""
    return list(User.objects.filter(pk__in=handoffs.order_by().values("sold_by")).order_by("last_name", "first_name"))


def managers_by_load(today: date) -> list[User]:
    """Support managers, those with the fewest partners first and those who are away today last.

    Each has `partners_count` and `is_away`.
    """
    away = Substitution.objects.on(today).filter(absent=OuterRef("pk"))
    managers = User.objects.support_managers().annotate(
        partners_count=Count("portfolio", filter=Q(portfolio__archived_at__isnull=True)), is_away=Exists(away)
    )
    return list(managers.order_by("is_away", "partners_count", "last_name", "pk"))


def _whole_hours(span: timedelta | None) -> timedelta | None:
    """An average is told in hours; minutes are only told of less than an hour."""
    if span is None or span < timedelta(hours=1):
        return span
    return timedelta(hours=round(span / timedelta(hours=1)))


def _due(handoffs: HandoffQuerySet, due: str, now: datetime) -> HandoffQuerySet:
    today = moscow.today(now)
    if due == "today":
        return handoffs.filter(accept_by=today)
    return handoffs.filter(accept_by__lt=today) if due == "overdue" else handoffs


def _accepted_in(handoffs: HandoffQuerySet, month: str) -> HandoffQuerySet:
    """All accepted ones, or those of a month like 2026-11."""
    accepted = handoffs.filter(accepted_at__isnull=False)
    if not month:
        return accepted
    first = date.fromisoformat(f"{month}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    return accepted.filter(accepted_at__gte=moscow.start_of_day(first), accepted_at__lt=moscow.start_of_day(following))


def _accepted_lately(handoffs: HandoffQuerySet, now: datetime) -> list[Group]:
    today = moscow.today(now)
    monday = today - timedelta(days=today.weekday())
    since = moscow.start_of_day(monday - timedelta(days=7))
    found = _rows(handoffs.filter(accepted_at__gte=since).order_by("-accepted_at", "-pk")[: PAGE_SIZE + 1], now)
    days = [(row, moscow.today(row.accepted_at)) for row in found[:PAGE_SIZE]]
    groups = [
        Group(_("Accepted today"), [row for row, day in days if day == today]),
        Group(_("Accepted this week"), [row for row, day in days if monday <= day < today]),
        Group(_("Accepted last week"), [row for row, day in days if day < monday]),
    ]
    groups = [group for group in groups if group.rows]
    if len(found) > PAGE_SIZE:
        groups[-1] = replace(groups[-1], is_cut=True)
    return groups


def _rows(handoffs: QuerySet, now: datetime) -> list[HandoffRow]:
    asked = HandoffQuestion.objects.open().filter(handoff=OuterRef("pk")).order_by().values("handoff")
    open_questions = Coalesce(Subquery(asked.annotate(n=Count("pk")).values("n")), 0)
    return [_row(values, now) for values in handoffs.values(*ROW_FIELDS, open_questions=open_questions)]


def _row(values: dict, now: datetime) -> HandoffRow:
    deadline_at = moscow.end_of_day(values["accept_by"])
    accepted_at = values["accepted_at"]
    items = checklist(
        main_comment=values["deal__main_comment"],
        needs_advertising=values["package__needs_advertising"],
        needs_access=values["package__needs_access"],
        **{name: values[name] for name in CHECKED},
    )
    returned_at = None if accepted_at else values["returned_at"]
    with_sales = values["time_with_sales"] + (now - returned_at if returned_at else timedelta(0))
    return HandoffRow(
        pk=values["pk"],
        deal_id=values["deal_id"],
        partner=formatting.typography(values["deal__partner__name"]),
        city=values["deal__partner__city__name"],
        timezone=values["deal__partner__city__timezone"],
        paid_on=values["paid_on"],
        deadline_at=deadline_at,
        amount=values["amount"],
        package=f"{values['package__name']} · {values['package__term_months']}\N{NO-BREAK SPACE}мес",
        info_ready=sum(is_there for _what, is_there in items),
        info_needed=len(items),
        is_returned=returned_at is not None,
        with_sales=with_sales or None,
        questions=values["open_questions"],
        is_waiting_info=values["status"] == Handoff.Status.WAITING_INFO,
        status=Handoff.Status(values["status"]).label,
        seller=_short(values["sold_by__first_name"], values["sold_by__last_name"]),
        accepted_at=accepted_at,
        accepted_by=f"{values['accepted_by__first_name'] or ''} {values['accepted_by__last_name'] or ''}".strip(),
        verdict=_verdict(accepted_at, deadline_at, now) if accepted_at else "",
        is_in_time=bool(accepted_at and accepted_at <= deadline_at),
    )


def _verdict(accepted_at: datetime, deadline_at: datetime, now: datetime) -> str:
    """«в срок, 10:12», «в срок, 20 ноя 9:40», «позже на 33 ч»."""
    if accepted_at > deadline_at:
        return _("later by %(time)s") % {"time": formatting.duration(accepted_at - deadline_at)}
    today = moscow.today(now)
    when = formatting.time_of_day(accepted_at)
    if moscow.today(accepted_at) != today:
        when = f"{formatting.short_day(accepted_at, today)} {when}"
    return _("in time, %(when)s") % {"when": when}


def _short(first_name: str, last_name: str) -> str:
    return formatting.short_name(f"{first_name} {last_name}")
