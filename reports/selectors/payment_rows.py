"""The rows behind the figures of the report of payments: exactly those that were counted (R17)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, Concat
from django.urls import reverse
from django.utils.translation import gettext as _

from core import formatting
from deals.models import Deal
from invoices.rules import Badge
from reports.selectors.payments import Narrowing, expected_deals, expected_invoices, potential, received


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A line of a column. `day` is None where nobody has said yet when the money is to come."""

    day: date | None
    partner: str
    about: str
    amount: Decimal
    badge: Badge
    url: str
    manager: str
    deal_id: int | None = None


def rows_of(column: str, narrowed: Narrowing, today: date, limit: int) -> list[PaymentRow]:
    """The first rows of a column: received the latest first, the others in the order in which they are to come."""
    if column == "received":
        values = _named(received(narrowed), "invoice__partner", "invoice__deal", "manager")
        latest = values.annotate(
            day=F("payment__paid_on"), number=F("invoice__number"), invoiced=F("invoice__amount")
        ).order_by("-payment__paid_on", "-pk")
        return [_received(row) for row in latest[:limit]]
    if column == "potential":
        return _deals(potential(narrowed), today, limit)
    invoices = _named(expected_invoices(narrowed), "partner", "deal", "partner__manager").order_by("due_on", "pk")
    rows = [_invoice(row, today) for row in invoices[:limit]] + _deals(expected_deals(narrowed), today, limit)
    return sorted(rows, key=lambda row: row.day or date.max)[:limit]


def _named(rows: QuerySet, partner: str, deal: str, manager: str) -> Any:
    """Slim values with the names that every row shows."""
    path = f"{deal}__" if deal else ""
    full_name = Concat(f"{manager}__first_name", Value(" "), f"{manager}__last_name")
    subject = Coalesce(f"{path}service__name", f"{path}package__name", Value(""))
    named = rows.annotate(
        partner_name=F(f"{partner}__name"), pipeline_name=F(f"{path}pipeline__name"), subject=subject, person=full_name
    )
    return named.values()


def _received(row: dict[str, Any]) -> PaymentRow:
    is_whole = row["amount"] >= row["invoiced"]
    part = _("part, of %(sum)s") % {"sum": formatting.money(row["invoiced"])}
    return PaymentRow(
        day=row["day"],
        partner=row["partner_name"],
        about=_about(row["pipeline_name"], _of_invoice(row["number"])),
        amount=row["amount"],
        badge=Badge(_("counted"), "ok") if is_whole else Badge(part, "warn"),
        url=reverse("invoices:invoice", args=[row["invoice_id"]]),
        manager=row["person"],
    )


def _invoice(row: dict[str, Any], today: date) -> PaymentRow:
    if row["due_on"] < today:
        badge = Badge(_("has not come in time"), "bad")
    elif row["paid_amount"]:
        badge = Badge(_("the rest of %(sum)s") % {"sum": formatting.money(row["amount"])}, "warn")
    else:
        badge = Badge(_("invoice issued"), "plain")
    return PaymentRow(
        day=row["due_on"],
        partner=row["partner_name"],
        about=_about(row["pipeline_name"], _of_invoice(row["number"])),
        amount=row["left"],
        badge=badge,
        url=reverse("invoices:invoice", args=[row["id"]]),
        manager=row["person"],
    )


def _deals(deals: QuerySet[Deal], today: date, limit: int) -> list[PaymentRow]:
    values = _named(deals, "partner", "", "manager")
    return [_deal(row, today) for row in values.order_by(F("expected_payment_on").asc(nulls_last=True), "pk")[:limit]]


def _deal(row: dict[str, Any], today: date) -> PaymentRow:
    if row["expected_payment_on"] and row["expected_payment_on"] < today:
        badge = Badge(_("has not come in time"), "bad")
    elif row["confidence"] == Deal.Confidence.DOUBTFUL:
        badge = Badge(_("in doubt"), "warn")
    else:
        badge = Badge(_("sure"), "plain")
    return PaymentRow(
        day=row["expected_payment_on"],
        partner=row["partner_name"],
        about=_about(row["pipeline_name"], row["subject"]),
        amount=row["left"],
        badge=badge,
        url=reverse("deals:deal", args=[row["id"]]),
        manager=row["person"],
        deal_id=row["id"],
    )


def _of_invoice(number: int) -> str:
    return _("invoice № %(number)s") % {"number": number}


def _about(*parts: str | None) -> str:
    return ", ".join(filter(None, parts))
