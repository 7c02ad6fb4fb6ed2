"""The payment QR of Russian bank apps: ГОСТ Р 56042-2014, version 0001, UTF-8 (ST00012)."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from io import BytesIO

import segno
from django.utils.translation import gettext as _

from core.errors import RuleViolation
from invoices.purpose import MAX_LENGTH

HEAD = "ST00012"
SEPARATORS = "|#;:^_~{}!$&*/@"
MANDATORY_BYTES = 300
"""The head and the five first fields together; a long Cyrillic name counts two bytes a letter."""

VERSION_FOR_LOW_CORRECTION = 18
"""From this version on the code is made with less correction, or its modules would be under 0.4 mm on paper."""


@dataclass(frozen=True, slots=True)
class Payee:
    """The seller's bank details as the standard names them."""

    name: str
    account: str
    bank_name: str
    bic: str
    correspondent_account: str
    inn: str
    kpp: str = ""


def payload(payee: Payee, amount: Decimal, purpose: str) -> str:
    """The text of the code; the sum in kopecks. Raises RuleViolation qr_…, naming the field at fault."""
    if amount <= 0 or amount != amount.quantize(Decimal("0.01")) or len(_kopecks(amount)) > 18:
        raise RuleViolation("qr_amount", _("The sum must be above zero, in roubles and kopecks."), "amount")
    if not purpose or len(purpose) > MAX_LENGTH:
        raise RuleViolation("qr_purpose", _("The purpose of payment is empty or too long for the QR code."), "purpose")
    extra = {"Sum": _kopecks(amount), "Purpose": purpose, "PayeeINN": payee.inn, "KPP": payee.kpp}
    fields = mandatory_fields(payee) | {key: _one_line(value) for key, value in extra.items() if value}
    separator = _separator(fields)
    return separator.join([HEAD, *(f"{key}={value}" for key, value in fields.items())])


def mandatory_fields(payee: Payee) -> dict[str, str]:
    """The five first fields in their order, checked. Raises RuleViolation `qr_account`, `qr_bic` or `qr_too_long`."""
    if not re.fullmatch(r"\d{5}[0-9A-Z]{3}\d{12}|\d{20}", payee.account):
        raise RuleViolation("qr_account", _("An account has 20 digits."), "account")
    if not re.fullmatch(r"\d{9}", payee.bic):
        raise RuleViolation("qr_bic", _("A BIC has nine digits and begins with 0."), "bic")
    fields = {
        "Name": _one_line(payee.name),
        "PersonalAcc": payee.account,
        "BankName": _one_line(payee.bank_name),
        "BIC": payee.bic,
        "CorrespAcc": payee.correspondent_account or "0",
    }
    size = len("|".join([HEAD, *(f"{key}={value}" for key, value in fields.items())]).encode())
    if size > MANDATORY_BYTES or len(fields["Name"]) > 160 or len(fields["BankName"]) > 45:
        message = _("The names of the seller and the bank are too long for the payment QR. Shorten one of them.")
        raise RuleViolation("qr_too_long", message, "bank_name")
    return fields


@lru_cache(maxsize=64)
def svg(text: str) -> str:
    """The code as an SVG without a size of its own, with the quiet zone of four modules."""
    code = make(text)
    out = BytesIO()
    code.save(out, kind="svg", border=4, xmldecl=False, svgclass=None, lineclass=None, omitsize=True)
    return out.getvalue().decode().strip()


def make(text: str) -> segno.QRCode:
    """UTF-8 bytes without ECI, correction M; L where the code would grow too fine to print."""
    code = segno.make_qr(text, encoding="utf-8", error="M", boost_error=False)
    if int(code.version) > VERSION_FOR_LOW_CORRECTION:
        code = segno.make_qr(text, encoding="utf-8", error="L", boost_error=False)
    return code


def _separator(fields: dict[str, str]) -> str:
    """The standard knows no escaping: a sign that no value has separates them all."""
    used = set("".join(fields.values()))
    return next(sign for sign in SEPARATORS if sign not in used)


def _kopecks(amount: Decimal) -> str:
    return str(int(amount * 100))


def _one_line(value: str) -> str:
    return re.sub(r"\s+", " ", value).strip()
