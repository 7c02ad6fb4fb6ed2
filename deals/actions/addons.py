"""Offering an add-on service (R14)."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import require
from catalog.models import Service
from core.audit import operation
from core.errors import RuleViolation
from deals.actions.tasks import NextStep, plan
from deals.models import Deal, PipelineCode, Stage, StageChange, StageRole
from deals.rules import discounted
from partners.actions.locking import lock_partner
from partners.models import Contact, Partner


def offer_addon(
    partner: Partner,
    service: Service,
    *,
    next_step: NextStep,
    by: User,
    now: datetime,
    contact: Contact | None = None,
    discount_percent: Decimal = Decimal(0),
    expected_payment_on: date | None = None,
) -> Deal:
    """Open an add-on deal with the partner at «Предложено», at the service's present price, with its next step."""
    require(by, "deal.create", partner)
    if not service.is_active:
        raise RuleViolation("service_not_on_sale", _("This service is no longer on sale."), "service")
    with operation("deal.create", by=by):
        partner = lock_partner(partner)
        offered = Stage.objects.get(pipeline=PipelineCode.ADDON, role=StageRole.OFFERED)
        deal = Deal.objects.create(
            partner=partner,
            contact=contact or partner.contacts.filter(is_primary=True).first(),
            pipeline_id=PipelineCode.ADDON,
            stage=offered,
            stage_entered_at=now,
            manager=partner.manager,
            service=service,
            list_price=service.price,
            discount_percent=discount_percent,
            amount=discounted(service.price, discount_percent),
            expected_payment_on=expected_payment_on,
            created_at=now,
        )
        StageChange.objects.create(deal=deal, to_stage=offered, by=by, at=now)
        plan(deal, next_step, by=by, now=now)
    return deal
