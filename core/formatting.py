"""How numbers, dates and words look on the screen (ui.md, section 3): Russian, or English when it is active.

Written without template engines and locale files because these run hundreds of times a page.
"""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import date_format
from django.utils.translation import get_language

from core.moscow import CallingWindow, to_moscow

NBSP = "\u00a0"
MINUS = "\u2212"
NOTHING = "—"

MONTHS = {
    "ru": ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}
LONG_MONTHS = {
    "ru": [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
WEEKDAYS = {"ru": ["пн", "вт", "ср", "чт", "пт", "сб", "вс"], "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]}
LONG_WEEKDAYS = {
    "ru": ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}
WORDS = {
    "ru": {
        "yesterday": "вчера",
        "just_now": "только что",
        "ago": "{time} назад",
        "today": "сегодня",
        "tomorrow": "завтра",
        "hours": "ч",
        "minutes": "мин",
        "days": "дн",
        "left": "осталось",
        "late": "поздно",
        "early": "рано, с {time} МСК",
        "weekend": "выходной",
        "until": "можно до {time}",
        "more": "ещё",
        "overdue": "просрочено",
        "no_task": "нет дела",
        "msk": "МСК",
    },
    "en": {
        "yesterday": "yesterday",
        "just_now": "just now",
        "ago": "{time} ago",
        "today": "today",
        "tomorrow": "tomorrow",
        "hours": "h",
        "minutes": "min",
        "days": "d",
        "left": "left",
        "late": "late",
        "early": "early, from {time} MSK",
        "weekend": "day off",
        "until": "open until {time}",
        "more": "for",
        "overdue": "overdue",
        "no_task": "no task",
        "msk": "MSK",
    },
}


def language() -> str:
    """The language of the page: "ru" unless English is active."""
    return "en" if (get_language() or "ru").startswith("en") else "ru"


def word(name: str) -> str:
    """A word of time in the language of the page; words with a hole have {time} in them."""
    return WORDS[language()][name]


# --- Numbers -------------------------------------------------------------------------------------------------------


def number(value: int | Decimal | None, digits: int = 0) -> str:
    """1 250 000; −58,5. Nothing is an em dash."""
    if value is None:
        return NOTHING
    step = Decimal(1).scaleb(-digits)
    rounded = Decimal(value).quantize(step, ROUND_HALF_UP)
    text = f"{abs(rounded):,}"
    if language() == "ru":
        text = text.replace(",", NBSP).replace(".", ",")
    return f"{MINUS}{text}" if rounded < 0 else text


def money(value: Decimal | int | None, kopecks: bool = False) -> str:
    """A sum in roubles: 1 250 000 ₽. Kopecks are shown when there are any, or when asked for."""
    if value is None:
        return NOTHING
    digits = 2 if kopecks or value != int(value) else 0
    return f"{number(value, digits)}{NBSP}₽"


def percent(value: Decimal | float | None, digits: int = 0) -> str:
    """A share that is already in percent: 94 %."""
    return NOTHING if value is None else f"{number(Decimal(str(value)), digits)}{NBSP}%"


def plural(n: int, one: str, few: str, many: str) -> str:
    """The Russian form of a noun after a number: 1 дело, 2 дела, 5 дел."""
    n = abs(n)
    if n % 10 == 1 and n % 100 != 11:
        return one
    return few if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else many


def days(n: int) -> str:
    """3 дня."""
    if language() == "en":
        return f"{n}{NBSP}{'day' if abs(n) == 1 else 'days'}"
    return f"{n}{NBSP}{plural(n, 'день', 'дня', 'дней')}"


# --- Dates ---------------------------------------------------------------------------------------------------------


def as_date(value: date | datetime) -> date:
    """A date; of a moment, the date in Moscow."""
    return to_moscow(value).date() if isinstance(value, datetime) else value


def near(value: date, today: date) -> str:
    """вчера, сегодня, завтра; otherwise an empty string."""
    distance = (value - today).days
    return word(("yesterday", "today", "tomorrow")[distance + 1]) if -1 <= distance <= 1 else ""


def short_day(value: date | datetime | None, today: date) -> str:
    """23 ноя; in another year 14 янв 2027."""
    if value is None:
        return NOTHING
    value = as_date(value)
    text = f"{value.day}{NBSP}{MONTHS[language()][value.month - 1]}"
    return text if value.year == today.year else f"{text}{NBSP}{value.year}"


def day(value: date | datetime | None, today: date) -> str:
    """сегодня, вчера, завтра; 23 ноя, пн; in another year 14 янв 2027."""
    if value is None:
        return NOTHING
    value = as_date(value)
    if word_for_it := near(value, today):
        return word_for_it
    text = short_day(value, today)
    return f"{text}, {WEEKDAYS[language()][value.weekday()]}" if value.year == today.year else text


def week_labels(days: list[date]) -> list[str]:
    """Captions for columns of days: 24 сен, 2 окт, 9, 16 — the month only where it changes."""
    labels = []
    for before, value in zip([None, *days], days, strict=False):
        same_month = before is not None and (before.year, before.month) == (value.year, value.month)
        labels.append(str(value.day) if same_month else short_day(value, value.replace(day=1)))
    return labels


def time_of_day(value: datetime) -> str:
    """9:30 by the clock of Moscow, without a leading zero."""
    local = to_moscow(value)
    return f"{local.hour}:{local.minute:02}"


def day_time(value: datetime | None, now: datetime) -> str:
    """сегодня 14:00; 16 ноя, пн, 12:04."""
    if value is None:
        return NOTHING
    today = as_date(now)
    if word_for_it := near(as_date(value), today):
        return f"{word_for_it}{NBSP}{time_of_day(value)}"
    return f"{day(value, today)}, {time_of_day(value)}"


def ago(value: datetime, now: datetime) -> str:
    """5 мин назад; 3 ч назад; вчера; 4 дня назад; from two weeks on 16 ноя, пн."""
    passed, days_ago = now - value, (as_date(now) - as_date(value)).days
    if passed < timedelta(minutes=1):
        return word("just_now")
    if days_ago == 0:
        return word("ago").format(time=duration(passed) if passed < timedelta(hours=1) else _whole_hours(passed))
    if days_ago == 1:
        return word("yesterday")
    return word("ago").format(time=days(days_ago)) if days_ago < 14 else day(value, as_date(now))


def _whole_hours(span: timedelta) -> str:
    return f"{int(span.total_seconds() // 3600)}{NBSP}{word('hours')}"


def long_date(value: date | datetime) -> str:
    """23 ноября 2026 г., as documents have it."""
    value = as_date(value)
    text = f"{value.day}{NBSP}{LONG_MONTHS[language()][value.month - 1]} {value.year}"
    return f"{text}{NBSP}г." if language() == "ru" else text


def month_title(value: date) -> str:
    """Ноябрь 2026, as a heading."""
    return date_format(value, "F Y")


def numeric_date(value: date | datetime) -> str:
    """23.11.2026."""
    return f"{as_date(value):%d.%m.%Y}"


def weekday_date(value: date | datetime) -> str:
    """понедельник, 23 ноября: the line beside the title of a day."""
    value = as_date(value)
    lang = language()
    return f"{LONG_WEEKDAYS[lang][value.weekday()]}, {value.day}{NBSP}{LONG_MONTHS[lang][value.month - 1]}"


# --- Durations -----------------------------------------------------------------------------------------------------


def duration(span: timedelta) -> str:
    """12 ч 20 мин; from a day on 36 ч; from two days on 3 дня. Rounded up to a minute."""
    minutes = max(1, -(-int(span.total_seconds()) // 60))
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return days(hours // 24)
    parts = [f"{hours}{NBSP}{word('hours')}"] if hours else []
    if rest and hours < 24:
        parts.append(f"{rest}{NBSP}{word('minutes')}")
    return NBSP.join(parts)


def left_phrase(left: str) -> str:
    """осталось 1 ч 20 мин."""
    return f"{left} {word('left')}" if language() == "en" else f"{word('left')} {left}"


def time_left(deadline: datetime, now: datetime) -> str:
    """осталось 12 ч 20 мин, or просрочено 11 ч 40 мин."""
    if now > deadline:
        return f"{word('overdue')} {duration(now - deadline)}"
    return left_phrase(duration(deadline - now))


def days_left(value: date | None, today: date) -> str:
    """7 дн до даты; сегодня; просрочено 3 дня."""
    if value is None:
        return NOTHING
    distance = (value - today).days
    if distance < 0:
        return f"{word('overdue')} {days(-distance)}"
    return f"{distance}{NBSP}{word('days')}" if distance else word("today")


def local_time_text(window: CallingWindow, form: str) -> str:
    """What stands beside a partner's city.

    `form`: full (13:40 · можно до 20:00), left (13:40 · ещё 6 ч 20 мин), short (13:40) or note (ещё 20 мин, поздно).
    """
    clock = f"{window.local.hour}:{window.local.minute:02}"
    left = duration(timedelta(minutes=window.minutes_left))
    if window.state == "open":
        until = word("until").format(time="20:00")
        note = {"full": until, "left": f"{word('more')} {left}", "short": "", "note": until}[form]
    elif window.state == "closing":
        note = left if form == "short" else left_phrase(left)
    elif window.state == "early":
        note = word("early").format(time=time_of_day(window.opens_at))
        note = note.split(",")[0] if form == "short" else note
    else:
        note = word(window.state)
    if form == "note":
        return note
    return f"{clock}{NBSP}· {note}" if note else clock


def phone(number: str) -> str:
    """+7 900 000-38-11 for +79000003811; of other countries only the first digits stand apart."""
    digits = number.removeprefix("+")
    if len(digits) == 11 and digits[0] == "7":
        parts = f"+7 {digits[1:4]} {digits[4:7]}-{digits[7:9]}-{digits[9:]}"
    elif len(digits) == 12 and digits.startswith("380"):
        parts = f"+380 {digits[3:5]} {digits[5:8]}-{digits[8:10]}-{digits[10:]}"
    else:
        return number
    return parts.replace(" ", NBSP)


def masked_card(number: str) -> str:
    """•••• 5678: all of a card's number that lists, logs and files ever show (R13)."""
    return f"••••{NBSP}{number[-4:]}"


def hours_ahead(hours: int) -> str:
    """How far a clock is from Moscow: +2, −1, or МСК for Moscow itself."""
    if not hours:
        return word("msk")
    return f"+{hours}" if hours > 0 else number(hours)


# --- Words ---------------------------------------------------------------------------------------------------------

SMALL_WORDS = re.compile(r"(?<![\w«])([«(]?[А-Яа-яЁё]{1,2}) (?=\S)")
STICKS_TO_NEXT = re.compile(r"(?<!\w)(№|г\.|ул\.|прил\.|усл\.|БЕЗ|ООО|ИП|ТОО|ФОП|ПАО|АО) (?=\S)")
STICKS_TO_PREVIOUS = re.compile(r" ([₽%—])")
NUMBER_AND_NOUN = re.compile(r"(\d) (?=\d|[А-Яа-яёЁ]{3}|(?:ч|дн|г)\b)")
INITIALS = re.compile(r"([А-ЯЁ][а-яё]+) ([А-ЯЁ]\.) ?([А-ЯЁ]\.)")
QUOTED = re.compile(r"\"([^\"]*)\"")


def typography(text: str) -> str:
    """Russian typography of a phrase: «ёлочки», and spaces that do not break where a line must not end."""
    text = QUOTED.sub(r"«\1»", text)
    text = INITIALS.sub(rf"\1{NBSP}\2{NBSP}\3", text)
    text = STICKS_TO_NEXT.sub(rf"\1{NBSP}", text)
    text = SMALL_WORDS.sub(rf"\1{NBSP}", text)
    text = SMALL_WORDS.sub(rf"\1{NBSP}", text)
    text = NUMBER_AND_NOUN.sub(rf"\1{NBSP}", text)
    return STICKS_TO_PREVIOUS.sub(rf"{NBSP}\1", text)


def initials(name: str) -> str:
    """ОМ for Ольга Мартынова."""
    return "".join(part[0] for part in name.split()[:2]).upper()


def short_name(name: str) -> str:
    """О. Мартынова for Ольга Мартынова."""
    first, _, last = name.partition(" ")
    return f"{first[0]}.{NBSP}{last}" if last else name
