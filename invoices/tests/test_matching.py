"""R11, R12: what a payment from the bank pays, what follows from it once, and what is left when it is taken back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.tests.factories import DirectorFactory, HeadFactory, SupportFactory
from catalog.tests.factories import ServiceFactory
from core.errors import RuleViolation
from core.tests.racing import refusals
from deals.models import Deal, Task
from deals.tests.factories import AddonFactory, DealFactory
from invoices.actions import (
    LineDraft,
    approve_return,
    cancel_invoice,
    confirm_payment,
    decline_payment,
    keep_as_advance,
    match_payment,
    propose_return,
    record_payment,
    record_return,
    take_statement,
    unmatch_payment,
    withdraw_return,
)
from invoices.matching.facts import verdicts
from invoices.models import Advance, Allocation, BankStatement, Invoice, Payment, PaymentReturn
from invoices.rules import payment_state
from invoices.tests.factories import SellerFactory, addon_invoice, issue, line
from invoices.tests.statement_files import incoming, outgoing, statement_text, upload
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db

INN = "7712345671"


@pytest.fixture(autouse=True)
def seller(monkeypatch):
    """Our company; what its invoices look like on paper is told elsewhere."""
    monkeypatch.setattr("invoices.actions.issuing.invoice_pdf", lambda document: b"%PDF-1")
    return SellerFactory()


def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)


def row(invoice: Invoice | None, amount: str, **fields: str) -> dict[str, str]:
    """A payment of yesterday, just as the invoice asks for it unless told otherwise."""
    day = f"{yesterday():%d.%m.%Y}"
    asked = {"НазначениеПлатежа": invoice.purpose, "ПлательщикИНН": invoice.buyer_inn} if invoice else {}
    return incoming(amount, **({"Дата": day, "ДатаПоступило": day} | asked | fields))


def load(*rows: dict[str, str], by: User | None = None, **text) -> BankStatement:
    text = statement_text(*rows, **({"first": yesterday(), "last": yesterday()} | text))
    return take_statement(upload(text), by=by or HeadFactory(), now=timezone.now())[0]


def came(amount: str, invoice: Invoice | None = None, **fields: str) -> Payment:
    """A payment that waits for a person: its purpose says nothing, unless told otherwise."""
    load(row(invoice, amount, **({"НазначениеПлатежа": "Оплата"} | fields)))
    return Payment.objects.latest("pk")


def invoice_of(inn: str = INN, **fields) -> Invoice:
    dated_on = fields.pop("dated_on", yesterday())
    return issue(buyer_inn=inn, dated_on=dated_on, due_on=timezone.localdate() + timedelta(days=3), **fields)


def addon(price: str = "65000.00") -> Invoice:
    deal = AddonFactory(amount=Decimal(price), list_price=Decimal(price))
    return invoice_of(deal=deal, lines=[LineDraft(deal.service, Decimal(price))])


def match(payment: Payment, *allocations: tuple[Invoice, str], by: User | None = None, **kwargs) -> Payment:
    pairs = [(invoice, Decimal(amount)) for invoice, amount in allocations]
    return match_payment(payment, pairs, by=by or HeadFactory(), now=timezone.now(), **kwargs)


def unmatch(payment: Payment, by: User | None = None) -> Payment:
    return unmatch_payment(payment, reason="Не тот счёт", by=by or HeadFactory(), now=timezone.now())


def refused(call) -> tuple[str, str]:
    with pytest.raises(RuleViolation) as caught, transaction.atomic():
        call()
    return caught.value.code, caught.value.field


def figures(payment: Payment) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Matched, returning, returned, undecided."""
    found = Payment.objects.with_decided().get(pk=payment.pk)
    return found.matched, found.returning, found.returned, found.undecided


def state_of(invoice: Invoice) -> str:
    found = Invoice.objects.with_paid_amount().get(pk=invoice.pk)
    return payment_state(found.amount, found.paid_amount)


# --- By itself ---------------------------------------------------------------------------------------------------


def test_r11_what_is_sure_is_matched_by_itself_with_its_reason():
    invoice = addon()
    statement = load(row(invoice, "65000.00"))
    deal = Deal.objects.get(pk=invoice.deal_id)
    allocation = Allocation.objects.get()

    assert (state_of(invoice), allocation.rule, allocation.created_by) == ("full", "sure", None)
    assert allocation.reason
    assert allocation.payment.partner == invoice.partner
    assert (deal.stage.role, deal.paid_amount) == ("in_delivery", Decimal("65000.00"))
    assert sorted(deal.tasks.open().values_list("kind", flat=True)) == ["call", "delivery"]
    assert statement.matched_at is None
    assert BankStatement.objects.get().matched_at


@pytest.mark.parametrize(
    "change",
    [
        {"НазначениеПлатежа": "Оплата по счёту"},
        {"ПлательщикИНН": "7700000016"},
        {"Сумма": "64999.99"},
        {"ПлательщикСчет": "40817810500000000777"},
    ],
)
def test_r12_everything_else_waits_for_a_person(change):
    invoice = addon()
    load(row(invoice, "65000.00") | change)

    assert not Allocation.objects.exists()
    assert Payment.objects.undecided_ones().count() == 1


def test_a_file_whose_totals_do_not_agree_or_whose_day_is_not_over_matches_nothing():
    invoice = addon()
    load(row(invoice, "65000.00"), ВсегоПоступило="1.00")
    assert not Allocation.objects.exists()

    load(row(invoice, "65000.00"), last=timezone.localdate())
    assert not Allocation.objects.exists()

    load(row(invoice, "65000.00"))
    assert state_of(invoice) == "full"


def test_two_sure_payments_of_one_invoice_pay_it_once():
    invoice = addon()
    load(row(invoice, "65000.00"), row(invoice, "65000.00"))

    assert Allocation.objects.count() == 1
    waiting = Payment.objects.undecided_ones().select_related("line__seen_in")
    assert [verdict.row for verdict in verdicts(list(waiting)).values()] == ["paid"]


def test_a_generated_month_has_no_wrong_match():
    """Known truth: sure ones are matched, and traps of every kind wait for a person."""
    partners = [PartnerFactory() for _ in range(6)]
    clean = [invoice_of(partner=partners[n % 6], lines=[line(f"{1000 + n}.00")]) for n in range(12)]
    trapped = [invoice_of(partner=partners[n % 6], lines=[line(f"{2000 + n}.00")]) for n in range(8)]
    traps = [
        {"Сумма": "1999.99"}, {"ПлательщикИНН": "7700000016"}, {"НазначениеПлатежа": "Оплата, БЕЗ НДС"},
        {"НазначениеПлатежа": clean[0].purpose}, {"ПлательщикСчет": "40817810500000000777"},
        {"НазначениеПлатежа": "Возврат займа"}, {"НазначениеПлатежа": trapped[6].purpose.replace("БЕЗ НДС", "НДС 20%")},
        {"НазначениеПлатежа": trapped[7].purpose.replace(f"№ {trapped[7].number} ", "№ 999999 ")},
    ]  # fmt: skip
    rows = [row(each, f"{each.amount:.2f}", Номер=str(each.pk)) for each in clean]
    rows += [
        row(each, f"{each.amount:.2f}", Номер=str(each.pk)) | trap for each, trap in zip(trapped, traps, strict=True)
    ]
    load(*rows)

    matched = dict(Allocation.objects.values_list("invoice", "payment__line__number"))
    assert matched == {each.pk: str(each.pk) for each in clean}


# --- By a person -------------------------------------------------------------------------------------------------


def test_r11_a_part_with_the_reasons_of_the_unpaid_lines():
    deal = AddonFactory(amount=Decimal(300), list_price=Decimal(300))
    services = [LineDraft(ServiceFactory(price=price), Decimal(price)) for price in (100, 200)]
    invoice = invoice_of(deal=deal, lines=services)
    payment = came("100.00")
    second = invoice.lines.last()
    match(payment, (invoice, "100.00"), unpaid={second.pk: ("later", "после аванса от клиента")})
    second.refresh_from_db()
    deal.refresh_from_db()

    assert (second.unpaid_reason, second.unpaid_note) == ("later", "после аванса от клиента")
    assert (state_of(invoice), deal.stage.role, deal.paid_amount) == ("part", "part_paid", 100)
    assert "200" in deal.tasks.open().get().title


def test_several_invoices_are_paid_by_one_payment():
    first, second = addon("100.00"), addon("200.00")
    payment = match(came("300.00"), (first, "100.00"), (second, "200.00"))

    assert state_of(first) == state_of(second) == "full"
    assert figures(payment) == (300, 0, 0, 0)


def test_more_than_the_invoice_stays_with_the_partner_or_waits():
    first, second = addon("100.00"), addon("100.00")
    kept = match(came("150.00"), (first, "100.00"), rest_is_advance=True)
    waits = match(came("140.00"), (second, "100.00"))

    assert figures(kept) == (150, 0, 0, 0)
    assert (Advance.objects.get().amount, Advance.objects.get().partner) == (50, first.partner)
    assert figures(waits) == (100, 0, 0, 40)


def test_an_advance_needs_no_invoice_and_becomes_its_payment_later():
    partner = PartnerFactory()
    payment = keep_as_advance(came("100.00"), partner, note="За январь", by=HeadFactory(), now=timezone.now())
    assert (payment.partner, figures(payment)) == (partner, (100, 0, 0, 0))

    unmatch(payment)
    invoice = invoice_of(partner=partner, lines=[line("100.00")])
    match(payment, (invoice, "100.00"))
    assert state_of(invoice) == "full"
    assert Advance.objects.get().reversed_why == "Не тот счёт"


def test_what_cannot_be_is_refused_and_changes_nothing():
    invoice, payment = addon("100.00"), came("150.00")
    cancelled = cancel_invoice(invoice_of(), reason="Ошибка", by=HeadFactory(), now=timezone.now())

    assert refused(lambda: match(payment)) == ("nothing_to_match", "invoice")
    assert refused(lambda: match(payment, (invoice, "100.01"))) == ("payment_exceeds_remainder", "amount")
    assert refused(lambda: match(payment, (invoice, "0"))) == ("payment_not_positive", "amount")
    assert refused(lambda: match(payment, (addon("200.00"), "150.01"))) == ("more_than_came", "amount")
    assert refused(lambda: match(payment, (invoice, "1"), (invoice, "2"))) == ("invoice_twice", "invoice")
    assert refused(lambda: match(payment, (cancelled, "1")))[0] == "invoice_not_issued"
    assert refused(lambda: unmatch(payment))[0] == "nothing_to_undo"
    assert figures(payment) == (0, 0, 0, 150)
    assert not Task.objects.exists()

    match(payment, (invoice, "100"), rest_is_advance=True)
    assert refused(lambda: match(payment, (addon("9.00"), "1")))[0] == "payment_decided"


def test_who_decides():
    invoice, payment = addon("100.00"), came("100.00")
    for person in (SupportFactory(), invoice.partner.manager):
        with pytest.raises(PermissionDenied):
            match(payment, (invoice, "100.00"), by=person)
    assert not Allocation.objects.exists()
    match(payment, (invoice, "100.00"), by=SupportFactory(can_reconcile_payments=True))
    assert state_of(invoice) == "full"


# --- Taken back --------------------------------------------------------------------------------------------------


def test_r11_taking_a_payment_back_undoes_what_followed_visibly():
    invoice = addon("100.00")
    payment = match(came("100.00"), (invoice, "100.00"))
    unmatch(payment)
    deal = Deal.objects.get(pk=invoice.deal_id)
    allocation = Allocation.objects.get()

    assert (state_of(invoice), figures(payment)) == ("none", (0, 0, 0, 100))
    assert (deal.stage.role, deal.paid_amount) == ("invoiced", 0)
    assert deal.tasks.open().count() == 0
    assert deal.stage_changes.latest("at", "pk").reason.endswith("Не тот счёт")
    assert (allocation.reversed_why, allocation.reversed_by.role) == ("Не тот счёт", "head")

    match(payment, (invoice, "100.00"))
    deal.refresh_from_db()
    assert deal.stage.role == "in_delivery"
    assert sorted(deal.tasks.open().values_list("kind", flat=True)) == ["call", "delivery"]


def test_a_partner_who_was_told_already_is_told_again():
    invoice = addon("100.00")
    payment = match(came("50.00"), (invoice, "50.00"))
    Task.objects.update(done_at=timezone.now())
    unmatch(payment)

    assert str(invoice.number) in Task.objects.open().get().title


def test_r5_a_renewal_that_the_money_completed_is_open_again_and_its_next_term_set_aside():
    deal = DealFactory(role="due")
    invoice = invoice_of(deal=deal, lines=[LineDraft(deal.package.service, deal.amount)])
    payment = match(came(f"{deal.amount:.2f}"), (invoice, f"{deal.amount}"))
    following = Deal.objects.get(previous_deal=deal)
    unmatch(payment)
    deal.refresh_from_db()
    following.refresh_from_db()

    assert (deal.outcome, deal.stage.role, deal.paid_amount) == ("open", "due", 0)
    assert (following.outcome, following.stage.role) == ("lost", "lost")

    match(payment, (invoice, f"{deal.amount}"))
    deal.refresh_from_db()
    following.refresh_from_db()
    assert (deal.outcome, following.outcome, following.stage.role) == ("won", "open", "healthy")
    assert Deal.objects.filter(previous_deal=deal).count() == 1


def test_r5_a_chain_that_went_on_is_not_torn():
    deal = DealFactory(role="due")
    invoice = invoice_of(deal=deal, lines=[LineDraft(deal.package.service, deal.amount)])
    payment = match(came(f"{deal.amount:.2f}"), (invoice, f"{deal.amount}"))
    following = Deal.objects.get(previous_deal=deal)
    lost = following.pipeline.stages.get(role="lost")
    Deal.objects.filter(pk=following.pk).update(
        outcome="lost", stage=lost, closed_at=timezone.now(), lost_reason="Ушёл"
    )
    unmatch(payment)
    deal.refresh_from_db()

    assert deal.outcome == "won"
    assert deal.unpaid_completion_reason


def test_the_database_keeps_decisions():
    payment = match(came("100.00"), (addon("100.00"), "100.00"))

    for change in (
        lambda: Allocation.objects.all().delete(),
        lambda: Allocation.objects.update(amount=Decimal(1)),
        lambda: Advance.objects.create(
            payment=payment, partner=payment.partner, amount=Decimal("0.01"), created_at=timezone.now()
        ),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    Allocation.objects.update(reversed_at=timezone.now())
    with pytest.raises(DatabaseError, match="taken back"), transaction.atomic():
        Allocation.objects.update(reversed_at=None)


# --- To return ---------------------------------------------------------------------------------------------------


def test_r12_a_return_takes_two_people_and_a_payment_order():
    payment, head, director = came("100.00"), HeadFactory(), DirectorFactory()
    returned = propose_return(payment, reason="Чужое назначение", by=head, now=timezone.now())
    assert figures(payment) == (0, 100, 0, 0)

    def record(by: User = director, number: str = "12", day: date | None = None) -> PaymentReturn:
        return record_return(
            returned, document_number=number, returned_on=day or yesterday(), by=by, now=timezone.now()
        )

    assert refused(record)[0] == "return_not_approved"
    assert refused(lambda: approve_return(returned, by=head, now=timezone.now()))[0] == "own_return"
    approve_return(returned, by=director, now=timezone.now())
    assert refused(lambda: record(number=" ")) == ("return_needs_document", "document_number")
    assert refused(lambda: record(day=timezone.localdate() + timedelta(days=1))) == ("return_in_future", "returned_on")
    assert refused(lambda: record(day=date(2020, 1, 1))) == ("return_before_payment", "returned_on")
    assert record().state == "returned"
    assert figures(payment) == (0, 0, 100, 0)
    assert refused(record)[0] == "return_is_over"
    assert refused(lambda: match(payment, (addon("100.00"), "100.00")))[0] == "payment_decided"


def test_the_outgoing_line_of_a_statement_proves_a_return():
    payment, director = came("100.00"), DirectorFactory()
    day = f"{yesterday():%d.%m.%Y}"
    load(outgoing("100.00", "0012", Дата=day, ДатаСписано=day))
    returned = propose_return(payment, reason="Ошибка", by=HeadFactory(), now=timezone.now())
    approve_return(returned, by=director, now=timezone.now())
    returned = record_return(returned, document_number="12", returned_on=yesterday(), by=director, now=timezone.now())

    assert returned.line.number == "0012"


def test_a_return_is_withdrawn_and_the_payment_waits_again():
    payment = came("100.00")
    returned = propose_return(payment, reason="Ошибка", by=HeadFactory(), now=timezone.now())
    withdraw_return(returned, reason="Прислали письмо об уточнении", by=HeadFactory(), now=timezone.now())

    assert figures(payment) == (0, 0, 0, 100)
    match(payment, (addon("100.00"), "100.00"))


def test_what_is_more_than_the_invoice_may_go_back():
    payment = match(came("150.00"), (addon("100.00"), "100.00"))
    propose_return(payment, reason="Переплата", by=HeadFactory(), now=timezone.now())

    assert figures(payment) == (100, 50, 0, 0)


# --- By hand -----------------------------------------------------------------------------------------------------


def by_hand(invoice: Invoice, by: User) -> Payment:
    return record_payment(invoice, amount=Decimal(100), paid_on=yesterday(), method="cash", by=by, now=timezone.now())


def test_a_payment_by_hand_counts_when_a_second_person_confirms_it():
    invoice, head, director = addon_invoice("100.00"), HeadFactory(), DirectorFactory()
    payment = by_hand(invoice, head)
    assert (state_of(invoice), payment.waits_for_confirmation) == ("none", True)
    assert not Task.objects.exists()

    assert refused(lambda: confirm_payment(payment, by=head, now=timezone.now()))[0] == "own_payment"
    confirm_payment(payment, by=director, now=timezone.now())
    assert state_of(invoice) == "full"
    assert refused(lambda: confirm_payment(payment, by=director, now=timezone.now()))[0] == "payment_not_waiting"


def test_a_payment_by_hand_that_is_declined_counts_nowhere():
    invoice, director = addon_invoice("100.00"), DirectorFactory()
    payment = by_hand(invoice, HeadFactory())
    assert refused(lambda: decline_payment(payment, reason=" ", by=director, now=timezone.now()))[1] == "reason"
    payment = decline_payment(payment, reason="В кассе такого нет", by=director, now=timezone.now())

    assert (state_of(invoice), payment.waits_for_confirmation) == ("none", False)


def test_who_confirms():
    payment = by_hand(addon_invoice("100.00"), HeadFactory())
    with pytest.raises(PermissionDenied):
        confirm_payment(payment, by=SupportFactory(can_reconcile_payments=True), now=timezone.now())


# --- A rouble once -----------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(st.sampled_from(["match", "part", "advance", "return", "undo", "withdraw"]), st.integers(0, 2))
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_received_waiting_and_to_return_are_always_what_has_come(steps):
    with transaction.atomic():
        invoice, head = addon("90.00"), HeadFactory()
        load(*(row(None, f"{n}0.00", НазначениеПлатежа="Оплата", Номер=str(n)) for n in (3, 6, 9)))
        payments = list(Payment.objects.order_by("pk"))
        for step, at in steps:
            payment = payments[at]
            try:
                if step in {"match", "part"}:
                    match(payment, (invoice, f"{payment.amount if step == 'match' else 10}"), by=head)
                elif step == "advance":
                    keep_as_advance(payment, invoice.partner, note="", by=head, now=timezone.now())
                elif step == "return":
                    propose_return(payment, reason="Ошибка", by=head, now=timezone.now())
                elif step == "undo":
                    unmatch(payment, by=head)
                elif returned := payment.returns.to_return().first():
                    withdraw_return(returned, reason="Нет", by=head, now=timezone.now())
            except RuleViolation:
                pass
            sums = [figures(each) for each in payments]
            assert sum(sum(each) for each in sums) == 180
            assert all(part >= 0 for each in sums for part in each)
            paid = Invoice.objects.with_paid_amount().get(pk=invoice.pk).paid_amount
            assert paid <= invoice.amount
            assert Deal.objects.get(pk=invoice.deal_id).paid_amount == paid
        transaction.set_rollback(True)


# --- At once -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_people_deciding_one_payment_decide_it_once():
    first, second = addon("100.00"), addon("100.00")
    payment, people = came("100.00"), [HeadFactory(), DirectorFactory()]
    said = refusals(
        lambda: match(payment, (first, "100.00"), by=people[0]),
        lambda: match(payment, (second, "100.00"), by=people[1]),
    )

    assert said == ["payment_decided"]
    assert Allocation.objects.standing().count() == Task.objects.filter(kind="call").count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_payments_for_one_invoice_at_once_pay_it_once():
    invoice = addon("100.00")
    payments = [came("100.00", Номер="1"), came("100.00", Номер="2")]
    people = [HeadFactory(), DirectorFactory()]
    said = refusals(*(lambda n=n: match(payments[n], (invoice, "100.00"), by=people[n]) for n in (0, 1)))

    assert said == ["payment_exceeds_remainder"]
    assert Deal.objects.get(pk=invoice.deal_id).paid_amount == 100


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_undoing_and_returning_at_once():
    invoice = addon("100.00")
    payment, people = match(came("100.00"), (invoice, "100.00")), [HeadFactory(), DirectorFactory(), HeadFactory()]
    refusals(
        lambda: unmatch(payment, by=people[0]),
        lambda: unmatch(payment, by=people[1]),
        lambda: propose_return(payment, reason="Ошибка", by=people[2], now=timezone.now()),
    )

    assert not Allocation.objects.standing().exists()
    assert sum(figures(payment)) == 100
    assert Deal.objects.get(pk=invoice.deal_id).paid_amount == 0
