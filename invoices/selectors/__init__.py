"""Reads for the pages of the invoices."""

from invoices.selectors.deliveries import DeliveryRow, default_addressee, delivery_rows
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
    "DeliveryRow",
    "InvoiceFilter",
    "InvoicePage",
    "InvoiceRow",
    "deal_invoices",
    "deal_payments",
    "default_addressee",
    "delivery_rows",
    "get_invoice",
    "invoice_page",
    "list_page",
    "partner_invoices",
    "partner_payments",
    "totals",
]
