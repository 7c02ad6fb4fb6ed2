"""Template tags and filters that every template has: the small parts of rows, made without templates of their own."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from core import charts, formatting, moscow
from core.explanations import explanation
from core.script_words import words_of_scripts

register = template.Library()

HEALTH = {
    "good": gettext_lazy("all is well"),
    "doubt": gettext_lazy("there are questions"),
    "problem": gettext_lazy("problem"),
    "unknown": gettext_lazy("not known yet"),
}
TASK_ICONS = {
    "call": "phone",
    "meeting": "video",
    "letter": "mail",
    "email": "mail",
    "message": "message-square",
    "invoice": "receipt-text",
    "payment": "wallet",
    "handoff": "arrow-right-left",
}
KEY_NAMES = {"Slash": "/", "Space": gettext_lazy("Space"), "BracketLeft": "[", "BracketRight": "]"}


# --- Filters ---------------------------------------------------------------------------------------------------------


@register.filter
def money(value: Decimal | int | None) -> str:
    return formatting.money(value)


@register.filter
def money_exact(value: Decimal | None) -> str:
    """With kopecks, as in bank data."""
    return formatting.money(value, kopecks=True)


@register.filter
def number(value: Decimal | int | None) -> str:
    return formatting.number(value)


@register.filter
def percent(value: Decimal | float | None) -> str:
    return formatting.percent(value)


@register.filter
def day(value: date | datetime | None, today: date | None = None) -> str:
    return formatting.day(value, today or moscow.today(timezone.now()))


@register.filter
def short_day(value: date | datetime | None, today: date | None = None) -> str:
    return formatting.short_day(value, today or moscow.today(timezone.now()))


@register.filter
def day_time(value: datetime | None, now: datetime | None = None) -> str:
    return formatting.day_time(value, now or timezone.now())


@register.filter
def ago(value: datetime, now: datetime | None = None) -> str:
    return formatting.ago(value, now or timezone.now())


@register.filter
def time_of_day(value: datetime) -> str:
    return formatting.time_of_day(value)


@register.filter
def long_date(value: date | datetime) -> str:
    return formatting.long_date(value)


@register.filter
def numeric_date(value: date | datetime) -> str:
    return formatting.numeric_date(value)


@register.filter
def weekday_date(value: date | datetime) -> str:
    return formatting.weekday_date(value)


@register.filter
def days_left(value: date | None, today: date | None = None) -> str:
    return formatting.days_left(value, today or moscow.today(timezone.now()))


@register.filter
def days(value: int) -> str:
    return formatting.days(value)


@register.filter
def duration(value: timedelta) -> str:
    return formatting.duration(value)


@register.filter
def hours_ahead(value: int) -> str:
    return formatting.hours_ahead(value)


@register.filter
def phone(value: str) -> str:
    """A number as people read it; what is kept is E.164."""
    return formatting.phone(value)


@register.filter
def typo(value: str) -> str:
    return formatting.typography(str(value))


@register.filter
def short_name(value: Any) -> str:
    return formatting.short_name(str(value))


# --- Icons and marks -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def icon_html(name: str, size: int = 16, css: str = "", label: str = "") -> SafeString:
    """An icon of the sprite; without a label it is decoration."""
    classes = " ".join(filter(None, ("ic", f"ic--{size}" if size != 16 else "", css)))
    naming = charts.naming(label)
    return format_html('<svg class="{}" {}><use href="{}#{}"/></svg>', classes, naming, static("icons.svg"), name)


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "", **attributes: str) -> SafeString:
    """{% icon "phone" %}, {% icon "phone" size=12 class="warn" label="Call" %}."""
    return icon_html(name, size, attributes.get("class", ""), str(label))


@register.simple_tag
def health(state: str, words: bool = False) -> SafeString:
    """The health mark; with words=True its meaning stands beside it."""
    label = str(HEALTH[state])
    mark = icon_html(f"health-{state}", label="" if words else label)
    text = label if words else ""
    return format_html('<span class="health health--{}" title="{}">{}{}</span>', state, label, mark, text)


@register.simple_tag(takes_context=True)
def avatar(context: Context, person: Any, size: int = 20) -> SafeString:
    """A person's initials; the reader's own stand on the accent colour. Takes a user or a name."""
    name = str(person)
    own = " avatar--own" if name == str(context.get("user", "")) else ""
    return format_html(
        '<span class="avatar avatar--{}{}" role="img" aria-label="{}" title="{}">{}</span>',
        size,
        own,
        name,
        name,
        formatting.initials(name),
    )


# --- Time ------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def local_time_html(timezone_name: str, minute: datetime, form: str, city: str, language: str) -> SafeString:
    window = moscow.calling_window(timezone_name, minute)
    return format_html(
        '<span class="local-time local-time--{}" data-tz="{}" data-form="{}">{}{}<span>{}<span data-clock>{}</span>'
        "</span></span>",
        window.state,
        timezone_name,
        form,
        icon_html("phone", css="t-phone"),
        icon_html("moon", css="t-moon"),
        f"{city} " if city else "",
        formatting.local_time_text(window, form),
    )


@register.simple_tag
def local_time(city: Any, now: datetime | None = None, form: str = "full", name: bool = False) -> SafeString:
    """What a partner's clock shows and whether one may call. Takes a city or an IANA zone.

    `form`: full, left, short or note (only how long one may call). With name=True the city stands before the time.
    """
    if not city:
        return mark_safe("")
    zone = getattr(city, "timezone", city)
    minute = (now or timezone.now()).replace(second=0, microsecond=0)
    return local_time_html(zone, minute, form, str(city) if name else "", formatting.language())


@register.simple_tag
def partner_clock() -> list[moscow.ClockRow]:
    """The rows of the partners' clock: {% partner_clock as rows %}."""
    return moscow.partner_clock(timezone.now())


@register.simple_tag
def meter(value: float, kind: str = "", label: str = "", size: int = 4) -> SafeString:
    """A bar filled to `value` percent. `kind`: "", ok, warn, bad or accent."""
    return format_html(
        '<svg class="meter meter--{}" viewBox="0 0 100 {}" preserveAspectRatio="none" {}>'
        '<rect class="m-{}" width="{}" height="{}"/></svg>',
        size,
        size,
        charts.naming(label),
        kind or "plain",
        round(max(0.0, min(100.0, float(value))), 1),
        size,
    )


@register.simple_tag
def countdown(deadline: datetime, now: datetime | None = None, start: datetime | None = None) -> SafeString:
    """Time left to a deadline with a bar of the time that has passed since `start` (two days before by default)."""
    now = now or timezone.now()
    start = start or deadline - timedelta(days=2)
    left = deadline - now
    kind = "bad" if left < timedelta(0) else "warn" if left <= timedelta(days=1) else "plain"
    passed = 100 * ((now - start) / (deadline - start))
    return format_html(
        '<span class="countdown countdown--{}" data-deadline="{}" title="{}"><span>{}</span>{}</span>',
        kind,
        deadline.isoformat(),
        why_text("acceptance.late" if kind == "bad" else "acceptance.countdown"),
        formatting.time_left(deadline, now),
        meter(passed),
    )


def task_state(due_at: datetime | date | None, now: datetime) -> tuple[str, str]:
    """The kind and the words of a next-task chip."""
    if due_at is None:
        return "warn", formatting.word("no_task")
    today = moscow.today(now)
    due_on = formatting.as_date(due_at)
    if due_on < today:
        return "bad", f"{formatting.word('overdue')} {formatting.days((today - due_on).days)}"
    if not isinstance(due_at, datetime):
        text = formatting.day(due_at, today)
    elif due_at < now:
        return "bad", f"{formatting.word('overdue')} {formatting.duration(now - due_at)}"
    else:
        text = formatting.day_time(due_at, now)
    return ("accent" if due_on == today else "plain"), text


@register.simple_tag
def task_chip(
    due_at: datetime | date | None, kind: str = "call", now: datetime | None = None, href: str = ""
) -> SafeString:
    """The next task of a deal: planned, today, overdue, or «нет дела» when there is none."""
    state, text = task_state(due_at, now or timezone.now())
    name = "calendar-x" if due_at is None else TASK_ICONS.get(kind, "list-checks")
    code = {"warn": "task.none", "bad": "task.overdue"}.get(state)
    title = format_html(' title="{}"', why_text(code)) if code else ""
    if href:
        return format_html(
            '<a class="chip chip--{}" href="{}"{}>{}{}</a>', state, href, title, icon_html(name, 12), text
        )
    return format_html('<span class="chip chip--{}"{}>{}{}</span>', state, title, icon_html(name, 12), text)


@register.simple_tag
def task_icon(kind: str, size: int = 14) -> SafeString:
    return icon_html(TASK_ICONS.get(kind, "list-checks"), size)


@register.inclusion_tag("components/_ruler.html")
def ruler(
    name: str,
    today: date,
    counts: dict[date, int] | None = None,
    value: Any = None,
    later: Any = None,
    reason: Any = None,
) -> dict:
    """The 7-day ruler: today, the seven days after it, and «later», which asks for a date and a reason (R2).

    `name` is the form field that gets an ISO date or "later"; `counts` tells how many tasks a day already holds;
    `later` and `reason` are the bound form fields behind the last cell.
    """
    chosen = value.isoformat() if isinstance(value, date) else str(value or "")
    lang = formatting.language()
    cells = []
    for offset in range(8):
        each = today + timedelta(days=offset)
        cells.append(
            {
                "value": each.isoformat(),
                "head": f"{formatting.WEEKDAYS[lang][each.weekday()]}{formatting.NBSP}{each.day}",
                "title": formatting.weekday_date(each),
                "count": (counts or {}).get(each, 0),
                "is_weekend": not moscow.is_working_day(each),
                "is_chosen": chosen == each.isoformat(),
            }
        )
    in_ruler = any(cell["is_chosen"] for cell in cells)
    return {
        "name": name,
        "cells": cells,
        "is_later": bool(chosen) and not in_ruler,
        "later": later,
        "reason": reason,
    }


@register.simple_tag
def sparkline(values: list[float], label: str = "") -> SafeString:
    """A 72 × 24 line of a row's numbers; `label` is its sentence for readers who do not see it."""
    return charts.sparkline(values, label)


@register.simple_tag
def columns(values: list[tuple[str, int]], label: str = "") -> SafeString:
    """Week columns: pairs of a caption and a number, the last one in full colour."""
    return charts.columns(values, label)


# --- Why -------------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/_why.html")
def why(code: str) -> dict:
    """A small «?» that tells why the thing beside it is there: {% why "task.overdue" %}. See core.explanations.

    Not inside a link, a button or a summary, which may hold no button; there `{% why_text %}` makes a title.
    """
    return {"explanation": explanation(code), "id": f"why-{get_random_string(8)}"}


@register.simple_tag
def why_text(code: str) -> str:
    """The sentence alone, for a title: title="{% why_text "money.received" %}"."""
    return str(explanation(code).sentence)


# --- Text from people ------------------------------------------------------------------------------------------------


@register.simple_tag
def key(code: str) -> SafeString:
    """The hint for a key: {% key "KeyP" %} is <kbd>P</kbd>."""
    name = KEY_NAMES.get(code) or code.removeprefix("Key").removeprefix("Digit")
    return format_html('<kbd aria-hidden="true">{}</kbd>', name)


# --- The frame -------------------------------------------------------------------------------------------------------


@register.simple_tag
def moscow_clock() -> SafeString:
    """The clock of the top bar; a script moves it on."""
    now = timezone.now()
    today = moscow.today(now)
    return format_html(
        '<span class="moscow"><span data-moscow>{}</span> {}<span class="moscow-day"> · {}</span></span>',
        formatting.time_of_day(now),
        formatting.word("msk"),
        f"{formatting.short_day(today, today)}, {formatting.WEEKDAYS[formatting.language()][today.weekday()]}",
    )


@register.simple_tag
def script_words() -> SafeString:
    """What scripts say, for the meta tag they read it from."""
    return format_html('<meta name="words" content="{}">', json.dumps(words_of_scripts(), ensure_ascii=False))


@register.simple_tag
def htmx_config() -> SafeString:
    """Settings of htmx for a strict content security policy; answers with 422 carry a form with its errors."""
    config: dict[str, object] = {
        "includeIndicatorStyles": False,
        "allowEval": False,
        "allowScriptTags": False,
        "selfRequestsOnly": True,
        "historyCacheSize": 0,
        # htmx would copy style attributes from old elements to new ones, which the policy refuses.
        "attributesToSettle": [],
        # What has come can be used at once: a quick key must not find a form that htmx does not know yet.
        "defaultSettleDelay": 0,
        "timeout": 10_000,
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "422", "swap": True},
            {"code": "[45]..", "swap": False, "error": True},
        ],
    }
    return format_html('<meta name="htmx-config" content="{}">', json.dumps(config))


@register.simple_tag
def bottom_bar(navigation: list[dict] | None, create_menu: list[dict] | None) -> dict:
    """What the phone's bar of five holds beside «Ещё»: the first links of the sidebar, and «Создать» between them."""
    items = [item for group in navigation or [] for item in group["items"]]
    return {"before": items[:2], "has_create": bool(create_menu), "after": items[2 : 3 if create_menu else 4]}


@register.simple_tag
def undo_url(message: Any) -> str:
    """The address a message offers to undo its deed at: extra_tags="undo:/deals/7/undo/"."""
    tags = message.extra_tags or ""
    return tags.removeprefix("undo:") if tags.startswith("undo:") else ""
