"""What is written about VAT, by the seller's mode: in the purpose of payment, the totals and the notes of an invoice.

These are words of Russian documents, so they are not translated.
"""

from dataclasses import dataclass

from invoices.models.seller import VatMode


@dataclass(frozen=True, slots=True)
class VatWords:
    """`purpose` ends the purpose of payment and the sum in words; the rest stands in the printed invoice."""

    purpose: str
    total_label: str
    total_value: str
    note: str


VAT_WORDS = {
    VatMode.NONE: VatWords(
        purpose="БЕЗ НДС",
        total_label="Без налога (НДС):",
        total_value="—",
        note="НДС не облагается: исполнитель применяет упрощённую систему налогообложения.",
    ),
}


def vat_words(mode: str) -> VatWords:
    return VAT_WORDS[VatMode(mode)]
