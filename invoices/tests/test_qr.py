"""The payment QR by ГОСТ Р 56042-2014: the payload of the design, limits, and what a scanner reads."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import RuleViolation
from invoices.qr import Payee, make, payload

PAYEE = Payee(
    name="ООО «Ромашка»",
    account="40702810138250123017",
    bank_name="ПАО СБЕРБАНК",
    bic="044525225",
    correspondent_account="30101810400000000225",
    inn="7700000016",
    kpp="770001001",
)
PURPOSE = (
    "Оплата по договору-оферте от 01.11.2026, приложение №2, услуга №5, счёт № 1234 от 23.11.2026, "
    "г. Екатеринбург. БЕЗ НДС"
)
MANDATORY = (
    "ST00012|Name=ООО «Ромашка»|PersonalAcc=40702810138250123017|BankName=ПАО СБЕРБАНК|BIC=044525225"
    "|CorrespAcc=30101810400000000225"
)


def read(text: str) -> str:
    """What a scanner reads from the code made of this text."""
    out = BytesIO()
    make(text).save(out, kind="png", scale=4, border=4)
    return zxingcpp.read_barcode(Image.open(out)).text


def test_the_payload_of_the_design():
    expected = f"{MANDATORY}|Sum=1234567|Purpose={PURPOSE}|PayeeINN=7700000016|KPP=770001001"

    assert payload(PAYEE, Decimal("12345.67"), PURPOSE) == expected
    assert read(expected) == expected


def test_an_entrepreneur_has_no_kpp_key():
    seller = replace(PAYEE, name="ИП Тестова Анна Сергеевна", inn="500100732259", kpp="")
    text = payload(seller, Decimal("50000"), PURPOSE)

    assert "KPP" not in text
    assert "|Sum=5000000|" in text
    assert text.endswith("|PayeeINN=500100732259")


def test_another_sign_separates_when_a_value_has_the_usual_one():
    text = payload(PAYEE, Decimal(1), "Оплата A|B, БЕЗ НДС")

    assert text.startswith("ST00012#Name=ООО «Ромашка»#PersonalAcc=")
    assert "#Purpose=Оплата A|B, БЕЗ НДС#" in text
    assert read(text) == text


@pytest.mark.parametrize(("amount", "kopecks"), [("0.01", "1"), ("100", "10000"), ("99999999999999.99", "9" * 16)])
def test_the_sum_is_in_whole_kopecks(amount, kopecks):
    assert f"|Sum={kopecks}|" in payload(PAYEE, Decimal(amount), "БЕЗ НДС")


def test_line_ends_and_hard_spaces_become_spaces():
    text = payload(replace(PAYEE, name="ООО\n«Ромашка»\u00a0плюс"), Decimal(1), "БЕЗ\tНДС")

    assert "|Name=ООО «Ромашка» плюс|" in text
    assert "|Purpose=БЕЗ НДС|" in text


@pytest.mark.parametrize(
    ("seller", "amount", "purpose", "code", "field"),
    [
        (PAYEE, "0", PURPOSE, "qr_amount", "amount"),
        (PAYEE, "-1", PURPOSE, "qr_amount", "amount"),
        (PAYEE, "1.005", PURPOSE, "qr_amount", "amount"),
        (PAYEE, "1", "", "qr_purpose", "purpose"),
        (PAYEE, "1", "х" * 211, "qr_purpose", "purpose"),
        (replace(PAYEE, account="407028101382501230"), "1", PURPOSE, "qr_account", "account"),
        (replace(PAYEE, bic="4452522"), "1", PURPOSE, "qr_bic", "bic"),
        (replace(PAYEE, name="х" * 161), "1", PURPOSE, "qr_too_long", "bank_name"),
        (replace(PAYEE, bank_name="х" * 46), "1", PURPOSE, "qr_too_long", "bank_name"),
    ],
)
def test_what_the_standard_does_not_take_is_refused(seller, amount, purpose, code, field):
    with pytest.raises(RuleViolation) as refused:
        payload(seller, Decimal(amount), purpose)

    assert (refused.value.code, refused.value.field) == (code, field)


def test_the_mandatory_part_has_at_most_300_bytes():
    """Cyrillic letters count two: a name of 160 letters is allowed by its own limit and refused by this one."""
    spare = 300 - len(payload(replace(PAYEE, name=""), Decimal(1), "х").partition("|Sum")[0].encode())
    fits = replace(PAYEE, name="х" * (spare // 2))

    assert len(payload(fits, Decimal(1), "х").partition("|Sum")[0].encode()) in {299, 300}
    with pytest.raises(RuleViolation):
        payload(replace(fits, name=f"{fits.name}х"), Decimal(1), "х")


def test_a_code_at_its_limits_is_still_read():
    text = payload(replace(PAYEE, name="х" * 60), Decimal("9999999999.99"), "ж" * 210)

    assert read(text) == text


WORDS = st.text(st.sampled_from("АБВабвёЁ «»№|#;:-\"'Az09"), min_size=1, max_size=40).filter(str.strip)


@settings(max_examples=20, deadline=None)
@given(WORDS, WORDS, st.decimals("0.01", "9999999999.99", places=2))
def test_a_scanner_reads_what_the_invoice_says_whatever_it_says(name, purpose, amount):
    text = payload(replace(PAYEE, name=name), amount, purpose)
    separator = text[7]
    read_back = dict(field.split("=", 1) for field in read(text).split(separator)[1:])

    assert read_back["Name"] == " ".join(name.split())
    assert read_back["Purpose"] == " ".join(purpose.split())
    assert Decimal(read_back["Sum"]) == amount * 100
