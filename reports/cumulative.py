"""The cumulative line of the report of payments as inline SVG: geometry in attributes, colour in the style sheet."""

from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import formatting
from core.charts import naming
from reports.selectors.months import Course

WIDE, NARROW, HEIGHT = 1160, 390, 160
LEFT, CAPTIONS, TOP, BASE = 76, 110, 16, 132
GRID_LINES = 4
DAY_LABELS = 7
NICE = (1, 2, Decimal("2.5"), 3, 5, 10)
THOUSAND = Decimal(1000)


def cumulative_line(course: Course, *, is_narrow: bool = False) -> SafeString:
    """The received money step by step, the dashed way to the forecast, and the dotted one of the plan.

    The narrow drawing is the phone's: a wide one would be too small to read there.
    """
    top = max(course.forecast, course.plan, Decimal(1))
    step = grid_step(top)
    frame = Frame(NARROW if is_narrow else WIDE, course.period.days, max(top, step))
    parts = [_grid(frame, step), _days(course, frame), _plan(course, frame), _line(course, frame)]
    return format_html(
        '<svg class="chart cumulative cumulative--{}" width="100%" viewBox="0 0 {} {}" {}>{}</svg>',
        "narrow" if is_narrow else "wide",
        frame.width,
        HEIGHT,
        naming(sentence(course)),
        format_html_join("", "{}", ((part,) for part in parts)),
    )


class Frame:
    """Where a day and a sum lie on the drawing. A day is drawn at its end: day 0 is the beginning of the period."""

    def __init__(self, width: int, days: int, top: Decimal) -> None:
        self.width, self.right, self.days, self.top = width, width - CAPTIONS, days, top

    def x(self, day: int) -> float:
        return round(LEFT + (self.right - LEFT) * day / self.days, 1)

    def y(self, amount: Decimal) -> float:
        return round(BASE - (BASE - TOP) * float(amount / self.top), 1)


def grid_step(top: Decimal) -> Decimal:
    """A round sum, at most four times in `top`."""
    power = Decimal(10) ** (len(str(int(top))) - 2) if top >= 10 else Decimal(1)
    while True:
        for nice in NICE:
            if top / (nice * power) <= GRID_LINES:
                return Decimal(nice * power)
        power *= 10


def sentence(course: Course) -> str:
    """The whole chart in words, for who does not see it."""
    words = {
        "received": formatting.money(course.received),
        "forecast": formatting.money(course.forecast),
        "plan": formatting.money(course.plan),
    }
    if course.plan:
        return _("Received so far: %(received)s; with what is expected: %(forecast)s; the plan: %(plan)s") % words
    return _("Received so far: %(received)s; with what is expected: %(forecast)s; there is no plan") % words


def _grid(frame: Frame, step: Decimal) -> SafeString:
    levels = [step * number for number in range(GRID_LINES + 1) if step * number <= frame.top]
    lines = (
        (frame.y(level), LEFT, frame.right, LEFT - 10, frame.y(level) + 4, _thousands(level) if level else "0")
        for level in levels
    )
    template = '<path class="axis" d="M{1} {0}H{2}"/><text x="{3}" y="{4}" text-anchor="end">{5}</text>'
    return format_html_join("", template, lines)


def _days(course: Course, frame: Frame) -> SafeString:
    """Captions of at most seven days, the last one among them."""
    every = -(-frame.days // (DAY_LABELS if frame.width == WIDE else DAY_LABELS // 2))
    every = -(-every // 5) * 5 if every > 1 else every
    numbers = sorted({1, frame.days} | {n for n in range(every, frame.days, every) if frame.days - n > every / 2})
    days = [course.period.first.fromordinal(course.period.first.toordinal() + number - 1) for number in numbers]
    labels = zip(numbers, formatting.week_labels(days), strict=True)
    return format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        ((frame.x(n), BASE + 20, label) for n, label in labels),
    )


def _plan(course: Course, frame: Frame) -> SafeString:
    if not course.plan:
        return SafeString("")
    y = frame.y(course.plan)
    return format_html(
        '<path class="cumulative-plan" d="M{} {}L{} {}"/><text x="{}" y="{}">{}</text>',
        LEFT,
        BASE,
        frame.right,
        y,
        frame.right + 8,
        _beside(y, frame.y(course.forecast)),
        _("plan %(sum)s") % {"sum": _thousands(course.plan)},
    )


def _line(course: Course, frame: Frame) -> SafeString:
    """Steps till today with a dot, then dashes to the forecast at the end of the period."""
    way, before = [f"M{LEFT} {BASE}"], Decimal(0)
    for number, total in enumerate(course.totals, start=1):
        if total != before:
            way.append(f"H{frame.x(number)}V{frame.y(total)}")
        before = total
    today = len(course.totals)
    way.append(f"H{frame.x(today)}")
    x, y, forecast = frame.x(today), frame.y(course.received), frame.y(course.forecast)
    ends = today == frame.days
    return format_html(
        '<path class="cumulative-today" d="M{x} {top}V{base}"/><path class="line cumulative-fact" d="{way}"/>'
        '<path class="line cumulative-forecast" d="M{x} {y}L{right} {forecast}"/>'
        '<circle class="c1" cx="{x}" cy="{y}" r="4"/>'
        '<text class="strong" x="{label_x}" y="{label_y}" text-anchor="{anchor}">{label}</text>'
        '<text class="cumulative-end" x="{end_x}" y="{end_y}">{end}</text>',
        x=x,
        y=y,
        top=TOP - 8,
        base=BASE,
        right=frame.right,
        way="".join(way),
        forecast=forecast,
        label_x=x - 8 if x > frame.width / 2.5 else x + 8,
        label_y=y - 8,
        anchor="end" if x > frame.width / 2.5 else "start",
        label=formatting.number(course.received) if not ends or course.expected else "",
        end_x=frame.right + 8,
        end_y=forecast + 4,
        end=(_("forecast %(sum)s") if course.expected else _("received %(sum)s"))
        % {"sum": _thousands(course.forecast)},
    )


def _beside(y: float, other: float) -> float:
    """Where a caption stands so that it does not lie on the one of the forecast."""
    if abs(y - other) >= 16:
        return y + 4
    return other + 20 if y >= other else other - 12


def _thousands(value: Decimal) -> str:
    return _("%(n)s k") % {"n": formatting.number(value / THOUSAND)}
