"""Forgiving Russian typing: case, ё, and the wrong keyboard layout («dtrnjh» is «вектор»)."""

LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>"
CYRILLIC = "ёйцукенгшщзхъфывапролджэячсмитьбюЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"
TO_CYRILLIC = str.maketrans(LATIN, CYRILLIC)
TO_LATIN = str.maketrans(CYRILLIC, LATIN)


def fold(text: str) -> str:
    """The text as it is compared: upper case, ё as е, single spaces."""
    return " ".join(text.upper().replace("Ё", "Е").split())


def readings(query: str) -> list[list[str]]:
    """The words that may have been meant, most likely first: as typed, then as typed in the other layout."""
    meant = [fold(query), fold(query.translate(TO_CYRILLIC)), fold(query.translate(TO_LATIN))]
    return [text.split() for text in dict.fromkeys(meant) if text]
