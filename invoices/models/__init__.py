"""The money: who sells, who asked for what, what was billed, what came."""

from invoices.models.card import CardLook, CardPayment, CompanyCard
from invoices.models.customer_request import ConsentText, CustomerRequest, RequestLink
from invoices.models.decision import Advance, PaymentQuestion, PaymentReturn
from invoices.models.delivery import Delivery
from invoices.models.invoice import Invoice, InvoiceCounter, InvoiceLine, InvoicePdf
from invoices.models.issue_request import IssueRequest
from invoices.models.locked_month import LockedMonth
from invoices.models.offered_again import OfferedAgain
from invoices.models.payment import Allocation, Payment
from invoices.models.seller import Seller, VatMode
from invoices.models.statement import BankStatement, StatementAccount, StatementColumns, StatementLine

__all__ = [
    "Advance",
    "Allocation",
    "BankStatement",
    "CardLook",
    "CardPayment",
    "CompanyCard",
    "ConsentText",
    "CustomerRequest",
    "Delivery",
    "Invoice",
    "InvoiceCounter",
    "InvoiceLine",
    "InvoicePdf",
    "IssueRequest",
    "LockedMonth",
    "OfferedAgain",
    "Payment",
    "PaymentQuestion",
    "PaymentReturn",
    "RequestLink",
    "Seller",
    "StatementAccount",
    "StatementColumns",
    "StatementLine",
    "VatMode",
]
