"""Requests sent through the public form: new ones, one without an answer, and those that became invoices."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from accounts.models import User
from core import moscow
from demo.calendar import Calendar
from demo.company import Company
from invoices.actions.requests import ANSWER_MINUTES, operator
from invoices.models import ConsentText, CustomerRequest, Invoice
from partners.models import Contact, Partner

INVOICED_OF_A_MANAGER = 4
WISHES = ("", "", "", "Счёт на почту бухгалтера, пожалуйста.", "Хотим подключить с первого числа.")
STRANGER = {
    "payer_kind": "entrepreneur",
    "country": "RU",
    "payer_name": "ИП Тестова Анна Сергеевна",
    "tax_number": "500100732259",
    "contact_name": "Анна Тестова",
    "phone": "+79000000514",
    "email": "testova@example.ru",
    "wishes": "Узнали о вас от коллег, хотим начать с пакета «Старт».",
}


@dataclass(frozen=True)
class Told:
    """A request to be kept: whose, when it came, and what became of it."""

    partner: Partner
    received_at: datetime
    fields: dict = field(default_factory=dict)


def add_requests(company: Company, calendar: Calendar, seed: int) -> None:
    """For each manager a new request, one that waits too long, one in work, and some that became invoices."""
    rng = Random(f"requests {seed}")
    morning = min(moscow.at(calendar.today, time(10, 5)), calendar.now - timedelta(minutes=50))
    told = []
    for manager in company.support:
        partners = Partner.objects.filter(manager=manager, inn__gt="").select_related("city").order_by("pk")[:3]
        moments = (calendar.now - timedelta(minutes=8), morning, morning - timedelta(hours=20))
        states = ({}, {}, {"state": CustomerRequest.State.IN_WORK, "taken_by": manager})
        told += [Told(*each) for each in zip(partners, moments, states, strict=False)]
        told += [_invoiced(invoice, manager, rng) for invoice in _recent(manager)]
    told.sort(key=lambda each: each.received_at)
    payers = _payers([each.partner for each in told], rng)
    rows = [(payer | each.fields, each.received_at, each.partner) for each, payer in zip(told, payers, strict=True)]
    if told:
        rows.append((STRANGER | {"city": told[0].partner.city}, morning, None))
    _keep(rows, company, rng)


def _recent(manager: User) -> list[Invoice]:
    issued = Invoice.objects.filter(partner__manager=manager, state=Invoice.State.ISSUED)
    return list(issued.select_related("partner__city").order_by("-issued_at", "-pk")[:INVOICED_OF_A_MANAGER])


def _invoiced(invoice: Invoice, manager: User, rng: Random) -> Told:
    came_at = invoice.issued_at - timedelta(minutes=rng.randint(12, 90))
    return Told(
        invoice.partner,
        came_at,
        {"state": CustomerRequest.State.INVOICED, "taken_by": manager, "invoice": invoice},
    )


def _payers(partners: list[Partner], rng: Random) -> list[dict]:
    contacts = Contact.objects.filter(partner__in=partners, is_primary=True).order_by("-pk")
    main = {contact.partner_id: contact for contact in contacts}
    return [_payer(partner, main.get(partner.pk), rng) for partner in partners]


def _payer(partner: Partner, contact: Contact | None, rng: Random) -> dict:
    return {
        "payer_kind": partner.legal_kind,
        "country": partner.city.country,
        "payer_name": partner.buyer_name,
        "tax_number": partner.inn,
        "kpp": partner.kpp,
        "address": partner.address,
        "contact_name": contact.name if contact else partner.name,
        "phone": contact.phone if contact else "+79000000000",
        "email": contact.email if contact else "info@example.ru",
        "city": partner.city,
        "wants_renewal": rng.random() < 0.5,
        "wishes": rng.choice(WISHES),
    }


def _keep(rows: list[tuple[dict, datetime, Partner | None]], company: Company, rng: Random) -> None:
    """All requests in one statement, and what they want in another."""
    consent, ours = ConsentText.objects.filter(purpose=ConsentText.Purpose.PROCESSING).first(), operator()
    requests = CustomerRequest.objects.bulk_create(
        CustomerRequest(
            **fields,
            partner=partner,
            consent=consent,
            operator=ours,
            received_at=received_at,
            answer_by=moscow.after_office_minutes(received_at, ANSWER_MINUTES),
            taken_at=received_at + timedelta(minutes=6) if fields.get("taken_by") else None,
            request_key=uuid.UUID(int=rng.getrandbits(128), version=4),
        )
        for fields, received_at, partner in rows
    )
    wanted = CustomerRequest.services.through
    wanted.objects.bulk_create(
        wanted(customerrequest=request, service=company.services[number])
        for request in requests
        for number in rng.sample(sorted(company.services), rng.randint(0 if request.wants_renewal else 1, 2))
    )
