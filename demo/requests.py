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
    for each in sorted(told, key=lambda each: each.received_at):
        _keep(_payer(each.partner, rng) | each.fields, each.received_at, company, rng, each.partner)
    if told:
        _keep(STRANGER | {"city": told[0].partner.city}, morning, company, rng, None)


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


def _payer(partner: Partner, rng: Random) -> dict:
    contact = Contact.objects.filter(partner=partner, is_primary=True).first()
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


def _keep(fields: dict, received_at: datetime, company: Company, rng: Random, partner: Partner | None) -> None:
    request = CustomerRequest.objects.create(
        **fields,
        partner=partner,
        consent=ConsentText.objects.filter(purpose=ConsentText.Purpose.PROCESSING).first(),
        operator=operator(),
        received_at=received_at,
        answer_by=moscow.after_office_minutes(received_at, ANSWER_MINUTES),
        taken_at=received_at + timedelta(minutes=6) if fields.get("taken_by") else None,
        request_key=uuid.UUID(int=rng.getrandbits(128), version=4),
    )
    wanted = rng.sample(sorted(company.services), rng.randint(0 if request.wants_renewal else 1, 2))
    request.services.set([company.services[number] for number in wanted])
