"""R7: the purpose of payment is composed whole, fits the bank's field, and says what is missing."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import RuleViolation
from invoices.purpose import MAX_LENGTH, PurposeDraft, PurposeLine, compose, lines_that_fit, sanitise

LONGEST_CITY = "Комсомольск-на-Амуре"
CANONICAL = (
    "Оплата по договору-оферте № 562 от 04.06.2025: прил. 3, усл. 2; прил. 3, усл. 5; прил. 2, усл. 4, г. Владивосток. "
    "Счёт № 1184 от 23.11.2026. БЕЗ НДС"
)


def draft(*lines: PurposeLine, **changes) -> PurposeDraft:
    base = PurposeDraft("562", date(2025, 6, 4), list(lines), 1184, date(2026, 11, 23), "БЕЗ НДС")
    return replace(base, **changes)


def marketing(number: int = 4, city: str = "Владивосток") -> PurposeLine:
    return PurposeLine(2, number, is_marketing=True, city=city)


def codes(purpose) -> list[tuple[str, str]]:
    return [(problem.code, problem.field) for problem in purpose.problems]


def test_r7_the_text_of_the_design():
    purpose = compose(draft(PurposeLine(3, 2), PurposeLine(3, 5), marketing()))

    assert purpose.require() == CANONICAL
    assert purpose.length == 148


def test_every_part_says_which_field_it_came_from():
    purpose = compose(draft(PurposeLine(3, 2), marketing()))

    assert {part.field: part.text for part in purpose.parts if part.field} == {
        "contract_offer": "№ 562 от 04.06.2025",
        "lines-0-service": "прил. 3, усл. 2",
        "lines-1-service": "прил. 2, усл. 4",
        "lines-1-city": "г. Владивосток",
        "dated_on": "№ 1184 от 23.11.2026",
        "seller": "БЕЗ НДС",
    }


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (draft(PurposeLine(3, 2), offer_number=""), ("purpose_needs_offer", "contract_offer")),
        (draft(PurposeLine(3, 2), offer_dated_on=None), ("purpose_needs_offer", "contract_offer")),
        (draft(PurposeLine(3, 2), offer_number=" | "), ("purpose_needs_offer", "contract_offer")),
        (draft(), ("purpose_needs_appendix", "lines")),
        (draft(PurposeLine(3, 2), PurposeLine(None, 2)), ("purpose_needs_appendix", "lines-1-service")),
        (draft(PurposeLine(3, None)), ("purpose_needs_appendix", "lines-0-service")),
        (draft(marketing(city="")), ("purpose_needs_city", "lines-0-city")),
        (draft(PurposeLine(3, 2), marketing(city=" \u00a0")), ("purpose_needs_city", "lines-1-city")),
    ],
)
def test_r7_what_is_missing_is_named_with_its_field(made, problem):
    purpose = compose(made)

    assert codes(purpose) == [problem]
    assert "…" in purpose.text
    with pytest.raises(RuleViolation) as refused:
        purpose.require()
    assert (refused.value.code, refused.value.field) == problem


def test_all_that_is_missing_is_told_at_once():
    purpose = compose(draft(PurposeLine(None, None), marketing(city=""), offer_number=""))

    assert [code for code, _field in codes(purpose)] == [
        "purpose_needs_offer",
        "purpose_needs_appendix",
        "purpose_needs_city",
    ]


GAPS = {
    ("offer", 0): "contract_offer",
    ("offer_date", 0): "contract_offer",
    **{("appendix", index): f"lines-{index}-service" for index in range(3)},
    **{("service", index): f"lines-{index}-service" for index in range(3)},
    **{("city", index): f"lines-{index}-city" for index in (0, 2)},
}
"""Everything that a purpose of three lines, the first and the last of marketing, cannot do without, and its field."""


@settings(max_examples=50)
@given(st.sets(st.sampled_from(sorted(GAPS))), st.sampled_from(["", " ", "\u00a0", "|", "🙂"]))
def test_r7_whatever_is_missing_in_any_combination_the_purpose_is_refused_at_exactly_those_fields(gaps, nothing):
    lines = [
        PurposeLine(
            None if ("appendix", index) in gaps else index + 1,
            None if ("service", index) in gaps else 4,
            is_marketing=index != 1,
            city=nothing if ("city", index) in gaps else "Омск",
        )
        for index in range(3)
    ]
    purpose = compose(
        draft(
            *lines,
            offer_number=nothing if ("offer", 0) in gaps else "562",
            offer_dated_on=None if ("offer_date", 0) in gaps else date(2025, 6, 4),
        )
    )

    assert {field for _code, field in codes(purpose)} == {GAPS[gap] for gap in gaps}
    assert {part.field for part in purpose.parts if part.is_missing} == {GAPS[gap] for gap in gaps}
    if gaps:
        with pytest.raises(RuleViolation):
            purpose.require()
    else:
        assert purpose.require().endswith("БЕЗ НДС")


def test_a_city_is_named_only_with_a_marketing_service():
    assert "г." not in compose(draft(PurposeLine(3, 2, city="Омск"))).text


def padded(length: int) -> PurposeDraft:
    """A draft whose purpose has exactly so many characters, by the length of the offer's number."""
    short = compose(draft(PurposeLine(3, 2), offer_number="1")).length
    return draft(PurposeLine(3, 2), offer_number="1" * (length - short + 1))


def test_r7_210_characters_fit_and_211_do_not():
    fits, too_long = compose(padded(210)), compose(padded(211))

    assert (fits.length, codes(fits)) == (210, [])
    assert (too_long.length, codes(too_long)) == (211, [("purpose_too_long", "lines")])
    assert MAX_LENGTH == 210


def test_a_short_list_names_each_service_and_a_long_one_names_services_of_an_appendix_together():
    lines = [PurposeLine(3, number) for number in range(1, 11)]

    assert "прил. 3, усл. 1; прил. 3, усл. 2; прил. 3, усл. 3" in compose(draft(*lines[:3])).text
    assert "прил. 3, усл. 1, 2, 3, 4, 5, 6, 7, 8, 9, 10." in compose(draft(*lines)).require()


def test_services_of_different_cities_are_never_put_together():
    lines = [marketing(1, "Комсомольск-на-Амуре"), marketing(2, "Петропавловск-Камчатский"), marketing(3)] * 2
    text = compose(draft(*lines, *[PurposeLine(1, number) for number in range(10, 18)])).text

    assert "усл. 1, г. Комсомольск-на-Амуре; прил. 2, усл. 2, г. Петропавловск-Камчатский; прил. 2, усл. 3" in text


def test_r7_a_purpose_that_is_too_long_says_how_many_lines_fit():
    lines = [PurposeLine(appendix, 1) for appendix in range(1, 25)]
    made = draft(*lines)
    purpose = compose(made)
    fitting = lines_that_fit(made)

    assert codes(purpose) == [("purpose_too_long", "lines")]
    assert 0 < fitting < len(lines)
    assert str(fitting) in purpose.problems[0].message
    assert str(purpose.length) in purpose.problems[0].message
    assert compose(draft(*lines[:fitting])).problems == ()
    assert compose(draft(*lines[: fitting + 1])).problems != ()


def test_the_longest_city_with_four_services_fits():
    lines = [PurposeLine(2, 5), PurposeLine(3, 7), PurposeLine(3, 1), marketing(city=LONGEST_CITY)]

    assert compose(draft(*lines)).length <= MAX_LENGTH


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("«Ромашка» и “Лютик”", '"Ромашка" и "Лютик"'),
        ("Ростов — на – Дону", "Ростов - на - Дону"),
        ("Комсомольск\u2011на\u2011Амуре", "Комсомольск-на-Амуре"),
        ("№\u00a05", "№ 5"),
        ("а|б", "а б"),
        ("две\r\nстроки\tи  пробел ", "две строки и пробел"),
        ("Кам\u2019янське", "Кам'янське"),
        ("Өскемен", "Өскемен"),
        ("и\u0306од", "йод"),
        ("смайл 🙂 и <тег>", "смайл и тег"),
        ("№ не становится No, ① не становится 1", "№ не становится No, не становится 1"),
    ],
)
def test_only_signs_that_a_bank_takes_are_left(typed, kept):
    assert sanitise(typed) == kept
