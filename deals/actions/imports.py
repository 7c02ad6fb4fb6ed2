"""Bringing over a partner from another CRM, with the deal that it stands on."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from accounts.models import User
from accounts.permissions import require
from catalog.models import Package
from core import moscow
from core.audit import operation
from deals import hints
from deals.models import Deal, PipelineCode, Stage, StageChange, StageRole
from deals.rules import add_months
from partners.actions import add_partner
from partners.importing import ImportedPartner
from partners.models import Partner

ONE_DAY = timedelta(days=1)


def import_partner(imported: ImportedPartner, *, by: User | None, now: datetime) -> Partner:
    """Create the partner and its open renewal deal at «Всё хорошо», so that it stands on the board.

    The last payment begins the present term; a payment that lies ahead is expected on its day. No task is invented: the
    deal shows as one without a next step until its manager plans one (R2). Raises `partner_exists`.
    """
    require(by, "partner.create")
    today = moscow.today(now)
    has_paid = imported.paid_on is not None and imported.paid_on <= today
    with operation("partner.import", by=by):
        partner = add_partner(
            imported.draft, manager=imported.manager, partner_since=imported.paid_on if has_paid else today
        )
        healthy = Stage.objects.get(pipeline=PipelineCode.RENEWAL, role=StageRole.HEALTHY)
        deal = Deal.objects.create(
            partner=partner,
            contact=partner.contacts.filter(is_primary=True).first(),
            pipeline_id=PipelineCode.RENEWAL,
            stage=healthy,
            stage_entered_at=now,
            manager=imported.manager,
            main_comment=imported.comment,
            main_comment_at=now if imported.comment else None,
            expected_payment_on=None if has_paid else imported.paid_on,
            created_at=now,
            **_price(imported.package, imported.amount),
            **_term(imported.package, imported.paid_on if has_paid else None),
        )
        StageChange.objects.create(deal=deal, to_stage=healthy, by=by, at=now)
        hints.deal_changes(deal)
    return partner


def _price(package: Package | None, amount: Decimal | None) -> dict[str, Any]:
    """The sum that was paid is what the renewal will cost; without one, the price of the package."""
    list_price = package.service.price if package else None
    amount = amount or list_price
    discount = Decimal(0)
    if list_price and amount < list_price:
        discount = (100 * (list_price - amount) / list_price).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return {"package": package, "list_price": list_price, "discount_percent": discount, "amount": amount}


def _term(package: Package | None, starts_on: date | None) -> dict[str, Any]:
    if package is None or starts_on is None:
        return {"term_starts_on": starts_on, "term_ends_on": None}
    return {"term_starts_on": starts_on, "term_ends_on": add_months(starts_on, package.term_months) - ONE_DAY}
