"""Reads for the pages of the invoices."""

from invoices.selectors.invoice_page import InvoicePage, get_invoice, invoice_page
from invoices.selectors.listing import (
    InvoiceFilter,
    InvoiceRow,
    deal_invoices,
    deal_payments,
    list_page,
    partner_invoices,
    partner_payments,
    totals,
)

__all__ = [
    "InvoiceFilter",
    "InvoicePage",
    "InvoiceRow",
    "deal_invoices",
    "deal_payments",
    "get_invoice",
    "invoice_page",
    "list_page",
    "partner_invoices",
    "partner_payments",
    "totals",
]
