"""R9: an issued invoice never changes, says the action and says PostgreSQL; a mistake is cancelled and issued anew."""

import datetime
from decimal import Decimal
from hashlib import sha256
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import Substitution
from accounts.tests.factories import HeadFactory, MarketerFactory, SalesFactory, SupportFactory
from catalog.tests.factories import CityFactory
from core.errors import RuleViolation
from deals.tests.factories import AddonFactory, DealFactory
from invoices import pdf
from invoices.actions import (
    LineDraft,
    cancel_invoice,
    discard_draft,
    issue_invoice,
    reissue_invoice,
    save_draft,
)
from invoices.models import Invoice, InvoiceCounter, InvoiceLine, InvoicePdf
from invoices.tests.factories import SellerFactory, addon_invoice, draft_of, issue, line, make_draft, pay
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db


def refused(call) -> tuple[str, str]:
    """The code and the field of the refusal; the database is as it was before."""
    with pytest.raises(RuleViolation) as caught, transaction.atomic():
        call()
    return caught.value.code, caught.value.field


def now() -> datetime.datetime:
    return timezone.now()


def today() -> datetime.date:
    return timezone.localdate()


# --- Issuing -------------------------------------------------------------------------------------------------------


def test_r9_issuing_gives_number_purpose_details_and_pdf():
    head = HeadFactory()
    invoice = issue(head, lines=[line("65000.00"), line("12000.00", city=CityFactory(name="Энск"))])

    assert (invoice.state, invoice.number, invoice.year) == ("issued", 1, today().year)
    assert (invoice.issued_by, invoice.amount) == (head, Decimal("77000.00"))
    assert invoice.purpose.endswith(f"г. Энск. Счёт № 1 от {today():%d.%m.%Y}. БЕЗ НДС")
    assert invoice.seller_details["account"] == invoice.seller.account
    content = bytes(InvoicePdf.objects.get(invoice=invoice).content)
    assert content.startswith(b"%PDF-")
    assert sha256(content).hexdigest() == invoice.pdf.sha256


def test_numbers_of_a_seller_begin_anew_every_year_and_sellers_count_apart():
    other = SellerFactory(is_default=False, name="ИП Другой", legal_kind="entrepreneur", inn="500100732259", kpp="")
    new_year = datetime.date(today().year - 1, 12, 31)

    assert [issue().number, issue().number] == [1, 2]
    assert issue(seller=other).number == 1
    assert issue(dated_on=new_year).number == 1
    assert issue().number == 3


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"contract_offer": None}, ("purpose_needs_offer", "contract_offer")),
        ({"buyer_name": "  "}, ("invoice_needs_buyer", "buyer_name")),
        ({"lines": []}, ("invoice_needs_lines", "lines")),
    ],
)
def test_what_an_invoice_lacks_is_asked_when_it_is_issued(fields, problem):
    draft = make_draft(**fields)

    assert refused(lambda: issue_invoice(draft, by=HeadFactory(), now=now())) == problem
    assert Invoice.objects.get().state == "draft"


def test_an_invoice_is_for_a_sum_above_zero():
    draft = make_draft(lines=[line("0.00")])

    assert refused(lambda: issue_invoice(draft, by=HeadFactory(), now=now())) == ("invoice_needs_amount", "lines")


def test_dates_make_sense():
    day = datetime.timedelta(days=1)

    assert refused(lambda: issue(dated_on=today() + day)) == ("invoice_date_in_future", "dated_on")
    assert refused(lambda: issue(dated_on=today() - 2 * day, due_on=today() - day)) == ("due_has_passed", "due_on")
    assert refused(lambda: make_draft(due_on=today() - day)) == ("due_before_date", "due_on")


def test_r8_a_marketing_line_has_a_city():
    marketing = line("12000.00", city=CityFactory())
    without = LineDraft(marketing.service, marketing.price)

    assert refused(lambda: make_draft(lines=[line(), without])) == ("purpose_needs_city", "lines-1-city")


def test_r7_a_purpose_that_is_too_long_leaves_a_draft_and_takes_no_number():
    lines = [line("100.00", appendix_number=number) for number in range(10, 34)]
    draft = make_draft(lines=lines)

    assert refused(lambda: issue_invoice(draft, by=HeadFactory(), now=now())) == ("purpose_too_long", "lines")
    assert not InvoiceCounter.objects.filter(last_number__gt=0).exists()
    assert issue().number == 1


def test_a_service_taken_off_sale_is_not_billed():
    draft = make_draft()
    draft.lines.get().service.__class__.objects.update(is_active=False)

    problem = refused(lambda: issue_invoice(draft, by=HeadFactory(), now=now()))
    assert problem == ("service_not_on_sale", "lines-0-service")


def test_where_no_pdf_can_be_made_nothing_is_issued_and_the_message_says_what_to_install(monkeypatch):
    def no_pango():
        raise RuleViolation("pdf_unavailable", "Pango")

    draft = make_draft()
    monkeypatch.setattr(pdf, "_engine", no_pango)

    assert refused(lambda: issue_invoice(draft, by=HeadFactory(), now=now())) == ("pdf_unavailable", "")
    assert Invoice.objects.get().state == "draft"


def test_issuing_moves_the_deal_on():
    addon = issue(deal=(deal := AddonFactory(role="agreed"))).deal
    addon.refresh_from_db()
    renewal = issue(deal=DealFactory(role="troubled")).deal
    renewal.refresh_from_db()

    assert (addon.pk, addon.stage.role, renewal.stage.role) == (deal.pk, "invoiced", "due")
    assert addon.expected_payment_on == today() + datetime.timedelta(days=5)


# --- Rights --------------------------------------------------------------------------------------------------------


def test_r9_whoever_supports_the_partner_issues_it_given_the_right():
    manager = SupportFactory(can_issue_invoices=True)

    assert issue(manager, partner=PartnerFactory(manager=manager)).issued_by == manager


def test_without_the_right_a_manager_saves_drafts_only():
    manager = SupportFactory()
    draft = make_draft(manager, partner=PartnerFactory(manager=manager))

    with pytest.raises(PermissionDenied):
        issue_invoice(draft, by=manager, now=now())


def test_nobody_issues_for_a_foreign_partner():
    stranger = SupportFactory(can_issue_invoices=True)
    draft = make_draft()

    with pytest.raises(PermissionDenied):
        issue_invoice(draft, by=stranger, now=now())
    with pytest.raises(PermissionDenied):
        make_draft(stranger)
    with pytest.raises(PermissionDenied):
        save_draft(draft_of(partner=PartnerFactory(manager=stranger)), by=stranger, now=now(), invoice=draft)


def test_a_substitute_issues_for_the_absent_colleague():
    absent, substitute = SupportFactory(), SupportFactory(can_issue_invoices=True)
    Substitution.objects.create(substitute=substitute, absent=absent, starts_on=today(), ends_on=today())

    assert issue(substitute, partner=PartnerFactory(manager=absent)).number == 1


@pytest.mark.parametrize("person", [SalesFactory, MarketerFactory])
def test_sales_and_marketing_write_no_invoices(person):
    with pytest.raises(PermissionDenied):
        make_draft(person())


def test_a_deal_of_another_partner_is_refused():
    wrong = draft_of(partner=PartnerFactory(), deal=DealFactory())

    assert refused(lambda: save_draft(wrong, by=HeadFactory(), now=now())) == ("deal_of_another_partner", "deal")


# --- Twice the same -----------------------------------------------------------------------------------------------


def test_a_form_sent_twice_makes_one_draft_and_one_invoice():
    head, key = HeadFactory(), uuid4()
    draft = draft_of()
    first = save_draft(draft, by=head, now=now(), request_key=key)
    again = save_draft(draft, by=head, now=now(), request_key=key)
    issue_invoice(again, by=head, now=now())

    assert first.pk == again.pk
    assert refused(lambda: save_draft(draft, by=head, now=now(), request_key=key))[0] == "invoice_already_issued"
    assert refused(lambda: issue_invoice(first, by=head, now=now()))[0] == "invoice_already_issued"
    assert Invoice.objects.count() == 1


def test_two_people_in_one_draft_do_not_overwrite_each_other():
    draft = make_draft()
    save_draft(draft_of(partner=draft.partner), by=HeadFactory(), now=now(), invoice=draft, version=draft.version)

    problem = refused(
        lambda: save_draft(
            draft_of(partner=draft.partner), by=HeadFactory(), now=now(), invoice=draft, version=draft.version
        )
    )
    assert problem[0] == "version_conflict"


def test_a_draft_is_thrown_away_and_an_issued_invoice_is_not():
    draft, issued = make_draft(), issue()
    discard_draft(draft, by=HeadFactory(), now=now())

    assert refused(lambda: discard_draft(issued, by=HeadFactory(), now=now()))[0] == "invoice_already_issued"
    assert list(Invoice.objects.all()) == [issued]


# --- Never changes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoices_invoice SET amount = amount + 1 WHERE id = {invoice}",
        "UPDATE invoices_invoice SET number = 99 WHERE id = {invoice}",
        "UPDATE invoices_invoice SET dated_on = dated_on - 1 WHERE id = {invoice}",
        "UPDATE invoices_invoice SET buyer_name = 'Другой' WHERE id = {invoice}",
        "UPDATE invoices_invoice SET seller_details = '{{}}' WHERE id = {invoice}",
        "UPDATE invoices_invoice SET purpose = 'Без назначения' WHERE id = {invoice}",
        "UPDATE invoices_invoice SET state='draft', number=NULL, year=NULL, issued_at=NULL WHERE id = {invoice}",
        "DELETE FROM invoices_invoice WHERE id = {invoice}",
        "UPDATE invoices_invoiceline SET price = 1, amount = 1 WHERE invoice_id = {invoice}",
        "UPDATE invoices_invoiceline SET name = 'Другая' WHERE invoice_id = {invoice}",
        "DELETE FROM invoices_invoiceline WHERE invoice_id = {invoice}",
        'INSERT INTO invoices_invoiceline (invoice_id, service_id, "order", name, unit, appendix_number, '
        "service_number, is_marketing, quantity, price, amount, unpaid_reason, unpaid_note) "
        "SELECT invoice_id, service_id, 99, name, unit, 1, 1, false, 1, 1, 1, '', '' FROM invoices_invoiceline "
        "WHERE invoice_id = {invoice}",
        "UPDATE invoices_invoicepdf SET content = ''::bytea WHERE invoice_id = {invoice}",
        "DELETE FROM invoices_invoicepdf WHERE invoice_id = {invoice}",
    ],
)
def test_r9_the_database_itself_refuses_to_change_an_issued_invoice(statement):
    invoice = issue()

    with pytest.raises(DatabaseError, match=r"R9|pgtrigger"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(invoice=invoice.pk))


def test_what_changes_around_an_invoice_does_not_change_it():
    invoice = issue()
    before = invoice.seller_details
    invoice.seller.account, invoice.seller.name = "40702810800030005413", "ООО «Другое»"
    invoice.seller.save()
    invoice.lines.get().service.__class__.objects.update(name="Другое", price=1)
    invoice.refresh_from_db()

    assert invoice.seller_details == before
    assert invoice.lines.get().name != "Другое"


def test_the_database_takes_no_two_invoices_with_one_number():
    first, second = issue(), make_draft()
    statement = (
        "UPDATE invoices_invoice SET state='issued', purpose='x', issued_at=now(), number=%s, year=%s WHERE id=%s"
    )

    with pytest.raises(DatabaseError, match="invoice_number_is_unique"), connection.cursor() as cursor:
        cursor.execute(statement, [first.number, first.year, second.pk])


# --- Cancelling and issuing anew ---------------------------------------------------------------------------------


def test_r9_a_mistake_is_cancelled_and_issued_anew_both_linked():
    head = HeadFactory()
    invoice = addon_invoice(by=head)
    cancelled = cancel_invoice(invoice, reason="Не тот плательщик", by=head, now=now())
    draft = reissue_invoice(cancelled, by=head, now=now())
    anew = issue_invoice(draft, by=head, now=now())

    assert (cancelled.state, cancelled.number, cancelled.cancelled_by) == ("cancelled", 1, head)
    assert (anew.number, anew.replaces, anew.deal) == (2, invoice, invoice.deal)
    assert [each.name for each in anew.lines.all()] == [each.name for each in invoice.lines.all()]
    assert InvoicePdf.objects.filter(invoice=invoice).exists()


def test_issuing_anew_twice_opens_the_same_draft():
    cancelled = cancel_invoice(issue(), reason="Ошибка", by=HeadFactory(), now=now())

    first, second = (reissue_invoice(cancelled, by=HeadFactory(), now=now()) for _ in range(2))
    assert first.pk == second.pk


def test_cancelling_says_why_and_only_an_unpaid_issued_invoice_is_cancelled():
    head = HeadFactory()
    draft, paid = make_draft(), issue()
    pay(paid, "1", by=head)

    def cancel(invoice: Invoice, reason: str = "Ошибка"):
        return lambda: cancel_invoice(invoice, reason=reason, by=head, now=now())

    assert refused(cancel(issue(), " ")) == ("cancel_needs_reason", "reason")
    assert refused(cancel(draft))[0] == "invoice_not_issued"
    assert refused(cancel(paid))[0] == "invoice_has_payments"
    cancelled = cancel(issue())()
    assert refused(cancel(cancelled))[0] == "invoice_not_issued"
    assert refused(lambda: reissue_invoice(paid, by=head, now=now()))[0] == "invoice_not_cancelled"


def test_a_cancelled_invoice_stays_cancelled():
    invoice = cancel_invoice(issue(), reason="Ошибка", by=HeadFactory(), now=now())

    with pytest.raises(DatabaseError, match="R9"), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(state="issued", cancelled_at=None)


def test_a_manager_does_not_cancel():
    manager = SupportFactory(can_issue_invoices=True)
    invoice = issue(manager, partner=PartnerFactory(manager=manager))

    with pytest.raises(PermissionDenied):
        cancel_invoice(invoice, reason="Ошибка", by=manager, now=now())


def test_the_audit_trail_says_who_did_what_and_why():
    head = HeadFactory()
    invoice = cancel_invoice(issue(head), reason="Не тот плательщик", by=head, now=now())
    events = Invoice.pgh_event_model.objects.filter(pgh_obj=invoice).order_by("pk").select_related("pgh_context")

    assert [event.state for event in events] == ["draft", "issued", "cancelled"]
    assert [event.pgh_context.metadata["action"] for event in events] == [
        "invoice.draft",
        "invoice.issue",
        "invoice.cancel",
    ]
    assert events[2].pgh_context.metadata["why"] == "Не тот плательщик"
    assert events[2].pgh_context.metadata["user"] == head.pk


def test_a_line_costs_quantity_by_price_and_the_database_agrees():
    invoice = issue(lines=[line("0.33", quantity=3), line("100.00", quantity=2)])

    assert invoice.amount == Decimal("200.99") == sum(each.amount for each in invoice.lines.all())
    with pytest.raises(DatabaseError, match="invoice_line_amount_is_quantity_by_price"), transaction.atomic():
        InvoiceLine.objects.filter(invoice=make_draft()).update(amount=1)


def test_a_sum_that_no_column_holds_is_refused():
    assert refused(lambda: make_draft(lines=[line("9999999999.00", quantity=2)])) == ("sum_too_large", "lines")
