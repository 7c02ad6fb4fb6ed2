"""The demo brings a bank statement to upload, with something for every group of the screen."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.tests.factories import HeadFactory
from demo.statement import write_statement
from invoices.actions import take_statement
from invoices.models import Allocation, Payment
from invoices.tests.factories import SellerFactory
from invoices.tests.test_matching import invoice_of, yesterday

pytestmark = pytest.mark.django_db


def test_it_is_taken_and_its_sure_payments_match(settings, tmp_path, monkeypatch):
    monkeypatch.setattr("invoices.actions.issuing.invoice_pdf", lambda document: b"%PDF-1")
    settings.VAR_DIR = tmp_path
    SellerFactory()
    invoice = invoice_of(dated_on=yesterday() - timedelta(days=9))
    content = write_statement(timezone.localdate()).read_bytes()
    statement, _is_new = take_statement(SimpleUploadedFile("a.txt", content), by=HeadFactory(), now=timezone.now())

    assert statement.is_sound
    assert Allocation.objects.get().invoice == invoice
    assert Payment.objects.undecided_ones().count() == 2
