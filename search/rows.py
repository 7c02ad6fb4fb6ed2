"""Reads of what was found, one query a kind, as results ready to be shown."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import may
from core import formatting, moscow
from deals.models import CallComment, Deal, PipelineCode, Task, has_problem
from deals.rules import Signs, health
from invoices.models import Invoice
from invoices.rules import PAYMENT_STATE_NAMES, payment_state
from partners.models import Contact, Metrics, Partner
from search.results import Preview, Result

PIPELINE_ICONS = {PipelineCode.NEW: "user-plus", PipelineCode.RENEWAL: "refresh-cw", PipelineCode.ADDON: "layers"}


def partner_results(partners: QuerySet[Partner], user: User, now: datetime) -> list[Result]:
    """Partners with their previews, in one query. No contacts for who may not see them."""
    deals = Deal.objects.visible_to(user).open().filter(partner=OuterRef("pk"))
    working = deals.exclude(pipeline=PipelineCode.ADDON).order_by("pk")
    contact = Contact.objects.filter(partner=OuterRef("pk")).order_by("-is_primary", "pk")
    nearest = Task.objects.open().filter(deal__partner=OuterRef("pk")).order_by("due_at", "pk")
    last = Metrics.objects.filter(partner=OuterRef("pk")).order_by("-measured_on", "-pk")
    called = CallComment.objects.filter(deal__partner=OuterRef("pk")).order_by("-called_at")
    values = partners.values(
        "pk", "name", "city__name", "city__timezone",
        deal=Subquery(working.values("pk")[:1]),
        stage=Subquery(working.values("stage__name")[:1]),
        role=Subquery(working.values("stage__role")[:1]),
        amount=Subquery(working.values("amount")[:1]),
        until=Coalesce(
            Subquery(working.values("expected_payment_on")[:1]), Subquery(working.values("term_ends_on")[:1])
        ),
        main_comment=Subquery(working.values("main_comment")[:1]),
        contact=Subquery(contact.values("name")[:1]),
        phone=Subquery(contact.values("phone")[:1]),
        task_due_at=Subquery(nearest.values("due_at")[:1]),
        task_kind=Subquery(nearest.values("kind")[:1]),
        requests=Subquery(last.values("requests")[:1]),
        meetings=Subquery(last.values("meetings")[:1]),
        contracts=Subquery(last.values("contracts")[:1]),
        called_at=Subquery(called.values("called_at")[:1]),
        has_problem=has_problem("pk"),
    )  # fmt: skip
    sees_contacts = may(user, "partner.read_contacts")
    return [_partner(row, sees_contacts, now) for row in values]


def deal_results(deals: QuerySet[Deal], now: datetime) -> list[Result]:
    """Deals with partner, status and sum."""
    rows = deals.values("pk", "pipeline", "partner__name", "stage__name", "amount", "term_ends_on", "service__name")
    return [
        Result(
            pk=row["pk"],
            url=reverse("deals:deal", args=[row["pk"]]),
            title=_("Deal № %(n)s") % {"n": row["pk"]},
            note=_joined(formatting.typography(row["partner__name"]), row["service__name"] or row["stage__name"]),
            icon=PIPELINE_ICONS[row["pipeline"]],
            end=formatting.money(row["amount"]) if row["amount"] is not None else "",
        )
        for row in rows
    ]


def invoice_results(invoices: QuerySet[Invoice], now: datetime) -> list[Result]:
    """Invoices with their sum, partner and payment state."""
    today = moscow.today(now)
    rows = invoices.with_paid_amount().values(
        "pk", "number", "amount", "paid_amount", "state", "partner__name", "dated_on"
    )
    return [
        Result(
            pk=row["pk"],
            url=reverse("invoices:invoice", args=[row["pk"]]),
            title=_("Invoice № %(n)s") % {"n": row["number"]} if row["number"] else _("Draft of an invoice"),
            note=_joined(
                formatting.money(row["amount"]), formatting.typography(row["partner__name"]), _payment_words(row)
            ),
            icon="receipt-text",
            end=formatting.short_day(row["dated_on"], today),
        )
        for row in rows
    ]


def _partner(row: dict[str, Any], sees_contacts: bool, now: datetime) -> Result:
    today, due_at, called_at = moscow.today(now), row["task_due_at"], row["called_at"]
    silent = (today - moscow.today(called_at)).days if called_at else None
    overdue = (today - moscow.today(due_at)).days if due_at and due_at < now else 0
    name = formatting.typography(row["name"])
    return Result(
        url=reverse("partners:partner", args=[row["pk"]]),
        title=name,
        note=row["city__name"],
        health=health(Signs(row["role"] or "", overdue, silent, row["requests"], row["has_problem"])),
        zone=row["city__timezone"],
        pk=row["pk"],
        deal_id=row["deal"],
        preview=Preview(
            name=name,
            city=row["city__name"],
            timezone=row["city__timezone"],
            stage=row["stage"] or "",
            amount=row["amount"],
            until=row["until"],
            contact=(row["contact"] or "") if sees_contacts else "",
            phone=(row["phone"] or "") if sees_contacts else "",
            task_due_at=due_at,
            task_kind=row["task_kind"] or "",
            requests=row["requests"],
            meetings=row["meetings"],
            contracts=row["contracts"],
            main_comment=row["main_comment"] or "",
        ),
    )


def _payment_words(row: dict[str, Any]) -> str:
    if row["state"] != Invoice.State.ISSUED:
        return str(Invoice.State(row["state"]).label).lower()
    return str(PAYMENT_STATE_NAMES[payment_state(row["amount"], row["paid_amount"])]).lower()


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))
