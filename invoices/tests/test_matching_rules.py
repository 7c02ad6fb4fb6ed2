"""Reading purposes and the decision table: one row acts by itself, and nothing but a full agreement gets there."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from invoices.matching.reading import Vat, canon, read_purpose
from invoices.matching.rules import (
    Grade,
    InvoiceFacts,
    PaymentFacts,
    Row,
    decide,
    grade,
    is_payer,
    lines_covered,
)

ASKED = (
    "Оплата по договору-оферте № 562 от 04.06.2025: прил. 3, усл. 2; прил. 2, усл. 4, г. Владивосток. "
    "Счёт № 1184 от 23.11.2026. БЕЗ НДС"
)
OURS = "40702810138250123017"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Оплата по счёту № 1184", [1184]),
        ("Оплата по счету №1184 от 23.11.2026", [1184]),
        ("Oплата по cчeту N 1184", [1184]),
        ("счёту№1184от23.11.2026без НДС", [1184]),
        ("Счет на оплату № 00001184", [1184]),
        ("По сч. 1184 за услуги", [1184]),
        ("ОПЛАТА ПО СЧЕТУ-ДОГОВОРУ №1184", [1184]),
        ("Оплата счёта номер 1184", [1184]),
        ("invoice No 1184", [1184]),
        ("По счетам №1234,1235", [1234, 1235]),
        ("Счета № 1234, № 1235 и № 1236. Без НДС", [1234, 1235, 1236]),
        ("счёт № 1234 от 01.11.2026, счёт № 1235 от 02.11.2026", [1234, 1235]),
        ("Счёт № 1184, прил. 3, усл. 2", [1184]),
        ("Оплата по счёту 1184, 65000 руб.", [1184]),
        ("с расчётного счёта 40702810500000000777 за услуги", []),
        ("Счет 1234567890123", []),
        ("по рассчету № 77", []),
        ("Счёт-фактура № 12 от 01.11.2026", []),
        ("лицевой счёт 7788", []),
        ("на р/счет 40702", []),
        ("счёт № 1184/2", []),
        ("Оплата услуг CRM", []),
        ("", []),
    ],
)
def test_numbers_of_invoices_are_found_and_nothing_else(text, numbers):
    assert [number for number, _day in read_purpose(text).numbers] == numbers


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("счёт 1184 от 23.11.2026", date(2026, 11, 23)),
        ("счёт 1184 от 23.11.26г.", date(2026, 11, 23)),
        ("счёт 1184 от 23 ноября 2026 г.", date(2026, 11, 23)),
        ("счёт 1184 от 31.02.2026", None),
        ("счёт 1184", None),
    ],
)
def test_the_day_of_an_invoice(text, day):
    assert read_purpose(text).numbers == ((1184, day),)


@pytest.mark.parametrize(
    ("text", "vat"),
    [
        ("БЕЗ НДС", Vat.NONE), ("без налога (НДС)", Vat.NONE), ("НДС не облагается", Vat.NONE), ("БезНДС", Vat.NONE),
        ("Не облагается НДС", Vat.NONE), ("в т.ч. НДС 20%", Vat.STATED), ("НДС 22% - 100,00", Vat.STATED),
        ("В том числе НДС 20 %", Vat.STATED), ("Без НДС, в т.ч. НДС 5%", Vat.BOTH), ("Оплата", Vat.SILENT),
    ],
)  # fmt: skip
def test_the_words_of_vat(text, vat):
    assert read_purpose(text).vat == vat


def test_a_purpose_of_ours_says_all():
    reading = read_purpose(ASKED)

    assert reading.contracts == {("562", date(2025, 6, 4))}
    assert reading.services == {(3, 2), (2, 4)}
    assert reading.cities == {"ВЛАДИВОСТОК"}
    assert read_purpose("прил. 3, усл. 2, 5; прил. № 1 услуги 7 и 8").services == {(3, 2), (3, 5), (1, 7), (1, 8)}


def test_what_is_compared_forgives_spelling_but_keeps_the_number_sign():
    assert canon("Счёт—№1184\u00a0 cчет") == "СЧЕТ- № 1184 СЧЕТ"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (ASKED, Grade.CONFORMING),
        (ASKED.upper().replace("№ ", "N"), Grade.CONFORMING),
        (ASKED.replace("БЕЗ НДС", "НДС не облагается"), Grade.CONFORMING),
        ("Оплата по счёту № 1184. БЕЗ НДС", Grade.INCOMPLETE),
        (ASKED.replace(" БЕЗ НДС", ""), Grade.INCOMPLETE),
        (ASKED.replace(", г. Владивосток", ""), Grade.INCOMPLETE),
        (ASKED.replace("; прил. 2, усл. 4", ""), Grade.INCOMPLETE),
        (ASKED.replace("Владивосток", "Омск"), Grade.CONTRADICTING),
        (ASKED.replace("562", "563"), Grade.CONTRADICTING),
        (ASKED.replace("04.06.2025", "05.06.2025"), Grade.CONTRADICTING),
        (ASKED.replace("усл. 2", "усл. 9"), Grade.CONTRADICTING),
        (ASKED.replace("БЕЗ НДС", "в т.ч. НДС 20%"), Grade.CONTRADICTING),
        ("Возврат займа по договору б/н", Grade.CONTRADICTING),
    ],
)
def test_how_a_purpose_stands_to_the_one_that_was_asked(said, expected):
    assert grade(read_purpose(said), read_purpose(ASKED)) == expected


def payment(purpose: str = ASKED, amount: str = "65000.00", **changes) -> PaymentFacts:
    facts = PaymentFacts(
        Decimal(amount), date(2026, 11, 24), OURS, "7712345671", "40702810500000000777", "ООО «Щит и право»",
        read_purpose(purpose),
    )  # fmt: skip
    return replace(facts, **changes)


def invoice(**changes) -> InvoiceFacts:
    facts = InvoiceFacts(
        1, 1184, date(2026, 11, 23), date(2026, 11, 28), Decimal("65000.00"), False, "7712345671",
        "ООО «Щит и право»", OURS, read_purpose(ASKED),
    )  # fmt: skip
    return replace(facts, **changes)


OTHER = {"pk": 2, "number": 1190}
TABLE = {
    "1 all agrees": (payment(), [invoice()], Row.SURE),
    "1 by an account that paid before": (payment(payer_inn=""), [invoice(knows_account=True)], Row.SURE),
    "2 the purpose lacks the services": (payment("Счёт № 1184, БЕЗ НДС"), [invoice()], Row.INCOMPLETE),
    "2 another date": (payment(ASKED.replace("23.11.2026", "22.11.2026")), [invoice()], Row.INCOMPLETE),
    "3 VAT stated": (payment(ASKED.replace("БЕЗ НДС", "НДС 20%")), [invoice()], Row.FOREIGN_PURPOSE),
    "3 another contract": (payment(ASKED.replace("562", "9")), [invoice()], Row.FOREIGN_PURPOSE),
    "3 a loan": (payment("Возврат займа"), [], Row.FOREIGN_PURPOSE),
    "4 a part": (payment(amount="64999.99"), [invoice()], Row.PART),
    "5 more": (payment(amount="65000.01"), [invoice()], Row.MORE),
    "6 two invoices": (
        payment("Счета № 1184 и № 1190"),
        [invoice(left=Decimal(60000)), invoice(left=Decimal(5000), **OTHER)],
        Row.SEVERAL,
    ),
    "7 two invoices, another sum": (
        payment("Счета № 1184 и № 1190"),
        [invoice(), invoice(**OTHER)],
        Row.SEVERAL_DIFFER,
    ),
    "8 another payer": (payment(payer_inn="7700000016"), [invoice()], Row.OTHER_PAYER),
    "8 a bank's INN is no payer": (payment(payer_inn="7707083893"), [invoice(buyer_inn="7707083893")], Row.OTHER_PAYER),
    "9 no number, one invoice": (payment("Оплата, БЕЗ НДС"), [invoice()], Row.NO_NUMBER),
    "10 two similar": (payment("Оплата услуг CRM"), [invoice(), invoice(**OTHER)], Row.SIMILAR),
    "10 one number in two years": (
        payment("Счёт № 1184"),
        [invoice(), invoice(pk=2, dated_on=date(2025, 11, 2))],
        Row.SIMILAR,
    ),
    "11 paid already": (payment(), [invoice(left=Decimal(0))], Row.PAID),
    "12 cancelled": (payment(), [invoice(is_cancelled=True)], Row.CANCELLED),
    "12 long expired": (payment(posted_on=date(2027, 1, 20)), [invoice()], Row.EXPIRED),
    "12 money before the invoice": (payment(posted_on=date(2026, 11, 22)), [invoice()], Row.EXPIRED),
    "13 an unknown number": (payment("Счёт № 1148"), [invoice()], Row.UNKNOWN_NUMBER),
    "14 the payer only": (payment("Оплата", amount="1.00"), [invoice()], Row.PAYER_ONLY),
    "15 nothing": (payment("Оплата"), [], Row.UNKNOWN),
    "16 a natural person": (payment(payer_account="40817810500000000777"), [invoice()], Row.PERSON),
    "17 from abroad": (payment(payer_account="KZ111111111111111111"), [invoice()], Row.PERSON),
    "18 two texts of one document": (payment(has_conflict=True), [invoice()], Row.CONFLICT),
    "0 the totals do not agree": (payment(is_sound=False), [invoice()], Row.UNSOUND),
    "0 the day is not over": (payment(is_final=False), [invoice()], Row.NOT_FINAL),
    "the invoice of another seller": (payment(), [invoice(seller_account="1")], Row.UNKNOWN_NUMBER),
}


@pytest.mark.parametrize(("paid", "known", "row"), TABLE.values(), ids=TABLE)
def test_every_row_of_the_table(paid, known, row):
    assert decide(paid, known).row == row


def test_only_a_full_agreement_is_sure():
    """Whatever single fact is taken away from a sure payment, a person looks."""
    for change in (
        {"amount": Decimal("65000.01")}, {"amount": Decimal(1)}, {"payer_inn": ""}, {"payer_inn": "7712345670"},
        {"account": "1"}, {"is_sound": False}, {"is_final": False}, {"has_conflict": True},
        {"payer_account": "40820810500000000777"}, {"payer_account": ""}, {"posted_on": date(2026, 1, 1)},
        *({"reading": read_purpose(ASKED.replace(old, new))} for old, new in (
            ("БЕЗ НДС", ""), ("1184", "1185"), ("1184", "11844"), ("562", "56"), ("усл. 2", "усл. 22"),
            ("Счёт № 1184", ""),
            ("23.11.2026", "23.11.2025"), ("прил. 3", "прил. 1"), ("г. Владивосток", "г. Омск"), ("Оплата", "Возврат"),
        )),
    ):  # fmt: skip
        assert decide(payment(**change), [invoice()]).row != Row.SURE, change


def test_candidates_are_ranked_and_the_sure_row_does_not_look_at_that():
    likely, other = invoice(), invoice(pk=2, number=1148, left=Decimal(9), buyer_inn="7700000016")
    verdict = decide(payment("Счёт № 1184"), [other, likely])

    assert [facts.pk for facts, _score in verdict.candidates] == [1, 2]
    assert verdict.candidates[0][1] >= 85
    assert verdict.candidates[1][1] < 50


def test_which_lines_a_part_may_have_been_for():
    lines = [(1, Decimal(100)), (2, Decimal(50)), (3, Decimal(70))]

    assert lines_covered(Decimal(70), lines) == {3}
    assert lines_covered(Decimal(155), lines) == {1, 2}
    assert lines_covered(Decimal(40), lines) == set()


def test_a_payer_without_an_inn_is_nobody():
    assert not is_payer(payment(payer_inn=""), invoice(buyer_inn=""))
