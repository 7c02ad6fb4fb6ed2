"""What a purpose of payment says, whoever wrote it: lost spaces, Latin letters among Cyrillic ones, ё, N for №.

Pure. What cannot be read surely is not read: then a person looks.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LOOK_ALIKE = str.maketrans("ABCEHKMOPTXYabcehkmoptxy", "АВСЕНКМОРТХУавсенкмортху")
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
MONTHS = (
    "ЯНВАРЯ", "ФЕВРАЛЯ", "МАРТА", "АПРЕЛЯ", "МАЯ", "ИЮНЯ",
    "ИЮЛЯ", "АВГУСТА", "СЕНТЯБРЯ", "ОКТЯБРЯ", "НОЯБРЯ", "ДЕКАБРЯ",
)  # fmt: skip
MAX_DIGITS = 9

WORD = re.compile(r"[^\W\d_]+")
CYRILLIC = re.compile(r"[А-Яа-я]")
DATE = rf"(?:\d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}}|\d{{2}})|\d{{1,2}} ?(?:{'|'.join(MONTHS)}) ?\d{{4}})"
SIGN = r"(?:№|N(?![A-Z])|NO\.?|НОМЕР|#)"
INVOICE = re.compile(
    r"(?<![А-ЯA-Z/])(?:СЧЕТ(?:АМ|ОВ|ОМ|А|У|Е)?|СЧ\.|INVOICE)(?![А-Я]|\s*-?\s*ФАКТУР)"
    rf"(?:\s*-\s*(?:ДОГОВОР\w*|ОФЕРТ\w*))?\s*(?:НА\s+ОПЛАТУ\s*)?{SIGN}?\s*(?=\d)"
)
NOT_OURS = re.compile(r"(?:РАСЧЕТН\w*|ЛИЦЕВ\w*|КОРР?\w*|[РК]/)\s*$")
NUMBER = re.compile(rf"(\d+)(?![\d/]|-\d)(?:\s*(?:ОТ\s*)?({DATE}))?")
NEXT_NUMBER = re.compile(rf"\s*(?:Г\.?\s*)?(?:,|;|И(?![А-Я]))\s*(?:{SIGN}\s*|СЧЕТ\w*\s*{SIGN}?\s*)?(?=\d)")
IS_MONEY = re.compile(r"(?:[.,]\d{1,2}|\s?\d{3})*\s*(?:РУБ|Р\.|₽|КОП)|[.,]\d{2}(?!\d|\.)")
CONTRACT = re.compile(
    rf"(?:ДОГОВОР\w*(?:\s*-?\s*ОФЕРТ\w*)?|ОФЕРТ\w*)\s*(?:{SIGN}?\s*([\w/-]*\d[\w/-]*))?\s*ОТ\s*({DATE})"
)
APPENDIX_OR_SERVICE = re.compile(
    r"(?<![А-Я])(?:(ПРИЛ(?:ОЖЕНИ\w*|\.)?)\s*№?\s*(\d{1,3})(?!\d)"
    r"|УСЛ(?:УГ\w*|\.)?\s*№?\s*(\d{1,3}(?!\d)(?:\s*(?:,|И(?![А-Я]))\s*№?\s*\d{1,3}(?![\d.]))*))"
)
CITY = re.compile(r"(?<![А-Я])Г\.?\s*([А-Я][А-Я]+(?:[ -][А-Я]+)*)(?=\s*(?:[;.,]|$|СЧЕТ))")
WITHOUT_VAT = re.compile(
    r"БЕЗ\s*(?:НАЛОГА\s*)?\(?\s*НДС|НДС\s*НЕ\s*ОБЛАГ|НЕ\s*ОБЛАГ\w*\s*НДС|НДС\s*(?:-\s*)?НЕТ|БЕЗ\s*НАЛОГА"
)
WITH_VAT = re.compile(r"В\s*Т\.?\s*Ч\.?\s*,?\s*НДС|ВКЛЮЧАЯ\s*НДС|НДС\s*\(?\s*-?\s*\d")
FOREIGN = re.compile(r"(?<![А-Я])(?:ВОЗВРАТ|ЗАЙМ|ЗАЕМ|ПОПОЛНЕНИ|ПЕРЕВОД\s+СОБСТВЕНН|ЗА\s+ТОВАР|ЗАРАБОТН|АРЕНД)")


class Vat(StrEnum):
    NONE = "none"
    STATED = "stated"
    BOTH = "both"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a purpose says. `numbers` are invoices with their dates, where they have one."""

    numbers: tuple[tuple[int, date | None], ...]
    contracts: frozenset[tuple[str, date]]
    services: frozenset[tuple[int, int]]
    cities: frozenset[str]
    vat: Vat
    is_foreign: bool
    text: str


def canon(text: str) -> str:
    """The text as it is compared. NFC, not NFKC: that one would turn «№» into «No»."""
    text = unicodedata.normalize("NFC", text).replace("ё", "е").replace("Ё", "Е").translate(DASHES)
    text = WORD.sub(lambda found: _in_cyrillic(found[0]), text.replace("№", " № "))
    return " ".join(text.split()).upper()


def read_purpose(text: str) -> Reading:
    """All that the purpose says of an invoice, its contract and services."""
    said = canon(text)
    return Reading(
        numbers=tuple(_numbers(said)),
        contracts=frozenset(
            ((found[1] or "").strip("-/"), day) for found in CONTRACT.finditer(said) if (day := parse_date(found[2]))
        ),
        services=_services(said),
        cities=frozenset(found[1] for found in CITY.finditer(said)),
        vat=_vat(said),
        is_foreign=bool(FOREIGN.search(said)),
        text=said,
    )


def parse_date(text: str) -> date | None:
    """23.11.2026, 23.11.26 or 23 НОЯБРЯ 2026."""
    for order, month in enumerate(MONTHS, start=1):
        if month in text:
            text = f"{text.partition(month)[0].strip()}.{order}.{text.partition(month)[2].strip()}"
    day, month_number, year = (int(part) for part in text.split("."))
    try:
        return date(year + 2000 if year < 100 else year, month_number, day)
    except ValueError:
        return None


def _numbers(said: str) -> list[tuple[int, date | None]]:
    """The numbers after «счёт», also several: № 1234, 1235 и № 1236."""
    found: dict[int, date | None] = {}
    for keyword in INVOICE.finditer(said):
        if NOT_OURS.search(said[: keyword.start()]):
            continue
        at = keyword.end()
        while number := NUMBER.match(said, at):
            if len(number[1].lstrip("0")) > MAX_DIGITS or (IS_MONEY.match(said, number.end(1)) and not number[2]):
                break
            found.setdefault(int(number[1]), parse_date(number[2]) if number[2] else None)
            following = NEXT_NUMBER.match(said, number.end())
            if not following:
                break
            at = following.end()
    return list(found.items())


def _services(said: str) -> frozenset[tuple[int, int]]:
    """Pairs of appendix and service: прил. 3, усл. 2, 5."""
    pairs, appendix = set(), 0
    for found in APPENDIX_OR_SERVICE.finditer(said):
        if found[1]:
            appendix = int(found[2])
        else:
            pairs |= {(appendix, int(number)) for number in re.findall(r"\d+", found[3])}
    return frozenset(pairs)


def _vat(said: str) -> Vat:
    without, stated = WITHOUT_VAT.search(said), WITH_VAT.search(said)
    if without and stated:
        return Vat.BOTH
    return Vat.NONE if without else Vat.STATED if stated else Vat.SILENT


def _in_cyrillic(word: str) -> str:
    """A word with Cyrillic letters in it has no Latin ones that only look alike."""
    return word.translate(LOOK_ALIKE) if CYRILLIC.search(word) else word
