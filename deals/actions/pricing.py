"""The amount of a deal, kept with what it was computed from."""

from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.models import Package
from core.errors import RuleViolation
from deals.models import Deal
from deals.rules import discounted


def set_price(deal: Deal, package: Package | None, discount_percent: Decimal | None, amount: Decimal | None) -> None:
    """The amount, kept with what it was computed from: package, list price and discount."""
    if package:
        deal.package, deal.list_price = package, package.service.price
    if discount_percent is not None:
        if not 0 <= discount_percent <= 100:
            raise RuleViolation("discount_out_of_range", _("A discount is from 0 to 100 %."), "discount_percent")
        deal.discount_percent = discount_percent
    if amount is not None:
        if amount <= 0:
            raise RuleViolation("stage_needs_amount", _("Enter an amount above zero."), "amount")
        deal.amount = amount
    elif deal.list_price is not None:
        deal.amount = discounted(deal.list_price, deal.discount_percent)
