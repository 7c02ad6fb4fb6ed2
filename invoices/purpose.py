"""The purpose of payment: composed from the invoice, never typed, never cut (R7).

    Оплата по договору-оферте № 562 от 04.06.2025: прил. 3, усл. 2; прил. 2, усл. 4, г. Владивосток.
    Счёт № 1184 от 23.11.2026. БЕЗ НДС

Each part remembers the field it came from, so that the screen can mark it. Where the whole text is longer than the
bank's field, services of one appendix and city are named together («прил. 3, усл. 2, 5»); when that is too long as
well, the invoice is to be split. Pure: no database, no clock.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import RuleViolation

MAX_LENGTH = 210
"""Characters in field 24 of a payment order and in Purpose of the payment QR (ГОСТ Р 56042-2014)."""

MISSING = "…"

REPLACEMENTS = str.maketrans(
    {
        **dict.fromkeys("«»“”„‟″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("’‘ʼ`", "'"),
    }
)
ALLOWED_SIGNS = frozenset(" .,;:-/()\"'№+%")


@dataclass(frozen=True, slots=True)
class PurposeLine:
    """What the purpose names of a line. None and "" mean that it is not chosen yet."""

    appendix_number: int | None
    service_number: int | None
    is_marketing: bool = False
    city: str = ""


@dataclass(frozen=True, slots=True)
class PurposeDraft:
    """All that a purpose is made of. `number` is the invoice's, `vat_words` those of the seller's VAT mode."""

    offer_number: str
    offer_dated_on: date | None
    lines: Sequence[PurposeLine]
    number: int
    dated_on: date
    vat_words: str


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the text. `field` names the form field it came from, "" for the words between; `is_missing`: a gap."""

    text: str
    field: str = ""
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Purpose:
    """The text in parts, and what stands against it. `problems` are in the order of the text."""

    parts: tuple[Part, ...]
    problems: tuple[RuleViolation, ...]

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)

    @property
    def length(self) -> int:
        return len(self.text)

    def require(self) -> str:
        """The text, or the first RuleViolation: purpose_needs_offer, _appendix, _city or purpose_too_long."""
        if self.problems:
            raise self.problems[0]
        return self.text


def sanitise(text: str) -> str:
    """Only what a payment order and the QR take: letters, digits and the usual signs, «» and long dashes replaced.

    NFC, not NFKC: that one would turn «№» into «No». «|» separates the fields of the QR and is dropped.
    """
    text = unicodedata.normalize("NFC", text).translate(REPLACEMENTS)
    kept = (sign if _is_allowed(sign) else " " for sign in text)
    return re.sub(r" +", " ", "".join(kept)).strip()


def compose(draft: PurposeDraft) -> Purpose:
    """The purpose of the invoice, with gaps (…) where something is missing."""
    problems = [*_offer_problems(draft), *_line_problems(draft.lines)]
    parts = _parts(draft, _separate(draft.lines))
    if _length(parts) > MAX_LENGTH:
        parts = _parts(draft, _grouped(draft.lines))
    if _length(parts) > MAX_LENGTH:
        problems.append(_too_long(draft, _length(parts)))
    return Purpose(tuple(parts), tuple(problems))


def lines_that_fit(draft: PurposeDraft) -> int:
    """How many of the lines, from the first on, one purpose can name."""
    for count in range(len(draft.lines), 0, -1):
        if _length(_parts(draft, _grouped(draft.lines[:count]))) <= MAX_LENGTH:
            return count
    return 0


def _parts(draft: PurposeDraft, lines: Iterable[Part]) -> list[Part]:
    offer = sanitise(draft.offer_number)
    has_offer = bool(offer and draft.offer_dated_on)
    offer_text = f"№ {offer} от {draft.offer_dated_on:%d.%m.%Y}" if has_offer else f"№ {MISSING}"
    return [
        Part("Оплата по договору-оферте "),
        Part(offer_text, "contract_offer", not has_offer),
        Part(": "),
        *lines,
        Part(". Счёт "),
        Part(f"№ {draft.number} от {draft.dated_on:%d.%m.%Y}", "dated_on"),
        Part(". "),
        Part(draft.vat_words, "seller"),
    ]


def _separate(lines: Sequence[PurposeLine]) -> list[Part]:
    """Every line by itself, in the order of the invoice; a line that says the same as one before it is not repeated."""
    said: set[str] = set()
    parts: list[Part] = []
    for index, line in enumerate(lines):
        pieces = _service(f"lines-{index}-", line, [line.service_number])
        text = "".join(piece.text for piece in pieces)
        if text in said and not any(piece.is_missing for piece in pieces):
            continue
        said.add(text)
        parts += [Part("; ")] * bool(parts) + pieces
    return parts or [Part(MISSING, "lines", is_missing=True)]


def _grouped(lines: Sequence[PurposeLine]) -> list[Part]:
    """Services of one appendix and city named together: прил. 3, усл. 2, 5."""
    groups: dict[tuple[int | None, bool, str], list[int]] = {}
    for index, line in enumerate(lines):
        groups.setdefault((line.appendix_number, line.is_marketing, line.city), []).append(index)
    parts: list[Part] = []
    for indexes in groups.values():
        numbers = dict.fromkeys(lines[index].service_number for index in indexes)
        parts += [Part("; ")] * bool(parts) + _service(f"lines-{indexes[0]}-", lines[indexes[0]], list(numbers))
    return parts or [Part(MISSING, "lines", is_missing=True)]


def _service(prefix: str, line: PurposeLine, service_numbers: list[int | None]) -> list[Part]:
    """прил. 2, усл. 4, г. Владивосток."""
    is_missing = not line.appendix_number or not all(service_numbers)
    services = ", ".join(str(number or MISSING) for number in service_numbers)
    text = f"прил. {line.appendix_number or MISSING}, усл. {services}"
    parts = [Part(text, f"{prefix}service", is_missing)]
    if line.is_marketing:
        city = sanitise(line.city)
        parts += [Part(", "), Part(f"г. {city or MISSING}", f"{prefix}city", not city)]
    return parts


def _offer_problems(draft: PurposeDraft) -> list[RuleViolation]:
    if sanitise(draft.offer_number) and draft.offer_dated_on:
        return []
    message = _("Choose the contract-offer: the purpose of payment names its number and date.")
    return [RuleViolation("purpose_needs_offer", message, "contract_offer")]


def _line_problems(lines: Sequence[PurposeLine]) -> list[RuleViolation]:
    problems = []
    if not lines:
        message = _("Add a service: the purpose of payment names its appendix and number.")
        problems.append(RuleViolation("purpose_needs_appendix", message, "lines"))
    for index, line in enumerate(lines):
        if not line.appendix_number or not line.service_number:
            message = _("Line %(n)s: choose the service; the purpose of payment names its appendix and number.")
            field = f"lines-{index}-service"
            problems.append(RuleViolation("purpose_needs_appendix", message % {"n": index + 1}, field))
        if line.is_marketing and not sanitise(line.city):
            message = _("Line %(n)s: choose the city; a marketing service needs it in the purpose of payment.")
            problems.append(RuleViolation("purpose_needs_city", message % {"n": index + 1}, f"lines-{index}-city"))
    return problems


def _too_long(draft: PurposeDraft, length: int) -> RuleViolation:
    count = lines_that_fit(draft)
    words = {"length": length, "limit": MAX_LENGTH, "n": count}
    message = ngettext(
        "The purpose of payment has %(length)s characters, the bank takes %(limit)s. Split the invoice: "
        "the first %(n)s line fits, make a second invoice for the rest.",
        "The purpose of payment has %(length)s characters, the bank takes %(limit)s. Split the invoice: "
        "the first %(n)s lines fit, make a second invoice for the rest.",
        count,
    )
    return RuleViolation("purpose_too_long", message % words, "lines")


def _length(parts: Iterable[Part]) -> int:
    return sum(len(part.text) for part in parts)


def _is_allowed(sign: str) -> bool:
    if sign in ALLOWED_SIGNS or sign in "0123456789":
        return True
    return sign.isalpha() and unicodedata.name(sign, "").startswith(("CYRILLIC", "LATIN"))
