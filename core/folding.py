"""Forgiving Russian typing: case, ё, the wrong keyboard layout («dtrnjh» is «вектор»), Latin letters, one slip."""

import re

LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>"
CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбюЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"
TO_CYRILLIC = str.maketrans(LATIN, CYRILLIC)
TO_LATIN = str.maketrans(CYRILLIC, LATIN)
SOUNDS = {
    "SHCH": "Щ", "YO": "Е", "ZH": "Ж", "KH": "Х", "TS": "Ц", "CH": "Ч", "SH": "Ш", "YU": "Ю", "YA": "Я", "A": "А",
    "B": "Б", "V": "В", "G": "Г", "D": "Д", "E": "Е", "Z": "З", "I": "И", "J": "Й", "Y": "Ы", "K": "К", "L": "Л",
    "M": "М", "N": "Н", "O": "О", "P": "П", "R": "Р", "S": "С", "T": "Т", "U": "У", "F": "Ф", "H": "Х", "C": "К",
}  # fmt: skip
SOUND = re.compile("|".join(SOUNDS))
WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """The text as it is compared: upper case, ё as е."""
    return text.upper().replace("Ё", "Е")


def words_of(text: str) -> list[str]:
    """The folded words of a text, without punctuation."""
    return WORD.findall(fold(text))


def readings(query: str) -> list[list[str]]:
    """The words that may have been meant, most likely first: as typed, in the other layout, in Latin letters."""
    spelled = SOUND.sub(lambda found: SOUNDS[found[0]], fold(query))
    meant = [query, query.translate(TO_CYRILLIC), query.translate(TO_LATIN), spelled]
    found = [words_of(text) for text in meant]
    return [words for at, words in enumerate(found) if words and words not in found[:at]]


def slips(typed: str, word: str) -> int:
    """How many slips of the finger make `typed` out of the beginning of `word`.

    A slip is a wrong, a missing, an extra letter, or two letters in each other's place.
    """
    before: list[int] = []
    row = list(range(len(word) + 1))
    for at, letter in enumerate(typed, 1):
        former, before, row = before, row, [at]
        for place, other in enumerate(word, 1):
            best = min(row[-1] + 1, before[place] + 1, before[place - 1] + (letter != other))
            if at > 1 and place > 1 and letter == word[place - 2] and typed[at - 2] == other:
                best = min(best, former[place - 2] + 1)
            row.append(best)
    return min(row)
