"""Charts as plain inline SVG: geometry in attributes, colour in the style sheet (ui.md, section 9)."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def naming(label: str) -> SafeString:
    """The name of a chart for readers who do not see it; a chart without one is decoration."""
    return format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')


def sparkline(values: Sequence[float], label: str = "") -> SafeString:
    """A line 72 × 24 with a dot at its last value; nothing when there are no values."""
    if not values:
        return SafeString("")
    low, spread = min(values), max(values) - min(values)
    step = 68 / max(1, len(values) - 1)
    points = [
        (round(2 + step * i, 1), round(20 - 16 * (value - low) / spread, 1) if spread else 12)
        for i, value in enumerate(values)
    ]
    x, y = points[-1]
    return format_html(
        '<svg class="chart" width="72" height="24" viewBox="0 0 72 24" {}>'
        '<polyline class="line" points="{}"/><circle class="c1" cx="{}" cy="{}" r="2.5"/></svg>',
        naming(label),
        " ".join(f"{px},{py}" for px, py in points),
        x,
        y,
    )


def columns(values: Sequence[tuple[str, float]], label: str = "") -> SafeString:
    """Columns with their value above and a caption below, 300 × 84; the last one is the current period."""
    if not values:
        return SafeString("")
    slot = 300 / len(values)
    top = max(value for _, value in values) or 1
    bars = []
    for i, (caption, value) in enumerate(values):
        height = round(46 * value / top, 1)
        shade = "c1" if i == len(values) - 1 else "c3"
        middle = round(slot * (i + 0.5), 1)
        bars.append(
            (
                shade,
                round(slot * i + 4, 1),
                66 - height,
                round(slot - 8, 1),
                height,
                middle,
                60 - height,
                value,
                middle,
                caption,
            )
        )
    drawing = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>'
        '<text x="{}" y="{}" text-anchor="middle">{}</text><text x="{}" y="82" text-anchor="middle">{}</text>',
        bars,
    )
    return format_html('<svg class="chart" width="100%" viewBox="0 0 300 84" {}>{}</svg>', naming(label), drawing)
