"""Parts of an SMS: GSM 03.38 with 160 then 153 places, UCS-2 with 70 then 67."""

from decimal import Decimal

import pytest

from messaging.segments import segments


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ж" * 70, 1),
        ("Ж" * 71, 2),
        ("Ж" * 134, 2),
        ("Ж" * 135, 3),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 152 + "€" + "a" * 153, 3),
        ("Ж" * 66 + "😀" + "Ж" * 65, 2),
        ("Ж" * 66 + "😀" + "Ж" * 66, 3),
    ],
)
def test_parts_are_counted_and_no_character_is_cut_in_two(text, parts):
    assert segments(text).parts == parts


@pytest.mark.parametrize("text", ["500 ₽", "№ 7", "«a»", "Ж"])
def test_these_make_the_whole_text_ucs2(text):
    assert segments(text).is_ucs2


def test_the_limit_is_what_fits_and_the_price_is_by_parts(settings):
    settings.SMS_PART_PRICE = Decimal("4.50")

    assert (segments("Ж" * 44).length, segments("Ж" * 44).limit) == (44, 70)
    assert (segments("Ж" * 71).limit, segments("Ж" * 71).price) == (134, Decimal("9.00"))
