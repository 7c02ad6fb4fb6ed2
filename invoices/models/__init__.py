"""The money: who sells, what was billed, what came."""

from invoices.models.delivery import Delivery
from invoices.models.invoice import Invoice, InvoiceCounter, InvoiceLine, InvoicePdf
from invoices.models.payment import Allocation, Payment
from invoices.models.seller import Seller, VatMode

__all__ = [
    "Allocation",
    "Delivery",
    "Invoice",
    "InvoiceCounter",
    "InvoiceLine",
    "InvoicePdf",
    "Payment",
    "Seller",
    "VatMode",
]
