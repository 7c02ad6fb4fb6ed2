"""Tax numbers of the three countries. Control digits catch typing errors; they prove nothing about existence.

Russia: ИНН, 10 digits for a company, 12 for a person. Kazakhstan: БИН or ИИН, 12. Ukraine: ЄДРПОУ, 8, or РНОКПП, 10.
"""

from stdnum.ua import edrpou, rntrc

from catalog.models import Country
from core.control_digits import is_inn
from partners.models import LegalKind

KAZAKH_WEIGHTS = (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))


def is_tax_number(value: str, country: str) -> bool:
    """Whether the number fits the country, or Russia: a firm may work abroad and be registered here."""
    if not (value.isascii() and value.isdigit()) or not value.strip("0"):
        return False
    if is_inn(value):
        return True
    if country == Country.KAZAKHSTAN:
        return len(value) == 12 and value[-1] == kazakh_check_digit(value[:-1])
    return country == Country.UKRAINE and (edrpou.is_valid(value) or rntrc.is_valid(value))


def kazakh_check_digit(first_eleven: str) -> str:
    """The twelfth digit of a БИН or ИИН; empty for a beginning that is never given out."""
    for weights in KAZAKH_WEIGHTS:
        digit = sum(weight * int(figure) for weight, figure in zip(weights, first_eleven, strict=True)) % 11
        if digit < 10:
            return str(digit)
    return ""


def is_tax_number_of(value: str, country: str, kind: str) -> bool:
    """Whether a payer of this kind, registered in this country, has such a number: no Russian one abroad here."""
    if not (value.isascii() and value.isdigit()) or not value.strip("0"):
        return False
    is_company = kind == LegalKind.COMPANY
    if country == Country.RUSSIA:
        return is_inn(value) and (len(value) == 10) == is_company
    if country == Country.KAZAKHSTAN:
        is_right = len(value) == 12 and value[-1] == kazakh_check_digit(value[:-1])
        return is_right and (value[4] in "45") == is_company
    return edrpou.is_valid(value) if is_company else rntrc.is_valid(value)
