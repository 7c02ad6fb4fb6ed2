"""What became of what sales has handed over: accepted when, on which status now, first requests, renewals (R18)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from core import formatting, moscow
from core.expressions import MoscowDate
from deals.models import Deal, Handoff, HandoffQuestion, PipelineCode
from deals.models.handoff import HandoffQuerySet
from partners.models import Metrics

PAGE_SIZE = 50
TERMS = (PipelineCode.NEW, PipelineCode.RENEWAL)
FIELDS = (
    "pk", "paid_on", "amount", "status", "created_at", "accept_by", "accepted_at", "returned_at", "time_with_sales",
    "deal__partner__name", "deal__partner__city__name", "package__name", "package__term_months",
    "sold_by__first_name", "sold_by__last_name", "accepted_by__first_name", "accepted_by__last_name",
    "deal__manager__first_name", "deal__manager__last_name",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SoldRow:
    """A line: what was handed over and what has become of it. `on_support` and `on_sales` are how long each held it."""

    pk: int
    partner: str
    city: str
    paid_on: date
    amount: Decimal
    package: str
    seller: str
    manager: str
    accepted_at: datetime | None
    is_in_time: bool
    is_returned: bool
    questions: int
    on_support: timedelta
    on_sales: timedelta
    status: str
    stage: str
    is_lost: bool
    requests: int | None
    requests_on: date | None
    renewals: int
    renewals_sum: Decimal


@dataclass(frozen=True, slots=True)
class SoldFacts:
    """The strip: of all that was handed over, and what the partners have paid for renewals since."""

    handed_over: int
    amount: Decimal
    asking: int
    accepted: int
    in_time: int
    with_requests: int
    renewals: int
    renewals_sum: Decimal

    @property
    def in_time_percent(self) -> int | None:
        return round(100 * self.in_time / self.accepted) if self.accepted else None


def sold_facts(handoffs: HandoffQuerySet) -> SoldFacts:
    """The figures over these handoffs, in three queries."""
    first_requests = Metrics.objects.filter(partner=OuterRef("deal__partner"), requests__gt=0)
    row = handoffs.annotate(accepted_on=MoscowDate("accepted_at"), has_requests=Exists(first_requests)).aggregate(
        handed_over=Count("pk"),
        amount=Coalesce(Sum("amount"), Decimal(0)),
        accepted=Count("pk", filter=Q(accepted_at__isnull=False)),
        in_time=Count("pk", filter=Q(accepted_on__lte=F("accept_by"))),
        with_requests=Count("pk", filter=Q(has_requests=True)),
    )
    partners = handoffs.order_by().values("deal__partner")
    renewed = _renewals().filter(partner__in=partners)
    row |= renewed.aggregate(renewals=Count("pk"), renewals_sum=Coalesce(Sum("paid_amount"), Decimal(0)))
    return SoldFacts(**row, asking=handoffs.asking_sales().count())


def sold_rows(handoffs: HandoffQuerySet, page: int, now: datetime) -> tuple[list[SoldRow], bool]:
    """A page of them, the latest first, and whether there is a further one."""
    start = (page - 1) * PAGE_SIZE
    found = list(_annotated(handoffs).order_by("-created_at", "-pk")[start : start + PAGE_SIZE + 1])
    return [_row(values, now) for values in found[:PAGE_SIZE]], len(found) > PAGE_SIZE


def _renewals() -> QuerySet[Deal]:
    return Deal.objects.filter(pipeline=PipelineCode.RENEWAL, outcome=Deal.Outcome.WON)


def _annotated(handoffs: HandoffQuerySet) -> QuerySet:
    partner = OuterRef("deal__partner")
    latest = Deal.objects.filter(partner=partner, pipeline__in=TERMS).order_by("-created_at", "-pk")
    first = Metrics.objects.filter(partner=partner, requests__gt=0, measured_on__gte=OuterRef("paid_on"))
    first = first.order_by("measured_on", "pk")
    renewed = _renewals().filter(partner=partner, created_at__gte=OuterRef("created_at")).order_by().values("partner")
    asked = HandoffQuestion.objects.open().filter(handoff=OuterRef("pk")).order_by().values("handoff")
    return handoffs.values(
        *FIELDS,
        stage=Subquery(latest.values("stage__name")[:1]),
        outcome=Subquery(latest.values("outcome")[:1]),
        requests=Subquery(first.values("requests")[:1]),
        requests_on=Subquery(first.values("measured_on")[:1]),
        renewals=Coalesce(Subquery(renewed.annotate(n=Count("pk")).values("n")), 0),
        renewals_sum=Coalesce(Subquery(renewed.annotate(n=Sum("paid_amount")).values("n")), Decimal(0)),
        open_questions=Coalesce(Subquery(asked.annotate(n=Count("pk")).values("n")), 0),
    )


def _row(values: dict[str, Any], now: datetime) -> SoldRow:
    accepted_at, returned_at = values["accepted_at"], values["returned_at"]
    on_sales = values["time_with_sales"] + (now - returned_at if returned_at else timedelta(0))
    accepter = _name(values, "accepted_by") or _name(values, "deal__manager")
    return SoldRow(
        pk=values["pk"],
        partner=formatting.typography(values["deal__partner__name"]),
        city=values["deal__partner__city__name"],
        paid_on=values["paid_on"],
        amount=values["amount"],
        package=f"{values['package__name']} · {values['package__term_months']}\N{NO-BREAK SPACE}мес",
        seller=formatting.short_name(_name(values, "sold_by")),
        manager=accepter,
        accepted_at=accepted_at,
        is_in_time=bool(accepted_at and accepted_at <= moscow.end_of_day(values["accept_by"])),
        is_returned=accepted_at is None and returned_at is not None,
        questions=values["open_questions"],
        on_support=(accepted_at or now) - values["created_at"] - on_sales,
        on_sales=on_sales,
        status=Handoff.Status(values["status"]).label,
        stage=values["stage"] or "",
        is_lost=values["outcome"] == Deal.Outcome.LOST,
        requests=values["requests"],
        requests_on=values["requests_on"],
        renewals=values["renewals"],
        renewals_sum=values["renewals_sum"],
    )


def _name(values: dict[str, Any], whose: str) -> str:
    return f"{values[f'{whose}__first_name'] or ''} {values[f'{whose}__last_name'] or ''}".strip()
