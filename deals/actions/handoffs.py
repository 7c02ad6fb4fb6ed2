"""From sales to support: handing a paid partner over, and accepting it into work (R1, R18)."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from accounts.permissions import require
from catalog.models import Package
from core import moscow
from core.audit import operation
from core.errors import RuleViolation
from deals import hints, telling
from deals.actions.handoff_talk import acceptance_step, add_question, missing_words, not_returned
from deals.actions.locking import lock_handoff, lock_open_deal
from deals.actions.stages import enter
from deals.actions.tasks import NextStep, finish, plan
from deals.models import Deal, Handoff, HandoffStatusChange, PipelineCode, Stage, StageChange, StageRole
from deals.rules import acceptance_deadline, add_months
from partners.actions import PartnerDraft, add_partner
from partners.actions.locking import lock_partner
from partners.models import Agreement, Partner

ONE_DAY = timedelta(days=1)

ACCEPTED = gettext_lazy("%(who)s has accepted the partner into work")


def hand_over(
    *,
    partner: PartnerDraft | Partner,
    manager: User,
    package: Package,
    paid_on: date,
    amount: Decimal,
    main_comment: str,
    by: User,
    now: datetime,
    agreements: list[str] | None = None,
    **details: str | bool,
) -> Handoff:
    """Hand a paid partner over to support: the partner, its deal at «Передан в Работу», and the row for marketing.

    `details` are the further fields of the handoff: wished_speed, geography, campaign, networks, has_customer_request,
    has_offer_accepted, has_access. The manager gets a task to accept in time.
    Raises `paid_in_future`, `amount_not_positive`, `empty_text`, `not_a_support_manager`, `partner_exists`.
    """
    require(by, "handoff.create", partner if isinstance(partner, Partner) else None)
    _check_handing_over(manager, paid_on, amount, main_comment, now)
    with operation("handoff.create", by=by):
        if isinstance(partner, PartnerDraft):
            partner = add_partner(partner, manager=manager, partner_since=paid_on)
        else:
            partner = lock_partner(partner)
        Agreement.objects.bulk_create(
            Agreement(partner=partner, text=text.strip(), added_at=now, added_by=by)
            for text in agreements or []
            if text.strip()
        )
        deal = _open_deal(partner, manager, package, paid_on, amount, main_comment, by, now)
        handoff = Handoff.objects.create(
            deal=deal,
            sold_by=by,
            paid_on=paid_on,
            accept_by=acceptance_deadline(paid_on),
            amount=amount,
            package=package,
            created_at=now,
            **details,
        )
        plan(deal, acceptance_step(handoff, now), by=by, now=now)
        hints.handoff_changes(handoff)
    return handoff


def accept_handoff(
    handoff: Handoff, *, first_task: NextStep, by: User, now: datetime, manager: User | None = None
) -> Handoff:
    """Accept the partner into work: who and when, the deal at «Принят в работу», and the first task (R1).

    The head may give it to another manager at once. What the checklist lacks becomes a question to sales.
    Raises `already_accepted`, `handoff_returned`, `deal_closed` and what a task may raise.
    """
    require(by, "handoff.accept", handoff)
    with operation("handoff.accept", by=by):
        deal = lock_open_deal(handoff.deal)
        handoff = lock_handoff(handoff)
        if handoff.accepted_at:
            name = handoff.accepted_by.full_name
            raise RuleViolation("already_accepted", _("Already accepted into work: %(name)s.") % {"name": name})
        not_returned(handoff)
        if manager and manager.pk != deal.manager_id:
            require(by, "partner.reassign", deal.partner)
            _check_support_manager(manager)
            deal.manager = deal.partner.manager = manager
            hints.deal_changes(deal)
            deal.partner.save(update_fields=["manager"])
        for task in deal.tasks.open():
            finish(task, by=by, now=now)
        enter(deal, Stage.objects.get(pipeline=PipelineCode.NEW, role=StageRole.ACCEPTED), by=by, now=now)
        deal.version += 1
        deal.save()
        handoff.accepted_at, handoff.accepted_by = now, by
        handoff.version += 1
        handoff.save()
        words = {"who": by.full_name}
        telling.tell_of_handoff(
            handoff, telling.HANDOFF_ACCEPTED, ACCEPTED, to=handoff.sold_by, by=by, now=now, values=words
        )
        plan(deal, first_task, by=by, now=now)
        if handoff.missing:
            add_question(handoff, missing_words(handoff), by=by, now=now)
    return handoff


def set_handoff_status(handoff: Handoff, status: str, *, by: User, now: datetime) -> Handoff:
    """Move the row of «Передача в ОМ» on: waiting for info, info received, in preparation, running (R18).

    The steps are marketing's; sales only sets it back to waiting for info. Raises `unknown_status`,
    `status_of_marketing`.
    """
    require(by, "handoff.set_status", handoff)
    if status not in Handoff.Status.values:
        raise RuleViolation("unknown_status", _("Choose one of the statuses."), "status")
    if by.role == Role.SALES_MANAGER and status != Handoff.Status.WAITING_INFO:
        message = _("Marketing moves this status on; you can set it back to “Waiting for info”.")
        raise RuleViolation("status_of_marketing", message, "status")
    with operation("handoff.set_status", by=by):
        handoff = lock_handoff(handoff)
        if status != handoff.status:
            HandoffStatusChange.objects.create(
                handoff=handoff, from_status=handoff.status, to_status=status, by=by, at=now
            )
            handoff.status = status
            handoff.version += 1
            handoff.save()
    return handoff


def fill_in_handoff(handoff: Handoff, *, by: User, now: datetime, **details: str | bool) -> Handoff:
    """Sales completes what it owes: wished speed, geography and the checklist (R18).

    Raises `info_is_taken` when marketing works with it already: then sales sets «waiting for info» first.
    """
    require(by, "handoff.create", handoff)
    with operation("handoff.create", by=by, why="fill in"):
        handoff = lock_handoff(handoff)
        if by.role == Role.SALES_MANAGER and not is_open_to_sales(handoff):
            message = _("Marketing has taken this information. Set “Waiting for info” to change it.")
            raise RuleViolation("info_is_taken", message)
        return _write_details(handoff, details)


def is_open_to_sales(handoff: Handoff) -> bool:
    """Whether sales may still change what it has given: while marketing waits, or support has returned it."""
    return handoff.status == Handoff.Status.WAITING_INFO or handoff.returned_at is not None


def plan_campaign(handoff: Handoff, *, campaign: str, networks: str, by: User, now: datetime) -> Handoff:
    """Marketing writes which campaign is planned and in which networks (R18)."""
    require(by, "handoff.plan_campaign", handoff)
    with operation("handoff.plan_campaign", by=by):
        return _write_details(lock_handoff(handoff), {"campaign": campaign, "networks": networks})


def _write_details(handoff: Handoff, details: dict[str, str | bool]) -> Handoff:
    for name, value in details.items():
        setattr(handoff, name, value)
    handoff.version += 1
    handoff.save()
    return handoff


def _check_handing_over(manager: User, paid_on: date, amount: Decimal, main_comment: str, now: datetime) -> None:
    if paid_on > moscow.today(now):
        raise RuleViolation("paid_in_future", _("The payment date cannot be later than today."), "paid_on")
    if amount <= 0:
        raise RuleViolation("amount_not_positive", _("Enter the paid amount, above zero."), "amount")
    if not main_comment.strip():
        raise RuleViolation("empty_text", _("Write what was agreed with the partner."), "main_comment")
    _check_support_manager(manager)


def _check_support_manager(manager: User) -> None:
    if manager.role != Role.SUPPORT_MANAGER or not manager.is_active:
        raise RuleViolation("not_a_support_manager", _("Choose a support manager who works here."), "manager")


def _open_deal(
    partner: Partner,
    manager: User,
    package: Package,
    paid_on: date,
    amount: Decimal,
    comment: str,
    by: User,
    now: datetime,
) -> Deal:
    """The deal of the new partner: paid already, its term running from the payment."""
    handed_over = Stage.objects.get(pipeline=PipelineCode.NEW, role=StageRole.HANDED_OVER)
    price = package.service.price
    discount = (
        (100 * (price - amount) / price).quantize(Decimal("0.01"), ROUND_HALF_UP) if price > amount else Decimal(0)
    )
    deal = Deal.objects.create(
        partner=partner,
        contact=partner.contacts.filter(is_primary=True).first(),
        pipeline_id=PipelineCode.NEW,
        stage=handed_over,
        stage_entered_at=now,
        manager=manager,
        package=package,
        list_price=price,
        discount_percent=discount,
        amount=amount,
        paid_amount=amount,
        term_starts_on=paid_on,
        term_ends_on=add_months(paid_on, package.term_months) - ONE_DAY,
        main_comment=comment.strip(),
        main_comment_by=by,
        main_comment_at=now,
        created_at=now,
    )
    StageChange.objects.create(deal=deal, to_stage=handed_over, by=by, at=now)
    return deal
