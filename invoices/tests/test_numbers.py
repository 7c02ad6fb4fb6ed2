"""R9 under fire: four people issue at once, some fail; the numbers have no gap and no double. Real threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from unittest import mock

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import HeadFactory
from core.errors import RuleViolation
from invoices.actions import issue_invoice
from invoices.actions import issuing as issuing_module
from invoices.actions.drafting import fill, lines_of
from invoices.models import Invoice, InvoiceCounter, InvoiceLine
from invoices.tests.factories import default_seller, draft_of, line
from partners.tests.factories import PartnerFactory

WRITERS = 4
EACH = 40

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


class Failure(Exception):
    """Something goes wrong after the number is taken."""


@pytest.fixture
def drafts() -> list[Invoice]:
    """As many drafts as all writers together issue, each of a partner of its own."""
    head, service_line = HeadFactory(), line("100.00")
    made = []
    for _ in range(WRITERS * EACH):
        draft = draft_of(partner=PartnerFactory(manager=head), lines=[service_line], seller=default_seller())
        invoice = fill(Invoice(created_by=head), draft)
        invoice.save()
        InvoiceLine.objects.bulk_create(lines_of(draft, invoice))
        made.append(invoice)
    return made


def run_together(work, drafts: list[Invoice]) -> list:
    """Give each writer its share of the drafts; all begin at the same moment."""
    people = [HeadFactory() for _ in range(WRITERS)]
    together = Barrier(WRITERS)

    def run(number: int) -> list:
        try:
            together.wait(timeout=60)
            return [work(draft, people[number], index) for index, draft in enumerate(drafts[number::WRITERS])]
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        return [result for results in pool.map(run, range(WRITERS)) for result in results]


def quick_pdf(document) -> bytes:
    """Drawing is not what races here; every fifth document fails after its number is taken."""
    if document.invoice.pk % 5 == 0:
        raise Failure
    return b"%PDF-"


def test_r9_four_writers_and_failures_leave_no_gap_and_no_double(drafts):
    def work(draft: Invoice, person: User, index: int) -> int | None:
        try:
            return issue_invoice(draft, by=person, now=timezone.now()).number
        except Failure:
            return None

    with mock.patch.object(issuing_module, "invoice_pdf", quick_pdf):
        numbers = run_together(work, drafts)

    failed = sum(draft.pk % 5 == 0 for draft in drafts)
    issued = [number for number in numbers if number]
    assert failed > 0
    assert numbers.count(None) == failed
    assert sorted(issued) == list(range(1, len(drafts) - failed + 1))
    assert InvoiceCounter.objects.get().last_number == len(issued)
    assert Invoice.objects.filter(state="draft", number=None).count() == failed


def test_one_draft_issued_by_all_at_once_gets_one_number(drafts):
    def work(draft: Invoice, person: User, index: int) -> str:
        try:
            issue_invoice(drafts[index], by=person, now=timezone.now())
            return "issued"
        except RuleViolation as violation:
            return violation.code

    with mock.patch.object(issuing_module, "invoice_pdf", lambda document: b"%PDF-"):
        results = run_together(work, drafts)

    assert results.count("issued") == EACH
    assert results.count("invoice_already_issued") == (WRITERS - 1) * EACH
    assert sorted(Invoice.objects.filter(state="issued").values_list("number", flat=True)) == list(range(1, EACH + 1))


def test_the_naive_way_fails_so_the_race_above_is_one(drafts):
    """Control: read the last number, add one, write it back. Doubles come about and PostgreSQL refuses them."""

    def naive_number(seller, year: int) -> int:
        counter, _created = InvoiceCounter.objects.get_or_create(seller=seller, year=year)
        number = InvoiceCounter.objects.get(pk=counter.pk).last_number + 1
        InvoiceCounter.objects.filter(pk=counter.pk).update(last_number=number)
        return number

    def work(draft: Invoice, person: User, index: int) -> str:
        try:
            with transaction.atomic():
                issue_invoice(draft, by=person, now=timezone.now())
            return "issued"
        except IntegrityError:
            return "double"

    with (
        mock.patch.object(issuing_module, "take_number", naive_number),
        mock.patch.object(issuing_module, "invoice_pdf", lambda document: b"%PDF-"),
    ):
        results = run_together(work, drafts)

    assert "double" in results
