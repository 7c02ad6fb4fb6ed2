"""Everything that one partner's page shows, read once."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from accounts.models import User
from accounts.permissions import may
from core import moscow
from deals.models import CallComment, Deal, PipelineCode, Problem
from deals.rules import Signs, health, health_reasons
from deals.selectors.metrics import table, trends
from partners.models import Metrics, Partner
from partners.selectors import contacts_of, standing_merges

METRICS_READ = 60
DEALS_READ = 100


def partner_page(partner: Partner, user: User, now: datetime) -> dict[str, Any]:
    """Contacts, agreements, deals and the chain of terms, metrics; what the reader may do here."""
    deals = list(
        Deal.objects.visible_to(user)
        .filter(partner=partner)
        .select_related("stage", "pipeline", "package", "service", "manager")
        .with_next_task()
        .order_by("-created_at", "-pk")[:DEALS_READ]
    )
    metrics = list(Metrics.objects.filter(partner=partner).order_by("-measured_on", "-pk")[:METRICS_READ])
    problems = list(Problem.objects.open().filter(partner=partner).select_related("raised_by").order_by("pk"))
    agreements = list(
        partner.agreements.filter(archived_at__isnull=True).select_related("kept_by", "added_by").order_by("pk")
    )
    signs = _signs(partner, deals, metrics, bool(problems), now)
    people = contacts_of(partner) if may(user, "partner.read_contacts") else {"contacts": []}
    return people | {
        "partner": partner,
        "health": health(signs),
        "health_reasons": health_reasons(signs),
        "problems": problems,
        "agreements": agreements,
        "kept_count": sum(each.kept_at is not None for each in agreements),
        "open_deals": [deal for deal in deals if deal.is_open],
        "terms": [deal for deal in deals if deal.pipeline_id != PipelineCode.ADDON],
        "addons": [deal for deal in deals if deal.pipeline_id == PipelineCode.ADDON],
        "trends": trends(metrics),
        "metric_rows": table(metrics, moscow.today(now)),
        "merges": list(standing_merges(partner)) if may(user, "partner.merge") else [],
        **_rights(partner, user),
    }


def _signs(partner: Partner, deals: list[Deal], metrics: list[Metrics], has_problem: bool, now: datetime) -> Signs:
    """What the partner's health is judged by: its main open deal, its nearest task, its last call."""
    today = moscow.today(now)
    working = [deal for deal in deals if deal.is_open and deal.pipeline_id != PipelineCode.ADDON]
    due = min((deal.next_task_due_at for deal in deals if deal.is_open and deal.next_task_due_at), default=None)
    called = CallComment.objects.filter(deal__partner=OuterRef("pk")).order_by("-called_at").values("called_at")[:1]
    called_at = Partner.objects.filter(pk=partner.pk).values_list(Subquery(called), flat=True).first()
    return Signs(
        stage_role=working[0].stage.role if working else "",
        overdue_days=(today - moscow.today(due)).days if due and due < now else 0,
        silent_days=(today - moscow.today(called_at)).days if called_at else None,
        last_requests=metrics[0].requests if metrics else None,
        has_problem=has_problem,
    )


def _rights(partner: Partner, user: User) -> dict[str, bool]:
    """What this reader may do here; a control he has no right for is absent."""
    in_work = partner.archived_at is None
    return {
        "can_see_contacts": may(user, "partner.read_contacts"),
        "can_log_call": in_work and may(user, "call.log"),
        "can_keep": in_work and may(user, "partner.update"),
        "can_edit": in_work and may(user, "partner.update"),
        "can_offer": in_work and may(user, "deal.create") and may(user, "deal.update"),
        "can_edit_contacts": in_work and may(user, "contact.update"),
        "can_archive_contacts": in_work and may(user, "contact.archive"),
        "can_merge_contacts": in_work and may(user, "contact.merge"),
        "can_archive": may(user, "partner.archive"),
        "can_merge": in_work and may(user, "partner.merge"),
        "can_see_invoices": may(user, "invoice.read"),
    }
