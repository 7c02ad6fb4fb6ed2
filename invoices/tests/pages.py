"""What the tests of the pages of invoices share: who asks, and what a form sends."""

import datetime

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.tests.factories import ServiceFactory
from invoices.models import Invoice
from invoices.tests.factories import SellerFactory
from partners.models import Partner


def invoice_url(invoice: Invoice) -> str:
    return reverse("invoices:invoice", args=[invoice.pk])


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response) -> str:
    return response.content.decode()


def form_data(partner: Partner, *lines: dict, **fields) -> dict:
    """What the form of an invoice sends: dated today, with these lines."""
    today = timezone.localdate()
    data = {
        "partner": partner.pk,
        "seller": SellerFactory().pk if not fields.get("seller") else fields["seller"],
        "contract_offer": partner.contract_offer_id,
        "dated_on": today,
        "due_on": today + datetime.timedelta(days=5),
        "buyer_kind": "company",
        "buyer_name": partner.name,
        "buyer_inn": "7700000016",
        "deal": "",
        "lines-TOTAL_FORMS": len(lines),
        "lines-INITIAL_FORMS": 0,
    }
    for index, each in enumerate(lines):
        data |= {f"lines-{index}-{name}": value for name, value in ({"quantity": 1, "city": ""} | each).items()}
    return data | fields


def one_line(price: str = "65 000", **changes) -> dict:
    return {"service": ServiceFactory().pk, "price": price} | changes
