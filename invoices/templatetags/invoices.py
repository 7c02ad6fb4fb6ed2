"""Filters of the invoice templates."""

from decimal import Decimal

from django import template

from core import formatting

register = template.Library()


@register.filter
def kopecks(value: Decimal) -> str:
    """12 345,67: a sum as documents have it, without the sign of the rouble."""
    return formatting.number(value, 2)


@register.filter
def roubles(value: Decimal) -> str:
    """65 000, or 65 000,50: a sum in a column that says ₽ at its head."""
    return formatting.number(value, 0 if value == int(value) else 2)


@register.filter
def glued(text: str) -> str:
    """A piece of a purpose as the screen shows it: it does not break over lines. Copying takes the real text."""
    return text.replace(" ", formatting.NBSP)
