"""The overview's charts as inline SVG: geometry in attributes, colour in the style sheet (ui.md, section 9)."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import formatting
from core.charts import naming
from reports.selectors.overview import Month

WIDTH, HEIGHT, BASE, TOP = 760, 200, 172, 24
MILLION = Decimal(1_000_000)


def month_columns(months: Sequence[Month], expected: Decimal) -> SafeString:
    """A column a month: packages and add-ons received, and on the present one what is still expected."""
    highest = max((month.received for month in months), default=Decimal(0))
    highest = max(highest, months[-1].received + expected) or Decimal(1)
    slot = WIDTH / len(months)
    columns = [
        _column(month, expected if month is months[-1] else Decimal(0), slot * i, slot, highest)
        for i, month in enumerate(months)
    ]
    sentence = _("Received by months, million roubles: %(numbers)s")
    told = ", ".join(f"{month_name(month)} {_millions(month.received)}" for month in months)
    return format_html(
        '<svg class="chart" width="100%" viewBox="0 0 {} {}" {}><path class="axis" d="M0 {}H{}"/>{}</svg>',
        WIDTH,
        HEIGHT,
        naming(sentence % {"numbers": told}),
        BASE,
        WIDTH,
        format_html_join("", "{}", ((column,) for column in columns)),
    )


def bullet(received: Decimal, expected: Decimal, widest: Decimal) -> SafeString:
    """Received and expected of one manager as a bar; the longest of all managers fills it."""
    scale = 100 / (widest or Decimal(1))
    return format_html(
        '<svg class="meter meter--8" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="m-accent" width="{}" height="8"/><rect class="m-next" x="{}" width="{}" height="8"/></svg>',
        *(round(float(number * scale), 1) for number in (received, received, expected)),
    )


def month_name(month: Month) -> str:
    return formatting.MONTHS[formatting.language()][month.first.month - 1]


def _column(month: Month, expected: Decimal, x: float, slot: float, highest: Decimal) -> SafeString:
    """One month: packages at the bottom, add-ons on them, the expected on top; the sum above, the name below."""
    width, left, middle = round(slot * 0.42), round(x + slot * 0.29, 1), round(x + slot / 2, 1)
    y, parts = float(BASE), []
    for shade, value in (("c1", month.received - month.addons), ("c2", month.addons), ("c3", expected)):
        height = round(float(value / highest) * (BASE - TOP), 1)
        y = round(y - height, 1)
        if height:
            parts.append((shade, left, y, width, height))
    bars = format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', parts)
    words = _millions(month.received) + (f" + {_millions(expected)}" if expected else "")
    return format_html(
        '{}<text class="strong" x="{}" y="{}" text-anchor="middle">{}</text>'
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        bars,
        middle,
        y - 6,
        words,
        middle,
        HEIGHT - 8,
        month_name(month),
    )


def _millions(value: Decimal) -> str:
    return formatting.number(value / MILLION, 2)
