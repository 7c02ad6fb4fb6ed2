"""Screen 07: the list in order of work, the decision on a payment, statements uploaded and refused."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import (
    AdministratorFactory,
    DirectorFactory,
    HeadFactory,
    MarketerFactory,
    SalesFactory,
    SupportFactory,
)
from deals.actions import complete_task
from invoices.models import Advance, Allocation, BankStatement, Payment, PaymentReturn
from invoices.tests.factories import SellerFactory, line
from invoices.tests.statement_files import incoming, statement_text, upload
from invoices.tests.test_matching import addon, came, invoice_of, load, match, row, state_of
from invoices.tests.test_statement_files import POSITIONS, TABLE
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db

LIST = "/bank/"


@pytest.fixture(autouse=True)
def seller(monkeypatch):
    monkeypatch.setattr("invoices.actions.issuing.invoice_pdf", lambda document: b"%PDF-1")
    return SellerFactory()


@pytest.fixture
def head():
    return HeadFactory()


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text_of(response) -> str:
    return response.content.decode().replace("\xa0", " ")


def decide(person: User, payment: Payment, decision: str, **data):
    url = reverse("bank:decide", args=[payment.pk])
    return signed_in(person).post(url, {"decision": decision, **data})


def group(response, code: str) -> list:
    return next(each.rows for each in response.context["groups"] if each.code == code)


def test_the_list_stands_in_order_of_work_with_its_sums(head):
    first, second = addon("100.00"), addon("200.00")
    load(row(first, "100.00"), row(second, "150.00"), row(None, "7.00", Номер="3"), by=head)
    page = signed_in(head).get(LIST)
    facts = page.context["facts"]

    assert (facts.received.total, facts.sure.total, facts.waiting.total) == (257, 100, 157)
    assert [each.badge.text for each in group(page, "decide")] == ["нет номера счёта", "оплачен частично"]
    assert [each.badge.text for each in group(page, "done")] == [f"счёт № {first.number}"]
    assert page.context["payment"].amount == 7
    assert "157 ₽" in text_of(page)


def test_a_view_shows_its_group_only(head):
    load(row(addon("100.00"), "100.00"), row(None, "7.00", Номер="3"), by=head)
    page = signed_in(head).get(f"{LIST}?view=done")

    assert [each.code for each in page.context["groups"]] == ["done"]


def test_the_payment_stands_beside_its_invoice_with_differing_words_marked(head):
    invoice = addon("200.00")
    payment = came("150.00", invoice, НазначениеПлатежа=f"Оплата по счёту № {invoice.number} частично, без НДС")
    page = signed_in(head).get(f"{LIST}?payment={payment.pk}")
    pair = {each.label: each for each in page.context["panel"].pair}

    assert pair["ИНН"].mark == "ok"
    assert pair["Сумма"].mark == "warn"
    assert [word.text for word in pair["Назначение"].paid if word.differs] == ["частично,"]
    assert "<mark>частично,</mark>" in text_of(page)
    assert "Сделка перейдёт на статус" in text_of(page)


def test_the_manager_is_asked_by_a_task_once_and_its_result_is_the_answer(head):
    invoice = addon("200.00")
    payment = came("150.00", invoice, НазначениеПлатежа=f"Оплата по счёту № {invoice.number} частично, без НДС")
    page, url = f"{LIST}?payment={payment.pk}", reverse("bank:ask", args=[payment.pk])
    assert "Спросить менеджера" in text_of(signed_in(head).get(page))

    for _press in range(2):
        assert signed_in(head).post(url).status_code == 302

    question = payment.questions.get()
    assert question.task.assignee == invoice.deal.manager
    assert "150 ₽" in question.task.title.replace("\xa0", " ")
    asked = text_of(signed_in(head).get(page))
    assert "ещё не ответил" in asked
    assert "Спросить менеджера" not in asked
    complete_task(question.task, result="Вторую половину переведёт в пятницу", by=head, now=timezone.now())
    assert "Вторую половину переведёт в пятницу" in text_of(signed_in(head).get(page))
    nobody = came("7.00", ПлательщикИНН="7700000016")
    assert signed_in(head).post(reverse("bank:ask", args=[nobody.pk])).status_code == 404
    assert signed_in(SupportFactory()).post(url).status_code == 403


def test_htmx_asks_for_the_panel_alone(head):
    payment = came("7.00")
    response = signed_in(head).get(f"{LIST}?payment={payment.pk}", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="bank-panel")

    assert "<html" not in text_of(response)
    assert f'data-payment="{payment.pk}"' in text_of(response)


def test_1_a_part_asks_why_for_each_unpaid_line_and_opens_the_next(head):
    waiting, invoice = came("7.00"), addon("200.00")
    payment = came("150.00", invoice, НазначениеПлатежа=f"Счёт № {invoice.number}")
    pk = invoice.lines.get().pk
    refused = decide(head, payment, "match", **{f"note-{pk}": "позже доплатит"})
    assert refused.status_code == 422
    assert f"reason-{pk}" in refused.context["form"].errors
    assert "позже доплатит" in text_of(refused)
    assert not Allocation.objects.exists()

    response = decide(head, payment, "match", **{f"reason-{pk}": "later", f"note-{pk}": "позже доплатит"})
    assert response.url == f"{LIST}?payment={waiting.pk}"
    assert state_of(invoice) == "part"
    assert invoice.lines.get().unpaid_note == "позже доплатит"


def test_2_another_invoice_is_named_by_its_number(head):
    invoice, payment = addon("200.00"), came("150.00")
    for number in ("", "99999", "сто", "9" * 11):
        refused = decide(head, payment, "other", number=number)
        assert "number" in refused.context["form"].errors
    decide(head, payment, "other", number=f"№ {invoice.number}")

    assert state_of(invoice) == "part"


def test_3_several_invoices(head):
    partner = PartnerFactory()
    first, second = (invoice_of(partner=partner, lines=[line(f"{n}00.00")]) for n in (1, 2))
    payment = came("300.00", first, НазначениеПлатежа=f"Счета № {first.number}, № {second.number}")
    assert decide(head, payment, "several").status_code == 422
    decide(head, payment, "several", several=[first.pk, second.pk])

    assert (state_of(first), state_of(second)) == ("full", "full")


def test_4_an_advance_names_its_partner(head):
    partner, payment = PartnerFactory(name="ООО «Чистый лист»"), came("100.00")
    PartnerFactory(name="ООО «Чистый дом»")
    for name in ("", "нет такого", "ООО «Чистый"):
        assert "partner" in decide(head, payment, "advance", partner=name).context["form"].errors
    decide(head, payment, "advance", partner="чистый лист", note="за январь")

    assert (Advance.objects.get().partner, Advance.objects.get().note) == (partner, "за январь")


def test_5_to_return_with_two_people_and_the_payment_order(head):
    payment, director = came("100.00"), DirectorFactory()
    assert "reason" in decide(head, payment, "return").context["form"].errors
    decide(head, payment, "return", reason="Чужое назначение")
    returned = PaymentReturn.objects.get()
    page = signed_in(head).get(f"{LIST}?view=return&payment={payment.pk}")
    assert [each.pk for each in group(page, "return")] == [payment.pk]
    assert reverse("bank:return-approve", args=[returned.pk]) not in text_of(page)

    signed_in(head).post(reverse("bank:return-approve", args=[returned.pk]))
    returned.refresh_from_db()
    assert returned.state == "proposed"

    client = signed_in(director)
    client.post(reverse("bank:return-approve", args=[returned.pk]))
    url = reverse("bank:return-sent", args=[returned.pk])
    assert client.post(url, {"document_number": ""}).status_code == 422
    client.post(url, {"document_number": "12", "returned_on": timezone.localdate()})
    returned.refresh_from_db()
    assert (returned.state, returned.document_number) == ("returned", "12")


def test_a_decision_is_taken_back_with_a_reason_and_stays_to_be_seen(head):
    invoice = addon("100.00")
    payment = match(came("100.00"), (invoice, "100.00"))
    client, url = signed_in(head), reverse("bank:undo", args=[payment.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "Не тот счёт"})

    assert state_of(invoice) == "none"
    assert "Не тот счёт" in text_of(client.get(f"{LIST}?payment={payment.pk}"))
    assert "Не тот счёт" in text_of(client.get(reverse("invoices:invoice", args=[invoice.pk])))


def test_a_receipt_is_recorded_for_a_natural_persons_payment(head):
    payment = came("100.00", ПлательщикСчет="40817810500000000777")
    url = reverse("bank:receipt", args=[payment.pk])
    signed_in(head).post(url, {"receipt_number": "4411", "receipt_on": timezone.localdate()})
    payment.refresh_from_db()

    assert payment.receipt_number == "4411"


def test_a_statement_is_uploaded_and_its_totals_are_shown(head):
    client = signed_in(head)
    day = timezone.localdate() - timedelta(days=1)
    text = statement_text(incoming("65000.00"), first=day, last=day)
    client.post(reverse("bank:upload"), {"file": upload(text)})
    again = client.post(reverse("bank:upload"), {"file": upload(text)}, follow=True)
    statement = BankStatement.objects.get()
    page = text_of(client.get(reverse("bank:statement", args=[statement.pk])))

    assert "уже загружен" in text_of(again)
    assert "65 000,00" in page
    assert statement.sha256 in page
    original = client.get(reverse("bank:original", args=[statement.pk]))
    assert b"".join(original.streaming_content) == text.encode("cp1251")
    assert "kl_to_1c.txt" in text_of(client.get(reverse("bank:statements")))


def test_a_file_that_is_no_statement_says_so_and_changes_nothing(head):
    client = signed_in(head)
    broken = statement_text(incoming("65000.00")).replace("Сумма=65000.00", "Сумма=шесть")
    refused = client.post(reverse("bank:upload"), {"file": upload(broken)})

    assert refused.status_code == 422
    assert "Строка 16" in text_of(refused)
    assert client.post(reverse("bank:upload")).status_code == 422
    assert not BankStatement.objects.exists()


def test_a_table_asks_for_its_columns(head, seller):
    client = signed_in(head)
    asked = client.post(reverse("bank:upload"), {"file": upload(TABLE, "выписка.csv")}, follow=True)
    statement = BankStatement.objects.get()
    assert asked.context["form"]["purpose"].value() == "6"

    url = reverse("bank:columns", args=[statement.pk])
    refused = client.post(url, {"own_account": seller.account, "dated_on": "0"})
    assert "incoming" in refused.context["form"].errors
    client.post(url, {"own_account": seller.account} | {name: str(at) for name, at in POSITIONS.items()})
    assert Payment.objects.get().amount == Decimal(65000)


@pytest.mark.parametrize("size", [2, 12])
def test_the_number_of_queries_does_not_grow(size, head, django_assert_max_num_queries):
    rows = [row(None, f"{n}.00", Номер=str(n)) for n in range(1, size + 1)]
    invoices = [invoice_of(lines=[line(f"{n}00.00")]) for n in range(1, size + 1)]
    rows += [row(each, f"{each.amount:.2f}", Номер=f"1{each.pk}") for each in invoices]
    rows += [row(each, "1.00", Номер=f"2{each.pk}") for each in invoices]
    load(*rows, by=head)
    client = signed_in(head)
    client.get(LIST)

    with django_assert_max_num_queries(26):
        client.get(LIST)


@pytest.mark.parametrize(
    "person",
    [
        lambda: SupportFactory(can_issue_invoices=True),
        SalesFactory,
        MarketerFactory,
        AdministratorFactory,
    ],
)
def test_who_may_not_reconcile_sees_nothing_and_changes_nothing(person):
    payment = came("100.00")
    returned = PaymentReturn.objects.create(
        payment=payment, amount=1, reason="x", proposed_by=HeadFactory(), proposed_at=timezone.now()
    )
    client = signed_in(person())
    for name, pk in [
        ("decide", payment.pk), ("undo", payment.pk), ("receipt", payment.pk), ("return-approve", returned.pk),
        ("return-sent", returned.pk), ("return-withdraw", returned.pk),
    ]:  # fmt: skip
        answer = client.post(reverse(f"bank:{name}", args=[pk]), {"decision": "return", "reason": "x"})
        assert answer.status_code == 403
    assert client.get(LIST).status_code == 403
    assert client.post(reverse("bank:upload"), {"file": upload("x")}).status_code == 403
    returned.refresh_from_db()
    assert (returned.state, PaymentReturn.objects.count()) == ("proposed", 1)


def test_the_right_is_given_person_by_person():
    payment = came("100.00")
    client = signed_in(SupportFactory(can_reconcile_payments=True))

    assert client.get(LIST).context["payment"] == payment
    client.post(reverse("bank:decide", args=[payment.pk]), {"decision": "return", "reason": "Ошибка"})
    returned = PaymentReturn.objects.get()
    assert client.post(reverse("bank:return-approve", args=[returned.pk])).status_code == 403


def test_a_payment_by_hand_is_confirmed_on_the_page_of_its_invoice(head):
    invoice, director = addon("100.00"), DirectorFactory()
    data = {"amount": "100", "paid_on": timezone.localdate(), "method": "cash"}
    signed_in(head).post(reverse("invoices:payment", args=[invoice.pk]), data)
    payment = Payment.objects.get()
    url = reverse("invoices:payment-confirm", args=[invoice.pk, payment.pk])
    own = signed_in(head).get(reverse("invoices:invoice", args=[invoice.pk]))
    assert url not in text_of(own)
    assert "ждёт второго человека" in text_of(own)

    assert url in text_of(signed_in(director).get(reverse("invoices:invoice", args=[invoice.pk])))
    signed_in(director).post(url)
    assert state_of(invoice) == "full"


def test_a_payment_by_hand_is_declined_with_a_reason(head):
    invoice, director = addon("100.00"), DirectorFactory()
    data = {"amount": "100", "paid_on": timezone.localdate(), "method": "cash"}
    signed_in(head).post(reverse("invoices:payment", args=[invoice.pk]), data)
    url = reverse("invoices:payment-confirm", args=[invoice.pk, Payment.objects.get().pk])
    client = signed_in(director)
    client.post(url, {"do": "decline", "reason": " "})
    assert Payment.objects.get().waits_for_confirmation
    client.post(url, {"do": "decline", "reason": "В кассе нет"})

    assert Payment.objects.get().declined_why == "В кассе нет"
    assert state_of(invoice) == "none"
