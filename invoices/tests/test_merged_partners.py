"""R9 and a merge: an issued invoice follows its partner to the one that stays, and not a letter of it changes."""

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from accounts.tests.factories import HeadFactory
from invoices.models import Invoice, Payment
from invoices.tests.factories import issue
from partners.actions import merge_partners, undo_partner_merge
from partners.models import Partner
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db


def content(invoice):
    invoice.refresh_from_db()
    return {name: value for name, value in model_to_dict(invoice).items() if name != "partner"}


def test_r9_an_issued_invoice_and_its_money_follow_the_partner_and_come_back():
    head, invoice = HeadFactory(), issue()
    loser, winner = invoice.partner, PartnerFactory()
    Payment.objects.create(partner=loser, paid_on=timezone.localdate(), amount=100, recorded_by=head)
    before = content(invoice)

    made = merge_partners(winner, loser, from_loser=set(), by=head, now=timezone.now())

    assert content(invoice) == before
    assert (invoice.partner, winner.payments.count()) == (winner, 1)
    undo_partner_merge(made, by=head, now=timezone.now())
    assert content(invoice) == before
    assert (invoice.partner, winner.payments.count()) == (loser, 0)


def test_r9_the_database_gives_an_issued_invoice_to_nobody_else():
    invoice, other = issue(), PartnerFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(partner=other)
    Partner.objects.filter(pk=invoice.partner_id).update(merged_into=other, archived_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(partner=other, amount=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(partner=PartnerFactory())


def test_the_partners_page_lists_its_invoices_and_payments(client, django_assert_max_num_queries):
    invoice = issue()
    client.force_login(invoice.partner.manager)
    money = {"partner": invoice.partner, "paid_on": timezone.localdate(), "amount": 100, "recorded_by": HeadFactory()}
    Payment.objects.create(payer_name="Плательщик", **money)

    with django_assert_max_num_queries(9):
        page = client.get(
            f"/invoices/of-partner/{invoice.partner_id}/", headers={"HX-Request": "true"}
        ).content.decode()

    assert f"№ {invoice.number}" in page
    assert "Плательщик" in page
    assert client.get(f"/invoices/of-partner/{PartnerFactory().pk}/").status_code == 404
