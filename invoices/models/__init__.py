"""The money: who sells, what was billed, what came."""

from invoices.models.decision import Advance, PaymentReturn
from invoices.models.delivery import Delivery
from invoices.models.invoice import Invoice, InvoiceCounter, InvoiceLine, InvoicePdf
from invoices.models.payment import Allocation, Payment
from invoices.models.seller import Seller, VatMode
from invoices.models.statement import BankStatement, StatementAccount, StatementColumns, StatementLine

__all__ = [
    "Advance",
    "Allocation",
    "BankStatement",
    "Delivery",
    "Invoice",
    "InvoiceCounter",
    "InvoiceLine",
    "InvoicePdf",
    "Payment",
    "PaymentReturn",
    "Seller",
    "StatementAccount",
    "StatementColumns",
    "StatementLine",
    "VatMode",
]
