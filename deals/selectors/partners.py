"""The partners' list: who needs attention, by numbers (screen 19)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from core import formatting, moscow
from deals.models import CallComment, Deal, PipelineCode, Task, has_problem
from deals.rules import Health, Signs, health
from partners.models import Metrics, Partner

PAGE_SIZE = 50
WEEKS_SHOWN = 8
FEW_REQUESTS = 10
TERM_ENDS_SOON = timedelta(days=14)
LONG_SILENCE = timedelta(days=7)

SORTS = {
    "name": ["name", "pk"],
    "term": [F("term_ends_on").asc(nulls_last=True), "pk"],
    "requests": [F("requests").asc(nulls_last=True), "pk"],
    "called": [F("called_at").asc(nulls_first=True), "pk"],
}


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A line of the list, ready to be shown."""

    pk: int
    name: str
    health: Health
    city: str
    timezone: str
    package: str
    term: str
    term_kind: str
    trend: list[int]
    requests: int | None
    contracts: int | None
    contracts_sum: Decimal | None
    called: str
    deal_id: int | None
    next_task_due_at: datetime | None
    next_task_kind: str
    manager: str


def with_figures(partners: QuerySet[Partner]) -> QuerySet[Partner]:
    """Annotate what the list shows and filters by: the term, the last call, the last metrics."""
    renewal = Deal.objects.open().filter(partner=OuterRef("pk"), pipeline=PipelineCode.RENEWAL).order_by("pk")
    working = Deal.objects.open().filter(partner=OuterRef("pk")).exclude(pipeline=PipelineCode.ADDON).order_by("pk")
    last = Metrics.objects.filter(partner=OuterRef("pk")).order_by("-measured_on", "-pk")
    call = CallComment.objects.filter(deal__partner=OuterRef("pk")).order_by("-called_at")
    return partners.annotate(
        term_ends_on=Subquery(renewal.values("term_ends_on")[:1]),
        deal_id=Subquery(working.values("pk")[:1]),
        requests=Subquery(last.values("requests")[:1]),
        called_at=Subquery(call.values("called_at")[:1]),
    )


def segments(now: datetime) -> dict[str, tuple[str, Q]]:
    """The saved views: code → (the rule in words, the rule)."""
    today = moscow.today(now)
    return {
        "all": (_("all partners in work"), Q()),
        "few": (
            _("fewer than %(n)s requests at the last call") % {"n": FEW_REQUESTS},
            Q(requests__lt=FEW_REQUESTS),
        ),
        "ending": (
            _("the term ends within %(n)s days") % {"n": TERM_ENDS_SOON.days},
            Q(term_ends_on__lte=today + TERM_ENDS_SOON),
        ),
        "silent": (
            _("no call for more than %(n)s days") % {"n": LONG_SILENCE.days},
            Q(called_at__lt=now - LONG_SILENCE) | Q(called_at__isnull=True),
        ),
    }


def segment_counts(partners: QuerySet[Partner], now: datetime) -> dict[str, int]:
    """How many partners each saved view holds, in one query."""
    counted = {
        code: Count("pk", filter=rule) if rule else Count("pk") for code, (_words, rule) in segments(now).items()
    }
    return partners.aggregate(**counted)


def partner_rows(partners: QuerySet[Partner], now: datetime) -> list[PartnerRow]:
    """The page's rows in two queries: the partners with their figures, and their trends."""
    found = list(partner_values(partners))
    trends = _trends([row["pk"] for row in found])
    return [_row(row, trends.get(row["pk"], []), now) for row in found]


def partner_values(partners: QuerySet[Partner]) -> QuerySet:
    """The rows as the database gives them."""
    nearest = Task.objects.open().filter(deal__partner=OuterRef("pk")).order_by("due_at", "pk")
    last = Metrics.objects.filter(partner=OuterRef("pk")).order_by("-measured_on", "-pk")
    working = Deal.objects.filter(pk=OuterRef("deal_id"))
    return partners.values(
        "pk", "name", "city__name", "city__timezone", "term_ends_on", "deal_id", "requests", "called_at",
        "manager__first_name", "manager__last_name",
        package=Coalesce(Subquery(working.values("package__name")[:1]), Subquery(working.values("service__name")[:1])),
        stage_role=Subquery(working.values("stage__role")[:1]),
        contracts=Subquery(last.values("contracts")[:1]),
        contracts_sum=Subquery(last.values("contracts_sum")[:1]),
        task_due_at=Subquery(nearest.values("due_at")[:1]),
        task_kind=Subquery(nearest.values("kind")[:1]),
        has_problem=has_problem("pk"),
    )  # fmt: skip


def _trends(partner_ids: list[int]) -> dict[int, list[int]]:
    """The requests told in the last eight calls of each partner, oldest first."""
    told = (
        Metrics.objects.filter(partner__in=partner_ids, requests__isnull=False)
        .order_by()
        .values("partner")
        .annotate(numbers=ArrayAgg("requests", order_by=["measured_on", "pk"]))
    )
    return {row["partner"]: row["numbers"][-WEEKS_SHOWN:] for row in told}


def _row(values: dict[str, Any], trend: list[int], now: datetime) -> PartnerRow:
    today, due_at, called_at = moscow.today(now), values["task_due_at"], values["called_at"]
    silent = (today - moscow.today(called_at)).days if called_at else None
    overdue = (today - moscow.today(due_at)).days if due_at and due_at < now else 0
    term, term_kind = term_words(values["term_ends_on"], today)
    return PartnerRow(
        pk=values["pk"],
        name=formatting.typography(values["name"]),
        health=health(Signs(values["stage_role"] or "", overdue, silent, values["requests"], values["has_problem"])),
        city=values["city__name"],
        timezone=values["city__timezone"],
        package=values["package"] or "",
        term=term,
        term_kind=term_kind,
        trend=trend,
        requests=values["requests"],
        contracts=values["contracts"],
        contracts_sum=values["contracts_sum"],
        called=formatting.short_day(moscow.today(called_at), today) if called_at else "",
        deal_id=values["deal_id"],
        next_task_due_at=due_at,
        next_task_kind=values["task_kind"] or "",
        manager=f"{values['manager__first_name']} {values['manager__last_name']}",
    )


def term_words(ends_on: date | None, today: date) -> tuple[str, str]:
    """«30 ноя · 7 дн» and its colour: amber from 14 days on, red from 7."""
    if ends_on is None:
        return "", ""
    days = (ends_on - today).days
    kind = "bad" if days <= 7 else "warn" if days <= 14 else ""
    day = formatting.short_day(ends_on, today)
    return (f"{day} · {formatting.days_left(ends_on, today)}" if days <= 30 else day), kind
