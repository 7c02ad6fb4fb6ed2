"""R11: money that came, whole or part, and what follows from it."""

import datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.tests.factories import HeadFactory, SalesFactory, SupportFactory
from core import moscow
from core.errors import RuleViolation
from deals.models import Deal, Task
from deals.tests.factories import AddonFactory, DealFactory
from invoices.actions import LineDraft, cancel_invoice, explain_unpaid_lines
from invoices.models import Allocation, Invoice, Payment
from invoices.rules import PaymentState, is_overdue, payment_state, remainder
from invoices.tests.factories import addon_invoice, issue, line, make_draft, pay
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db


def refused(call) -> tuple[str, str]:
    with pytest.raises(RuleViolation) as caught, transaction.atomic():
        call()
    return caught.value.code, caught.value.field


def state_of(invoice: Invoice) -> PaymentState:
    found = Invoice.objects.with_paid_amount().get(pk=invoice.pk)
    return payment_state(found.amount, found.paid_amount)


def renewal_invoice() -> Invoice:
    deal = DealFactory(role="due")
    return issue(deal=deal, lines=[LineDraft(deal.package.service, deal.amount)])


@pytest.mark.parametrize(
    ("amount", "paid", "state"),
    [
        ("100", "0", "none"),
        ("100", "0.01", "part"),
        ("100", "99.99", "part"),
        ("100", "100", "full"),
        ("100", "101", "over"),
    ],
)
def test_r11_the_payment_state_is_derived(amount, paid, state):
    assert payment_state(Decimal(amount), Decimal(paid)) == state


def test_r11_being_overdue_is_a_fact_of_its_own():
    due_on, late = datetime.date(2026, 11, 23), datetime.date(2026, 11, 24)

    assert is_overdue(Decimal(100), Decimal(99), due_on, late)
    assert not is_overdue(Decimal(100), Decimal(99), due_on, due_on)
    assert not is_overdue(Decimal(100), Decimal(100), due_on, late)
    assert remainder(Decimal(100), Decimal(101)) == 0


def test_r11_the_whole_sum_for_an_add_on():
    """R14: paid, so it goes to delivery; the manager tells the partner."""
    invoice = addon_invoice("65000.00")
    payment = pay(invoice, "65000.00", document_number=" 77 ", method="card")
    deal = Deal.objects.get(pk=invoice.deal_id)
    tasks = list(deal.tasks.open().order_by("pk"))

    assert (payment.document_number, payment.method, payment.payer_name) == ("77", "card", invoice.buyer_name)
    assert payment.purpose == invoice.purpose
    assert Allocation.objects.get().amount == Decimal("65000.00")
    assert state_of(invoice) == "full"
    assert (deal.stage.role, deal.paid_amount) == ("in_delivery", Decimal("65000.00"))
    assert [task.kind for task in tasks] == [Task.Kind.CALL, Task.Kind.DELIVERY]
    assert str(invoice.number) in tasks[0].title
    assert tasks[0].assignee == deal.manager


def test_r11_a_part_asks_why_and_the_rest_completes():
    invoice = addon_invoice("65000.00")
    pay(invoice, "5000.00")
    deal = Deal.objects.get(pk=invoice.deal_id)
    asking = deal.tasks.open().get()

    assert state_of(invoice) == "part"
    assert (deal.stage.role, deal.paid_amount) == ("part_paid", Decimal("5000.00"))
    assert "60\u00a0000" in asking.title

    pay(invoice, "60000.00")
    deal.refresh_from_db()
    assert state_of(invoice) == "full"
    assert (deal.stage.role, deal.paid_amount) == ("in_delivery", Decimal("65000.00"))
    assert "60\u00a0000" in deal.tasks.open().exclude(pk=asking.pk).get(kind="call").title


def test_r5_a_renewal_paid_in_full_is_completed_and_the_task_goes_to_the_next_one():
    invoice = renewal_invoice()
    pay(invoice, "86000.00")
    deal = Deal.objects.get(pk=invoice.deal_id)
    assert (deal.is_open, deal.stage.role) == (True, "due")

    pay(invoice, "100000.00")
    deal.refresh_from_db()
    assert (deal.outcome, deal.paid_amount) == ("won", Decimal("186000.00"))
    assert deal.next_deal.tasks.open().count() == 2
    assert deal.tasks.open().count() == 0


def test_two_invoices_of_a_deal_are_paid_together():
    deal = AddonFactory(amount=Decimal("300.00"), list_price=Decimal("300.00"))
    first = issue(deal=deal, lines=[LineDraft(deal.service, Decimal("100.00"))])
    second = issue(deal=deal, lines=[LineDraft(deal.service, Decimal("200.00"))])
    pay(first, "100.00")
    deal.refresh_from_db()
    assert (deal.stage.role, deal.paid_amount) == ("part_paid", Decimal("100.00"))

    pay(second, "200.00")
    deal.refresh_from_db()
    assert (deal.stage.role, deal.paid_amount) == ("in_delivery", Decimal("300.00"))


def test_an_invoice_without_a_deal_gives_its_task_to_the_partners_open_deal():
    renewal = DealFactory()
    pay(issue(partner=renewal.partner), "65000.00")

    assert renewal.tasks.open().count() == 1
    renewal.refresh_from_db()
    assert renewal.paid_amount == 0


def test_money_for_a_partner_without_deals_is_still_recorded():
    assert pay(issue(), "65000.00").pk
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2026-11-23 11:00", "2026-11-23 18:00"),
        ("2026-11-23 17:00", "2026-11-24 12:00"),
        ("2026-11-27 18:30", "2026-11-30 12:00"),
        ("2026-11-28 11:00", "2026-11-30 12:00"),
    ],
)
def test_the_partner_is_told_the_same_working_day_or_at_noon_of_the_next(moment, due):
    at = datetime.datetime.fromisoformat(moment).replace(tzinfo=moscow.MOSCOW)
    invoice = addon_invoice()
    pay(invoice, "1.00", now=at, paid_on=at.date() - datetime.timedelta(days=400))

    assert f"{moscow.to_moscow(Task.objects.get().due_at):%Y-%m-%d %H:%M}" == due


def test_what_is_no_payment_is_refused_and_changes_nothing():
    invoice = addon_invoice("65000.00")
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)

    assert refused(lambda: pay(invoice, "0")) == ("payment_not_positive", "amount")
    assert refused(lambda: pay(invoice, "-5")) == ("payment_not_positive", "amount")
    assert refused(lambda: pay(invoice, "0.001")) == ("payment_not_positive", "amount")
    assert refused(lambda: pay(invoice, "1", paid_on=tomorrow)) == ("payment_in_future", "paid_on")
    assert refused(lambda: pay(invoice, "65000.01")) == ("payment_exceeds_remainder", "amount")
    assert refused(lambda: pay(make_draft(), "1"))[0] == "invoice_not_issued"
    cancelled = cancel_invoice(issue(), reason="Ошибка", by=HeadFactory(), now=timezone.now())
    assert refused(lambda: pay(cancelled, "1"))[0] == "invoice_not_issued"
    assert not Payment.objects.exists()
    assert not Task.objects.exists()


def test_an_excess_names_what_is_left():
    invoice = addon_invoice("65000.00")
    pay(invoice, "60000.00")

    with pytest.raises(RuleViolation, match="5\u00a0000\u00a0₽"):
        pay(invoice, "5000.01")


def test_a_form_sent_twice_records_one_payment():
    invoice, head, key = addon_invoice("65000.00"), HeadFactory(), uuid4()
    first = pay(invoice, "5000.00", by=head, request_key=key)
    again = pay(invoice, "5000.00", by=head, request_key=key)

    assert first.pk == again.pk
    assert Payment.objects.count() == Allocation.objects.count() == Task.objects.count() == 1


def test_the_same_document_day_and_sum_is_recorded_once():
    invoice = addon_invoice("65000.00")
    pay(invoice, "5000.00", document_number="77")

    problem = refused(lambda: pay(invoice, "5000.00", document_number="77"))
    assert problem == ("payment_already_recorded", "document_number")
    assert pay(invoice, "5000.00", document_number="78").pk
    assert pay(invoice, "5000.00").pk != pay(invoice, "5000.00").pk


def test_the_database_puts_no_more_to_invoices_than_has_come():
    invoice = addon_invoice("65000.00")
    payment = pay(invoice, "5000.00")

    with pytest.raises(DatabaseError, match="more is allocated than has come"), transaction.atomic():
        Allocation.objects.create(payment=payment, invoice=invoice, amount=Decimal("0.01"))


def test_who_records_money():
    granted, plain = SupportFactory(can_reconcile_payments=True), SupportFactory(can_issue_invoices=True)
    own, foreign = issue(partner=PartnerFactory(manager=granted)), issue()

    assert pay(own, "1.00", by=granted).recorded_by == granted
    for person, invoice in [
        (granted, foreign),
        (plain, issue(partner=PartnerFactory(manager=plain))),
        (SalesFactory(), own),
    ]:
        with pytest.raises(PermissionDenied):
            pay(invoice, "1.00", by=person)


# --- Why not all is paid -----------------------------------------------------------------------------------------


def explain(invoice: Invoice, reasons: dict, by=None) -> Invoice:
    return explain_unpaid_lines(invoice, reasons, by=by or HeadFactory(), now=timezone.now())


def test_r11_why_a_line_is_not_paid_is_kept_on_it():
    invoice = issue(lines=[line("100.00"), line("200.00")])
    pay(invoice, "100.00")
    first, second = invoice.lines.all()
    explain(invoice, {first.pk: ("", ""), second.pk: ("too_dear", " подождёт до весны ")})
    second.refresh_from_db()

    assert (second.unpaid_reason, second.unpaid_note) == ("too_dear", "подождёт до весны")
    explain(invoice, {second.pk: ("", "забыто")})
    second.refresh_from_db()
    assert (second.unpaid_reason, second.unpaid_note) == ("", "")


def test_another_reason_is_told_in_words():
    invoice = issue()
    pk = invoice.lines.get().pk

    assert refused(lambda: explain(invoice, {pk: ("other", " ")})) == ("unpaid_needs_words", f"note-{pk}")
    assert refused(lambda: explain(invoice, {pk: ("whim", "")})) == ("unknown_reason", f"reason-{pk}")
    assert refused(lambda: explain(invoice, {pk + 999: ("later", "")}))[0] == "unknown_line"


def test_a_paid_invoice_has_nothing_to_explain():
    invoice = issue()
    pay(invoice, "65000.00")

    assert refused(lambda: explain(invoice, {invoice.lines.get().pk: ("later", "")}))[0] == "invoice_is_paid"


def test_the_manager_explains_own_invoices_only():
    manager = SupportFactory()
    own, foreign = issue(partner=PartnerFactory(manager=manager)), issue()

    assert explain(own, {own.lines.get().pk: ("later", "")}, by=manager)
    with pytest.raises(PermissionDenied):
        explain(foreign, {foreign.lines.get().pk: ("later", "")}, by=manager)
