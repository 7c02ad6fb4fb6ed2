"""What is printed: one invoice with its lines, purpose and QR, as the templates and the PDF take it.

Made from stored rows or from a draft that is still being written; both come out of the same template.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString, mark_safe

from core.errors import RuleViolation
from invoices import purpose, qr
from invoices.models import Invoice, InvoiceLine
from invoices.vat import VatWords, vat_words
from invoices.words import roubles_in_words
from partners.models import LegalKind


@dataclass(frozen=True)
class Document:
    """A printable invoice. `number` of a draft is the one it would get; `qr_svg` is empty while it cannot be made."""

    invoice: Invoice
    lines: Sequence[InvoiceLine]
    number: int
    seller: dict[str, str]
    purpose: str
    payload: str

    @property
    def is_draft(self) -> bool:
        return self.invoice.state == Invoice.State.DRAFT

    @property
    def vat(self) -> VatWords:
        return vat_words(self.invoice.vat_mode)

    @property
    def amount_in_words(self) -> str:
        return roubles_in_words(self.invoice.amount)

    @property
    def is_entrepreneur(self) -> bool:
        return self.seller.get("legal_kind") != LegalKind.COMPANY

    @property
    def seller_line(self) -> str:
        return party(self.seller["name"], self.seller["inn"], self.seller["kpp"], self.seller["address"])

    @property
    def buyer_line(self) -> str:
        invoice = self.invoice
        return party(invoice.buyer_name, invoice.buyer_inn, invoice.buyer_kpp, invoice.buyer_address)

    @property
    def qr_svg(self) -> SafeString:
        """Drawn by us from checked text: nothing that somebody typed is in the markup."""
        return mark_safe(qr.svg(self.payload)) if self.payload else SafeString("")  # noqa: S308


def party(name: str, inn: str, kpp: str, address: str) -> str:
    """A side of the invoice in one line: name, ИНН, КПП, address."""
    parts = [name, inn and f"ИНН {inn}", kpp and f"КПП {kpp}", address]
    return ", ".join(part for part in parts if part)


def document_of(invoice: Invoice, lines: Sequence[InvoiceLine], number: int) -> Document:
    """The document of an issued invoice from what was stored at issue, of a draft from what it says now."""
    is_draft = invoice.state == Invoice.State.DRAFT
    text = compose_purpose(invoice, lines, number).text if is_draft else invoice.purpose
    return document_with(invoice, lines, number, text)


def document_with(invoice: Invoice, lines: Sequence[InvoiceLine], number: int, text: str) -> Document:
    """The document with this purpose of payment; the seller's details are those kept at issue, if there are any."""
    seller = invoice.seller_details or invoice.seller.details()
    return Document(invoice, lines, number, seller, text, _payload(seller, invoice.amount, text))


def compose_purpose(invoice: Invoice, lines: Sequence[InvoiceLine], number: int) -> purpose.Purpose:
    """The purpose of payment that the invoice would get with this number (R7)."""
    offer = invoice.contract_offer
    return purpose.compose(
        purpose.PurposeDraft(
            offer_number=offer.number if offer else "",
            offer_dated_on=offer.dated_on if offer else None,
            lines=[purpose_line(line) for line in lines],
            number=number,
            dated_on=invoice.dated_on,
            vat_words=vat_words(invoice.vat_mode).purpose,
        )
    )


def purpose_line(line: InvoiceLine) -> purpose.PurposeLine:
    city = line.city.name if line.city else ""
    return purpose.PurposeLine(line.appendix_number, line.service_number, line.is_marketing, city)


def payee(seller: dict[str, str]) -> qr.Payee:
    """Who is paid, from the details that the invoice keeps."""
    return qr.Payee(
        name=seller["name"],
        account=seller["account"],
        bank_name=seller["bank_name"],
        bic=seller["bic"],
        correspondent_account=seller["correspondent_account"],
        inn=seller["inn"],
        kpp=seller["kpp"],
    )


def _payload(seller: dict[str, str], amount: Decimal, text: str) -> str:
    """The text of the QR; empty while the draft does not give one."""
    try:
        return qr.payload(payee(seller), amount, text)
    except RuleViolation:
        return ""
