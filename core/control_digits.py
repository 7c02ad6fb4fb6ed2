"""Control digits of Russian requisites. They catch typing errors; they prove nothing about existence.

Sources: INN — order of the tax service; account key — Bank of Russia order № 515 of 08.09.1997.
"""

from stdnum.ru import inn as stdnum_inn
from stdnum.ru import ogrn as stdnum_ogrn

ACCOUNT_WEIGHTS = (7, 1, 3) * 8


def is_inn(value: str) -> bool:
    """Ten digits for a company, twelve for a person, with right control digits; all zeros are no INN."""
    return value.strip("0") != "" and stdnum_inn.is_valid(value)


def is_bic(value: str) -> bool:
    return len(value) == 9 and value.isdigit() and value.startswith("0")


def is_account(account: str, bic: str) -> bool:
    """Whether the 20-digit account fits the bank.

    The key is computed over a three-digit prefix and the account. A client's account takes the last three digits of the
    BIC; a correspondent account (301…) and accounts in the Bank of Russia take "0" and its unit's two digits.
    """
    if len(account) != 20 or not account.isdigit() or not is_bic(bic):
        return False
    in_bank_of_russia = account.startswith(("301", "40102")) or bic[6:] in {"000", "001", "002"}
    prefix = f"0{bic[4:6]}" if in_bank_of_russia else bic[6:]
    digits = map(int, prefix + account)
    return sum(digit * weight % 10 for digit, weight in zip(digits, ACCOUNT_WEIGHTS, strict=False)) % 10 == 0


def is_ogrn(value: str) -> bool:
    """ОГРН of a company, 13 digits, or ОГРНИП of an entrepreneur, 15; all zeros are none."""
    return value.strip("0") != "" and stdnum_ogrn.is_valid(value)
