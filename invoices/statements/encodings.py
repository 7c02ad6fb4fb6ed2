"""Which encoding a text is in, by its bytes: what its header says about that is no evidence."""

import codecs
from typing import BinaryIO

CHUNK = 1 << 20
SAMPLE = 1 << 16
BOMS = [(codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")]
SINGLE_BYTE = ("cp1251", "cp866", "koi8-r")
WORDS = ("секция", "конец", "дата", "сумма", "плательщик", "получатель", "назначение", "счет", "инн", "остат", "приход")
"""What statements have in them, whatever the bank."""


def encoding_of(source: BinaryIO) -> str | None:
    """utf-8-sig, utf-16, utf-8, cp1251, cp866 or koi8-r; None for bytes that are no text of a statement."""
    source.seek(0)
    head = source.read(SAMPLE)
    for bom, name in BOMS:
        if head.startswith(bom):
            return name
    is_utf8, has_nul = _look_through(source)
    if has_nul:
        return None
    if is_utf8:
        return "utf-8"
    # UTF-8 among them: a bank that cuts a purpose in the middle of a letter breaks the strict reading.
    candidates = (*SINGLE_BYTE, "utf-8")
    hits = {name: _known_words(head, name) for name in candidates}
    best = max(candidates, key=lambda name: hits[name])
    return best if hits[best] else None


def _look_through(source: BinaryIO) -> tuple[bool, bool]:
    """Whether all of it is UTF-8 (a last letter cut in two is still), and whether there is a NUL in it."""
    source.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    while chunk := source.read(CHUNK):
        if b"\0" in chunk:
            return False, True
        if is_utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
    return is_utf8, False


def _known_words(head: bytes, encoding: str) -> int:
    text = head.decode(encoding, errors="replace").lower()
    return sum(text.count(word) for word in WORDS)
