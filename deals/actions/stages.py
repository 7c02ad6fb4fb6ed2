"""Moving a deal from stage to stage, and closing it (R5, R6)."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from catalog.models import Package
from core import moscow
from core.audit import operation
from core.errors import RuleViolation
from deals import hints
from deals.actions.history import values_of, write_changes
from deals.actions.locking import check_open, lock_deal, lock_open_deal
from deals.actions.pricing import set_price
from deals.actions.tasks import NextStep, plan
from deals.models import Deal, PipelineCode, Stage, StageChange, StageRole
from deals.rules import next_term


def move_deal(
    deal: Deal,
    to_stage: Stage,
    *,
    by: User | None,
    now: datetime,
    reason: str = "",
    package: Package | None = None,
    discount_percent: Decimal | None = None,
    amount: Decimal | None = None,
    expected_payment_on: date | None = None,
    next_step: NextStep | None = None,
    version: int | None = None,
) -> Deal:
    """Move an open deal to another stage of its pipeline, with what that stage demands.

    `due` needs the package and the exact amount (R6): given directly, or computed from package and discount.
    A final stage completes or loses the deal. Raises `wrong_pipeline`, `stage_needs_acceptance`, `already_accepted`,
    `stage_needs_package`, `stage_needs_amount`, `deal_closed`, `version_conflict` and what the next step may raise.
    """
    if to_stage.role == StageRole.WON:
        return complete_deal(deal, by=by, now=now, reason=reason, version=version)[0]
    if to_stage.role == StageRole.LOST:
        return lose_deal(deal, by=by, now=now, reason=reason, version=version)
    require(by, "deal.move", deal)
    with operation("deal.move", by=by, why=reason):
        deal = lock_open_deal(deal, version=version)
        _check_move(deal, to_stage)
        before = values_of(deal)
        if package or discount_percent is not None or amount is not None:
            set_price(deal, package or deal.package, discount_percent, amount)
        if to_stage.role == StageRole.DUE:
            _check_exact_amount(deal)
        if expected_payment_on:
            deal.expected_payment_on = expected_payment_on
        if to_stage.pk != deal.stage_id:
            enter(deal, to_stage, by=by, now=now, reason=reason)
        deal.version += 1
        deal.save()
        write_changes(deal, before, by=by, now=now)
        if next_step:
            plan(deal, next_step, by=by, now=now)
    return deal


def complete_deal(
    deal: Deal, *, by: User | None, now: datetime, reason: str = "", version: int | None = None
) -> tuple[Deal, Deal | None]:
    """Close the deal as won; a new partner's or a renewal deal is continued by exactly one next renewal deal (R5).

    Asking again gives the same next deal. A renewal is completed after its money has come, or with a written reason
    (`needs_payment`). Raises also `stage_needs_acceptance`, `deal_closed` (it was lost), `version_conflict`.
    """
    require(by, "deal.complete", deal)
    with operation("deal.complete", by=by, why=reason):
        deal = lock_deal(deal)
        if deal.outcome == Deal.Outcome.WON:
            return deal, Deal.objects.filter(previous_deal=deal).first()
        deal = lock_open_deal(deal, version=version)
        return close_as_won(deal, by=by, now=now, reason=reason)


def close_as_won(deal: Deal, *, by: User | None, now: datetime, reason: str = "") -> tuple[Deal, Deal | None]:
    """Complete a locked open deal inside an operation that has checked the rights."""
    won = Stage.objects.get(pipeline=deal.pipeline_id, role=StageRole.WON)
    _check_move(deal, won)
    if _is_renewal_unpaid(deal):
        _check_unpaid_reason(reason)
        deal.unpaid_completion_reason = reason.strip()
    _close(deal, won, Deal.Outcome.WON, by=by, now=now, reason=reason)
    if deal.pipeline_id == PipelineCode.ADDON:
        _close_tasks(deal, by=by, now=now)
        return deal, None
    next_deal = _continue(deal, by=by, now=now)
    deal.tasks.open().update(deal=next_deal)
    return deal, next_deal


def lose_deal(deal: Deal, *, by: User | None, now: datetime, reason: str, version: int | None = None) -> Deal:
    """Close the deal as lost, with the reason that this needs; its open tasks are closed with it."""
    require(by, "deal.lose", deal)
    _check_lost_reason(reason)
    with operation("deal.lose", by=by, why=reason):
        deal = lock_open_deal(deal, version=version)
        deal.lost_reason = reason.strip()
        lost = Stage.objects.get(pipeline=deal.pipeline_id, role=StageRole.LOST)
        _close(deal, lost, Deal.Outcome.LOST, by=by, now=now, reason=reason)
        _close_tasks(deal, by=by, now=now)
    return deal


def enter(deal: Deal, stage: Stage, *, by: User | None, now: datetime, reason: str = "") -> None:
    """Put the locked deal on the stage and write the line of its history; the caller saves the deal."""
    StageChange.objects.create(deal=deal, from_stage=deal.stage, to_stage=stage, by=by, at=now, reason=reason.strip())
    deal.stage, deal.stage_entered_at = stage, now


def enter_role(deal: Deal, role: str, *, by: User | None, now: datetime, reason: str = "") -> None:
    """Put the locked deal on the stage of its pipeline that bears this role; the caller saves the deal."""
    enter(deal, Stage.objects.get(pipeline=deal.pipeline_id, role=role), by=by, now=now, reason=reason)


def check_entry(deal: Deal, to_stage: Stage) -> None:
    """Raise what `move_deal` would say of the deal as it stands, without a reason; a lost deal always needs one.

    Asks nothing of the database when the deal was read with its stage, package and handoff.
    """
    check_open(deal)
    if to_stage.role == StageRole.LOST:
        _check_lost_reason("")
    _check_move(deal, to_stage)
    if to_stage.role == StageRole.WON and _is_renewal_unpaid(deal):
        _check_unpaid_reason("")
    if to_stage.role == StageRole.DUE:
        _check_exact_amount(deal)


def _is_renewal_unpaid(deal: Deal) -> bool:
    return deal.pipeline_id == PipelineCode.RENEWAL and not deal.is_paid


def _check_unpaid_reason(reason: str) -> None:
    if not reason.strip():
        message = _("The money has not come. Record the payment, or write why the renewal is completed without it.")
        raise RuleViolation("needs_payment", message, "reason")


def _check_lost_reason(reason: str) -> None:
    if not reason.strip():
        raise RuleViolation("lost_needs_reason", _("Write why the partner refused."), "reason")


def _check_move(deal: Deal, to_stage: Stage) -> None:
    """Refuse another pipeline's stage, and any way around the acceptance of a handoff (R1)."""
    if to_stage.pipeline_id != deal.pipeline_id:
        raise RuleViolation("wrong_pipeline", _("This status belongs to another pipeline."), "stage")
    handoff = getattr(deal, "handoff", None)
    if handoff is None or to_stage.pk == deal.stage_id:
        return
    if handoff.accepted_at is None:
        raise RuleViolation("stage_needs_acceptance", _("Accept the partner into work first: see Handoffs."), "stage")
    if to_stage.role == StageRole.HANDED_OVER:
        raise RuleViolation("already_accepted", _("The partner is already accepted into work."), "stage")


def _check_exact_amount(deal: Deal) -> None:
    if deal.package is None:
        raise RuleViolation("stage_needs_package", _("Choose the package of the renewal."), "package")
    if not deal.amount:
        raise RuleViolation("stage_needs_amount", _("Enter the exact amount of the renewal."), "amount")


def _close(deal: Deal, stage: Stage, outcome: str, *, by: User | None, now: datetime, reason: str) -> None:
    enter(deal, stage, by=by, now=now, reason=reason)
    deal.outcome, deal.closed_at = outcome, now
    deal.version += 1
    deal.save()


def _close_tasks(deal: Deal, *, by: User | None, now: datetime) -> None:
    deal.tasks.open().update(done_at=now, done_by=by, result=_("Closed together with the deal"))


def reopen_renewal(deal: Deal, *, reason: str, by: User | None, now: datetime) -> None:
    """A renewal completed by money that was none is open again; the caller saves it. Its next term is set aside.

    When work on the next term has ended too, the chain is not torn: the renewal stays completed, without payment.
    """
    next_deal = Deal.objects.select_for_update(of=["self"]).filter(previous_deal=deal).first()
    if next_deal and not next_deal.is_open:
        deal.unpaid_completion_reason = reason
        return
    former = deal.stage_changes.filter(to_stage=deal.stage).order_by("-at", "-pk").first()
    due = Stage.objects.get(pipeline=deal.pipeline_id, role=StageRole.DUE)
    deal.outcome, deal.closed_at = Deal.Outcome.OPEN, None
    enter(deal, former.from_stage if former and former.from_stage else due, by=by, now=now, reason=reason)
    if next_deal:
        deal.save()
        next_deal.tasks.open().update(deal=deal)
        next_deal.lost_reason = reason
        lost = Stage.objects.get(pipeline=next_deal.pipeline_id, role=StageRole.LOST)
        _close(next_deal, lost, Deal.Outcome.LOST, by=by, now=now, reason=reason)


def _continue(deal: Deal, *, by: User | None, now: datetime) -> Deal:
    """The renewal deal that follows: the same package, price, contact and main comment, and its own term (R5).

    One that was set aside when the money had been taken back is taken up again: there is never a second.
    """
    if set_aside := Deal.objects.filter(previous_deal=deal).first():
        healthy = Stage.objects.get(pipeline=PipelineCode.RENEWAL, role=StageRole.HEALTHY)
        enter(set_aside, healthy, by=by, now=now)
        set_aside.outcome, set_aside.closed_at, set_aside.lost_reason = Deal.Outcome.OPEN, None, ""
        set_aside.version += 1
        set_aside.save()
        return set_aside
    if deal.pipeline_id == PipelineCode.RENEWAL and deal.package:
        starts_on, ends_on = next_term(deal.term_ends_on, deal.package.term_months, moscow.today(now))
    else:
        starts_on, ends_on = deal.term_starts_on, deal.term_ends_on
    healthy = Stage.objects.get(pipeline=PipelineCode.RENEWAL, role=StageRole.HEALTHY)
    next_deal = Deal.objects.create(
        partner=deal.partner,
        contact=deal.contact,
        pipeline_id=PipelineCode.RENEWAL,
        stage=healthy,
        stage_entered_at=now,
        manager=deal.manager,
        package=deal.package,
        list_price=deal.list_price,
        discount_percent=deal.discount_percent,
        amount=deal.amount,
        term_starts_on=starts_on,
        term_ends_on=ends_on,
        main_comment=deal.main_comment,
        main_comment_by=deal.main_comment_by,
        main_comment_at=deal.main_comment_at,
        previous_deal=deal,
        created_at=now,
    )
    StageChange.objects.create(deal=next_deal, to_stage=healthy, by=by, at=now)
    hints.deal_changes(next_deal)
    return next_deal
