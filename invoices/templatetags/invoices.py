"""Filters of the invoice templates."""

from decimal import Decimal

from django import template

from core import formatting

register = template.Library()


@register.filter
def kopecks(value: Decimal) -> str:
    """12 345,67: a sum as documents have it, without the sign of the rouble."""
    return formatting.number(value, 2)
