"""Telephone numbers as people write them, kept in one form: +79001234567."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat


def normalised_phone(text: str, country: str) -> tuple[str, str] | None:
    """The number in E.164 and its extension; None when it is no number.

    A number without a country code is one of `country` (RU, UA or KZ).
    """
    spoken = text.lower().replace("доб.", "ext.").replace("доб", "ext.")
    try:
        number = phonenumbers.parse(spoken, country)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164), number.extension or ""
