"""Everything that the deal card shows, read once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from accounts.models import User
from accounts.permissions import may
from core import formatting, moscow
from deals.models import (
    Call,
    CallComment,
    CommentDraft,
    Deal,
    PartnerFile,
    PipelineCode,
    Problem,
    Stage,
    Task,
    has_problem,
)
from deals.rules import Health, Signs, health, health_reasons
from deals.selectors.alerts import open_alerts
from deals.selectors.inline import inline_values
from deals.selectors.metrics import table, trends
from partners.models import Contact, Metrics

METRICS_READ = 40
"""Enough for the weeks that are drawn: three calls a week would be many."""
ADDONS_SHOWN = 6
SILENT_CALLS_SHOWN = 5
DEALS_READ = 40
PIPELINE_ICONS = {PipelineCode.NEW: "user-plus", PipelineCode.RENEWAL: "refresh-cw", PipelineCode.ADDON: "layers"}


@dataclass(frozen=True)
class StageStep:
    """A segment of the stage strip."""

    stage: Stage
    state: str
    days: int


def get_deal(user: User, pk: int) -> Deal:
    """The deal with its partner, or 404 when it is not the user's to see."""
    queryset = Deal.objects.visible_to(user).select_related(
        "partner__city",
        "partner__contract_offer",
        "stage",
        "pipeline",
        "manager",
        "package",
        "service",
        "main_comment_by",
        "contact",
        "previous_deal__stage",
        "next_deal",
        "handoff__sold_by",
    )
    called = CallComment.objects.filter(deal=OuterRef("pk")).order_by("-called_at")
    queryset = queryset.annotate(
        last_call_at=Subquery(called.values("called_at")[:1]),
        has_draft=Exists(CommentDraft.objects.filter(deal=OuterRef("pk"), author=user)),
        # A copy of a text on the author's device that is older than it has been sent.
        own_comment=Subquery(called.filter(author=user).values("pk")[:1]),
        has_problem=has_problem("partner"),
        has_silent_call=Exists(Call.objects.without_comment().filter(deal=OuterRef("pk"))),
        file_count=_files_shown(),
    )
    return get_object_or_404(queryset, pk=pk)


def _files_shown() -> Coalesce:
    """How many files the card's tab shows: the deal's own and those of no deal."""
    files = PartnerFile.objects.filter(partner=OuterRef("partner"), file__archived_at__isnull=True)
    files = files.filter(Q(deal=OuterRef("pk")) | Q(deal=None))
    return Coalesce(Subquery(files.order_by().values("partner").annotate(n=Count("pk")).values("n")), 0)


def deal_card(deal: Deal, user: User, now: datetime) -> dict[str, Any]:
    """The context of the card around its timeline and form."""
    tasks = open_tasks(deal, user)
    metrics = list(Metrics.objects.filter(partner=deal.partner_id).order_by("-measured_on", "-pk")[:METRICS_READ])
    problems = _problems(deal) if deal.has_problem else []
    signs = signs_of(deal, tasks, metrics, bool(problems), now)
    last_call_at = deal.last_call_at
    contacts = _contacts(deal, user)
    agreements = list(
        deal.partner.agreements.filter(archived_at__isnull=True).select_related("kept_by", "added_by").order_by("pk")
    )
    others = list(
        Deal.objects.filter(partner=deal.partner_id)
        .exclude(pk=deal.pk)
        .select_related("service", "stage", "package")
        .order_by("-created_at", "-pk")[:DEALS_READ]
    )
    return {
        "deal": deal,
        "pipeline_icon": PIPELINE_ICONS[deal.pipeline_id],
        "partner": deal.partner,
        "handoff": getattr(deal, "handoff", None),
        "steps": stage_strip(deal, now),
        "open_tasks": tasks,
        "next_task": tasks[0] if tasks else None,
        "is_late": any(task.is_overdue(now) for task in tasks),
        "term_chip": term_chip(deal, now),
        "contacts": contacts,
        "inline": inline_values(deal, user, contacts[0] if contacts else None),
        "agreements": agreements,
        "kept_count": sum(each.kept_at is not None for each in agreements),
        "addons": [each for each in others if each.pipeline_id == PipelineCode.ADDON][:ADDONS_SHOWN],
        "terms": [each for each in others if each.pipeline_id != PipelineCode.ADDON],
        "alerts": open_alerts([deal.pk]).get(deal.pk, []),
        "last_metrics": metrics[0] if metrics else None,
        "trends": trends(metrics),
        "metric_rows": table(metrics, moscow.today(now)),
        "silent_calls": _silent_calls(deal) if deal.has_silent_call else [],
        "problems": problems,
        "health": health(signs),
        "health_reasons": health_reasons(signs) if health(signs) in {Health.DOUBTFUL, Health.PROBLEM} else [],
        "silent_days": (moscow.today(now) - moscow.today(last_call_at)).days if last_call_at else None,
    }


def open_tasks(deal: Deal, user: User) -> list[Task]:
    """The deal's next steps, the nearest first, each with whether this reader may change it (`is_changeable`)."""
    changeable = Task.objects.visible_to(user, "task.update").filter(pk=OuterRef("pk"))
    tasks = deal.tasks.open().select_related("assignee").annotate(is_changeable=Exists(changeable))
    return list(tasks.order_by("due_at", "pk"))


def _silent_calls(deal: Deal) -> list[Call]:
    """The calls that nobody has written a comment after, the oldest first (R4)."""
    return list(
        deal.calls.without_comment().select_related("contact").order_by("started_at", "pk")[:SILENT_CALLS_SHOWN]
    )


def _problems(deal: Deal) -> list[Problem]:
    """The open problems of the partner, the oldest first."""
    return list(Problem.objects.open().filter(partner=deal.partner_id).select_related("raised_by").order_by("pk"))


def stage_strip(deal: Deal, now: datetime) -> list[StageStep]:
    """The stages of the deal's pipeline: past, present (with days on it) and to come."""
    days = (moscow.today(now) - moscow.today(deal.stage_entered_at)).days + 1
    steps = []
    for stage in Stage.objects.filter(pipeline=deal.pipeline_id).order_by("order"):
        state = "now" if stage.pk == deal.stage_id else "past" if stage.order < deal.stage.order else "future"
        if stage.is_final and state == "past":
            state = "future"
        steps.append(StageStep(stage, state, days))
    return steps


def _contacts(deal: Deal, user: User) -> list[Contact]:
    """The people at the partner's, the deal's own first; nobody for a role that may not see contacts."""
    if not may(user, "partner.read_contacts"):
        return []
    return sorted(deal.partner.contacts.in_use(), key=lambda each: each.pk != deal.contact_id)


def week_columns(metrics: list[Metrics]) -> list[tuple[str, int]]:
    """The requests told in the last calls, oldest first, for the columns of the rail."""
    told = [each for each in reversed(metrics) if each.requests is not None]
    labels = formatting.week_labels([each.measured_on for each in told])
    return [(label, each.requests) for label, each in zip(labels, told, strict=True)]


def term_chip(deal: Deal, now: datetime) -> str:
    """Amber from 14 days before the end of the term, red from 7."""
    days = (deal.term_ends_on - moscow.today(now)).days if deal.term_ends_on else 99
    return "chip--bad" if days <= 7 else "chip--warn" if days <= 14 else ""


def signs_of(deal: Deal, tasks: list[Task], metrics: list[Metrics], has_problem: bool, now: datetime) -> Signs:
    """What the health of the deal is judged by."""
    today = moscow.today(now)
    overdue = (today - moscow.today(tasks[0].due_at)).days if tasks and tasks[0].is_overdue(now) else 0
    silent = (today - moscow.today(deal.last_call_at)).days if deal.last_call_at else None
    requests = metrics[0].requests if metrics else None
    return Signs(deal.stage.role, overdue, silent, requests, has_problem)
