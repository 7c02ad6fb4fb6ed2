"""Reading the text of a call comment (R3): its three parts, its numbers, and what is missing.

Managers paste comments from notes and messengers, so the headings «Было», «Сейчас», «Планирует» are recognised at the
beginning of a line or a sentence, and the week's numbers are read out of plain Russian: «30 заявок, 4 встречи,
1 договор. Сумма договора 100 000 руб.»
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

PARTS = ("was", "now", "plans")
MIN_LETTERS = 3
"""A part with fewer letters («-», «ок») says nothing."""

_HEADINGS = {
    "было": "was",
    "сейчас": "now",
    "планирует": "plans",
    "планируют": "plans",
    "планы": "plans",
    "план": "plans",
}
_HEADING = re.compile(r"(?:^|(?<=[\s.;!?]))(было|сейчас|планиру[ею]т|планы|план)\s*:\s*", re.IGNORECASE | re.MULTILINE)
_NEXT_STEP = re.compile(
    r"^\s*(?:дальше\s*:|следующий шаг\s*:|(?=нужно\b|надо\b|созвониться\b|позвонить\b))", re.IGNORECASE
)

_WORDS = {
    "ноль": 0, "нет": 0, "один": 1, "одна": 1, "одну": 1, "два": 2, "две": 2, "три": 3, "четыре": 4, "пять": 5,
    "шесть": 6, "семь": 7, "восемь": 8, "девять": 9, "десять": 10,
}  # fmt: skip
_COUNT = r"(?P<count>\d{1,3}(?:[ \u00a0]\d{3})+|\d+|" + "|".join(_WORDS) + r")"
_COUNTED = {
    "requests": re.compile(rf"(?<![\w,.]){_COUNT}\s+(?:нов\w+\s+)?заяв(?:ка|ки|ку|ок)\b", re.IGNORECASE),
    "meetings": re.compile(rf"(?<![\w,.]){_COUNT}\s+встреч(?:а|и|у)?\b", re.IGNORECASE),
    "contracts": re.compile(rf"(?<![\w,.]){_COUNT}\s+договор(?:а|ов)?\b", re.IGNORECASE),
}
_SUM = re.compile(
    r"(?:сумм\w*(?:\s+договор\w*)?|договор\w*\s+на(?:\s+сумму)?)\s*[:—–-]?\s*(?:составил\w*\s+|на\s+)?"
    r"(?P<number>\d{1,3}(?:[ \u00a0.]\d{3})+|\d+)(?:,(?P<fraction>\d{1,2}))?\s*(?P<scale>тыс|млн|т\.\s*р)?",
    re.IGNORECASE,
)
_SCALES = {"тыс": 1_000, "млн": 1_000_000}


@dataclass(frozen=True)
class Numbers:
    """The week's metrics as told in the text; None where the text says nothing."""

    requests: int | None = None
    meetings: int | None = None
    contracts: int | None = None
    contracts_sum: Decimal | None = None

    def __bool__(self) -> bool:
        return any(value is not None for value in vars(self).values())


@dataclass(frozen=True)
class ParsedComment:
    was: str = ""
    now: str = ""
    plans: str = ""
    next_step: str = ""
    numbers: Numbers = field(default_factory=Numbers)

    @property
    def missing(self) -> list[str]:
        """The parts that are not there: any of was, now, plans."""
        return [part for part in PARTS if not says_something(getattr(self, part))]


def says_something(text: str) -> bool:
    return sum(character.isalpha() for character in text) >= MIN_LETTERS


def missing_parts(was: str, now: str, plans: str, next_step: str, due_at: datetime | None) -> list[str]:
    """What a comment still lacks (R3): any of was, now, plans, next_step, due_at, in the order of the form."""
    texts = {"was": was, "now": now, "plans": plans, "next_step": next_step}
    missing = [name for name, text in texts.items() if not says_something(text)]
    return missing if due_at else [*missing, "due_at"]


def parse_comment(text: str) -> ParsedComment:
    """Split a pasted text into its parts and read its numbers. Text before the first heading belongs to «Сейчас»."""
    pieces = _HEADING.split(text.replace("\r\n", "\n"))
    parts = dict.fromkeys(PARTS, "")
    parts["now"] = pieces[0].strip()
    for heading, body in zip(pieces[1::2], pieces[2::2], strict=True):
        name = _HEADINGS[heading.lower()]
        parts[name] = "\n".join(filter(None, [parts[name], body.strip()]))
    return ParsedComment(**parts, next_step=_next_step(parts["plans"]), numbers=read_numbers(parts["now"] or text))


def read_numbers(text: str) -> Numbers:
    """The numbers of the week: the first mention of each counts."""
    counts = {name: _count(pattern.search(text)) for name, pattern in _COUNTED.items()}
    return Numbers(**counts, contracts_sum=_sum(_SUM.search(text)))


def is_our_step(sentence: str) -> bool:
    """Whether the sentence speaks of what we do next, not of what the partner plans: «Нужно созвониться…»."""
    return bool(_NEXT_STEP.match(sentence))


def _next_step(plans: str) -> str:
    """The last line of the plans when it speaks of what we do next: «Нужно созвониться и узнать…»."""
    last_line = plans.rsplit("\n", 1)[-1]
    return _NEXT_STEP.sub("", last_line).strip() if is_our_step(last_line) else ""


def _count(match: re.Match | None) -> int | None:
    if match is None:
        return None
    word = match["count"].lower()
    return _WORDS[word] if word in _WORDS else int(re.sub(r"\D", "", word))


def _sum(match: re.Match | None) -> Decimal | None:
    if match is None:
        return None
    number = Decimal(re.sub(r"\D", "", match["number"]) + "." + (match["fraction"] or "0"))
    scale = (match["scale"] or "").lower()
    factor = _SCALES.get(scale, 1_000 if scale else 1)
    return (number * factor).quantize(Decimal("0.01"))
