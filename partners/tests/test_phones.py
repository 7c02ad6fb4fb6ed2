"""Phones as people type them."""

import pytest

from partners.phones import normalised_phone


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("8 (900) 123-45-67", "RU", ("+79001234567", "")),
        ("+7 900 123-45-67 доб. 12", "RU", ("+79001234567", "12")),
        ("8 701 123 45 67", "KZ", ("+77011234567", "")),
        ("050 123 4567", "UA", ("+380501234567", "")),
        ("+7 900 123-45-67", "UA", ("+79001234567", "")),
        ("12345", "RU", None),
        ("позвоните Ларисе", "RU", None),
        ("89001234567890", "RU", None),
    ],
)
def test_phones_are_kept_in_one_form_however_they_are_typed(text, country, expected):
    assert normalised_phone(text, country) == expected
