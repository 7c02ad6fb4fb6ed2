"""How many parts an SMS has and what it costs: GSM 03.38 where every character is in that alphabet, else UCS-2."""

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = set("^{}\\[]~|€\f")
"""Characters behind an escape: they take two places, which stay in one part."""


@dataclass(frozen=True)
class Segments:
    """The length of an SMS in places of its alphabet. `limit` is what fits into the parts it has. Price in roubles."""

    length: int
    parts: int
    limit: int
    is_ucs2: bool

    @property
    def price(self) -> Decimal:
        return self.parts * settings.SMS_PART_PRICE


def segments(text: str) -> Segments:
    """Count the text: 160 then 153 places a part, with a character outside GSM 70 then 67."""
    is_ucs2 = not all(character in GSM or character in GSM_TWICE for character in text)
    if is_ucs2:
        places = [2 if ord(character) > 0xFFFF else 1 for character in text]
    else:
        places = [2 if character in GSM_TWICE else 1 for character in text]
    single, part = (70, 67) if is_ucs2 else (160, 153)
    length = sum(places)
    parts = 1 if length <= single else _parts(places, part)
    return Segments(length, parts, single if parts == 1 else parts * part, is_ucs2)


def _parts(places: list[int], size: int) -> int:
    """How many parts hold the characters when none is cut in two."""
    parts, filled = 1, 0
    for place in places:
        if filled + place > size:
            parts, filled = parts + 1, 0
        filled += place
    return parts
