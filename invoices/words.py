"""A sum in Russian words, as the last line of an invoice has it: «Две тысячи один рубль 05 копеек»."""

from decimal import Decimal

from core.formatting import plural

MALE = ("", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")
FEMALE = ("", "одна", "две", *MALE[3:])
TEENS = (
    "десять", "одиннадцать", "двенадцать", "тринадцать", "четырнадцать",
    "пятнадцать", "шестнадцать", "семнадцать", "восемнадцать", "девятнадцать",
)  # fmt: skip
TENS = ("", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто")
HUNDREDS = (
    "", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот",
)  # fmt: skip
ROUBLES = ("рубль", "рубля", "рублей")
KOPECKS = ("копейка", "копейки", "копеек")
CLASSES = (
    (ROUBLES, MALE),
    (("тысяча", "тысячи", "тысяч"), FEMALE),
    (("миллион", "миллиона", "миллионов"), MALE),
    (("миллиард", "миллиарда", "миллиардов"), MALE),
)
LIMIT = Decimal(10) ** (3 * len(CLASSES))


def roubles_in_words(amount: Decimal) -> str:
    """The sum in words, kopecks in digits. Raises ValueError for a negative sum, a part of a kopeck, or a billiard."""
    if not 0 <= amount < LIMIT or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"not a sum in roubles and kopecks: {amount}")
    roubles, kopecks = divmod(int(amount * 100), 100)
    words = _whole(roubles) if roubles else f"ноль {ROUBLES[2]}"
    return f"{words[0].upper()}{words[1:]} {kopecks:02} {plural(kopecks, *KOPECKS)}"


def _whole(number: int) -> str:
    """один миллион двести тысяч рублей."""
    words: list[str] = []
    for power in reversed(range(len(CLASSES))):
        triple = number // 1000**power % 1000
        names, units = CLASSES[power]
        if triple:
            words += [*_triple(triple, units), plural(triple, *names)]
        elif power == 0:
            words.append(names[2])
    return " ".join(words)


def _triple(number: int, units: tuple[str, ...]) -> list[str]:
    """Words of a number under a thousand."""
    rest = number % 100
    small = [TEENS[rest - 10]] if 10 <= rest < 20 else [TENS[rest // 10], units[rest % 10]]
    return [word for word in (HUNDREDS[number // 100], *small) if word]
