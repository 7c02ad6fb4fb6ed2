"""Checks beside a draft: green, amber (think again) or red (cannot be issued), each with its field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.models import Country, Service
from core import formatting
from core.errors import RuleViolation
from invoices import qr
from invoices.document import payee
from invoices.models import Invoice
from invoices.purpose import Purpose
from invoices.vat import vat_words
from partners.models import LegalKind


@dataclass(frozen=True, slots=True)
class Check:
    """`level`: ok, warn or bad. `field` is the name of the form field to look at, "" for none."""

    level: str
    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A chosen service with the price typed for it; `index` is the number of its row in the form."""

    index: int
    service: Service
    price: Decimal


def checks_of(
    invoice: Invoice, purpose: Purpose, lines: Sequence[PricedLine], earlier: Sequence[Invoice] = ()
) -> list[Check]:
    """All checks of a draft, in the order of the form; `earlier` are issued invoices of the same deal."""
    return [
        *_purpose_checks(purpose, lines),
        Check("ok", f"«{vat_words(invoice.vat_mode).purpose}»"),
        _qr_check(invoice, purpose),
        *_price_warnings(lines),
        *_buyer_warnings(invoice),
        *_deal_warnings(invoice, earlier),
    ]


def _purpose_checks(purpose: Purpose, lines: Sequence[PricedLine]) -> Iterator[Check]:
    wanted = [
        ("purpose_needs_offer", _("Contract-offer and date")),
        ("purpose_needs_appendix", _("Appendix and number of each service")),
    ]
    if any(line.service.is_marketing for line in lines):
        wanted.append(("purpose_needs_city", _("City of the marketing service")))
    for code, text in wanted:
        problem = next((each for each in purpose.problems if each.code == code), None)
        yield Check("bad", problem.message, problem.field) if problem else Check("ok", text)
    for problem in purpose.problems:
        if problem.code == "purpose_too_long":
            yield Check("bad", problem.message, problem.field)


def _qr_check(invoice: Invoice, purpose: Purpose) -> Check:
    if invoice.amount <= 0:
        return Check("bad", _("The sum is above zero"), "lines-0-price")
    try:
        qr.payload(payee(invoice.seller.details()), invoice.amount, purpose.text)
    except RuleViolation as violation:
        if violation.code == "qr_purpose":  # said above already
            return Check("bad", _("The payment QR needs a shorter purpose"), "lines")
        return Check("bad", violation.message, "seller")
    return Check("ok", _("The payment QR can be read"))


def _price_warnings(lines: Sequence[PricedLine]) -> Iterator[Check]:
    for line in lines:
        less = line.service.price - line.price
        if less > 0:
            words = {"service": line.service.name, "amount": formatting.money(less)}
            text = _("%(service)s: %(amount)s below the catalogue") % words
            yield Check("warn", text, f"lines-{line.index}-price")


def _buyer_warnings(invoice: Invoice) -> Iterator[Check]:
    if not invoice.buyer_inn and invoice.buyer_kind != LegalKind.PERSON:
        yield Check("warn", _("The payer's INN is not filled in"), "buyer_inn")
    if invoice.partner.city.country == Country.UKRAINE:
        yield Check("warn", _("Payments from Ukraine are agreed with the director"))


def _deal_warnings(invoice: Invoice, earlier: Sequence[Invoice]) -> Iterator[Check]:
    if invoice.deal is None:
        return
    if invoice.deal.amount and invoice.amount and invoice.deal.amount != invoice.amount:
        text = _("The deal is for %(amount)s") % {"amount": formatting.money(invoice.deal.amount)}
        yield Check("warn", text, "lines-0-price")
    for other in earlier:
        words = {"number": other.number, "amount": formatting.money(other.amount)}
        yield Check("warn", _("The deal already has invoice № %(number)s for %(amount)s") % words)
