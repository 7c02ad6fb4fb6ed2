"""Bills made into rows: invoices with their lines, and the payments that were put to them."""

from datetime import datetime, time, timedelta
from random import Random

from core import formatting, moscow
from deals.models import Deal, Task
from demo.batch import Batch
from demo.calendar import Calendar
from demo.company import Company
from demo.stories import Bill, Chapter
from invoices.models import Allocation, Invoice, InvoiceLine, Payment
from invoices.purpose import PurposeDraft, PurposeLine, compose
from invoices.vat import vat_words
from partners.models import Partner

TOLD_WITHIN = timedelta(days=30)
"""For so long back the task "tell the partner the money has come" is in the demo, done (R11)."""


def add_bills(chapter: Chapter, deal: Deal, company: Company, rng: Random, calendar: Calendar, batch: Batch) -> None:
    """The invoices of a deal in the order of their issue."""
    invoices: dict[int, Invoice] = {}
    for bill in chapter.bills:
        invoice = _invoice(bill, deal, company, invoices.get(id(bill.replaces)), batch)
        invoices[id(bill)] = invoice
        _lines(bill, invoice, deal.partner, batch)
        for paid_on, amount in bill.receipts:
            _payment(invoice, paid_on, amount, deal, company, rng, calendar, batch)


def _invoice(bill: Bill, deal: Deal, company: Company, replaces: Invoice | None, batch: Batch) -> Invoice:
    partner, issuer = deal.partner, company.issuer_for(deal.manager)
    dated_on = moscow.today(bill.issued_at)
    invoice = Invoice(
        seller=company.seller,
        partner=partner,
        deal=deal,
        state=Invoice.State.CANCELLED if bill.cancelled_at else Invoice.State.ISSUED,
        number=bill.number,
        dated_on=dated_on,
        due_on=bill.due_on,
        contract_offer=partner.contract_offer,
        buyer_kind=partner.legal_kind,
        buyer_name=partner.buyer_name,
        buyer_inn=partner.inn,
        buyer_kpp=partner.kpp,
        buyer_address=partner.address,
        seller_details=company.seller.details(),
        purpose=_purpose(bill, partner, company),
        amount=bill.amount,
        created_by=issuer,
        created_at=bill.issued_at,
        issued_by=issuer,
        issued_at=bill.issued_at,
        cancelled_by=company.head if bill.cancelled_at else None,
        cancelled_at=bill.cancelled_at,
        cancel_reason=bill.cancel_reason,
        replaces=replaces,
    )
    if bill.is_draft:
        invoice.state, invoice.issued_at, invoice.issued_by = Invoice.State.DRAFT, None, None
        invoice.purpose, invoice.seller_details = "", {}
    return batch.add(invoice)


def _purpose(bill: Bill, partner: Partner, company: Company) -> str:
    lines = [
        PurposeLine(service.appendix_number, service.service_number, service.is_marketing, partner.city.name)
        for service, _price in bill.lines
    ]
    offer = partner.contract_offer
    dated_on = moscow.today(bill.issued_at)
    words = vat_words(company.seller.vat_mode).purpose
    return compose(PurposeDraft(offer.number, offer.dated_on, lines, bill.number or 0, dated_on, words)).require()


def _lines(bill: Bill, invoice: Invoice, partner: Partner, batch: Batch) -> None:
    for order, (service, price) in enumerate(bill.lines, start=1):
        batch.add(
            InvoiceLine(
                invoice=invoice,
                order=order,
                service=service,
                name=service.name,
                unit=service.unit,
                appendix_number=service.appendix_number,
                service_number=service.service_number,
                is_marketing=service.is_marketing,
                city=partner.city if service.is_marketing else None,
                price=price,
                amount=price,
                unpaid_reason=bill.unpaid_reason,
                unpaid_note=bill.unpaid_note,
            )
        )


def _payment(
    invoice: Invoice, paid_on, amount, deal: Deal, company: Company, rng: Random, calendar: Calendar, batch: Batch
) -> None:
    recorded_at = min(moscow.at(paid_on, time(rng.randint(10, 18), rng.randrange(60))), calendar.now)
    payment = batch.add(
        Payment(
            partner=deal.partner,
            paid_on=paid_on,
            amount=amount,
            payer_name=invoice.buyer_name,
            payer_inn=invoice.buyer_inn,
            purpose=invoice.purpose,
            document_number=str(rng.randint(10, 999)),
            recorded_by=company.head,
            recorded_at=recorded_at,
        )
    )
    batch.add(
        Allocation(
            payment=payment,
            invoice=invoice,
            amount=amount,
            manager=deal.partner.manager,
            created_by=company.head,
            created_at=recorded_at,
        )
    )
    if calendar.now - recorded_at < TOLD_WITHIN:
        _told(invoice, amount, recorded_at, deal, company, calendar, batch)


def _told(
    invoice: Invoice, amount, came_at: datetime, deal: Deal, company: Company, calendar: Calendar, batch: Batch
) -> None:
    """The manager told the partner that the money has come."""
    due_at = came_at + timedelta(hours=2)
    batch.add(
        Task(
            deal=deal,
            assignee=deal.manager,
            kind=Task.Kind.CALL,
            title=f"Сообщить партнёру, что деньги пришли: {formatting.money(amount)} по счёту № {invoice.number}",
            scheduled_at=came_at,
            due_at=due_at,
            created_by=company.head,
            created_at=came_at,
            done_at=min(due_at, calendar.now),
            done_by=deal.manager,
            result="Сообщено, партнёр подтвердил.",
        )
    )
