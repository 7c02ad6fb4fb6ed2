"""Loading statements: whole or not at all, and each movement of money once, whatever is loaded again (R12)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
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
from files.models import StoredFile
from invoices.actions.statements import load_queued, point_out_columns, take_statement
from invoices.models import BankStatement, Payment, StatementAccount, StatementColumns, StatementLine
from invoices.statements import StatementError
from invoices.tests.factories import SellerFactory
from invoices.tests.statement_files import ACCOUNT, DAY, incoming, outgoing, statement_text, upload
from invoices.tests.test_statement_files import POSITIONS, TABLE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def seller():
    return SellerFactory()


def take(text: str | bytes, by: User | None = None, name: str = "kl_to_1c.txt") -> BankStatement:
    return take_statement(upload(text, name), by=by or HeadFactory(), now=timezone.now())[0]


def refused(text: str | bytes) -> StatementError:
    with pytest.raises(StatementError) as caught:
        take(text)
    return caught.value


def content() -> set[tuple]:
    """What the database holds, without ids."""
    return set(StatementLine.objects.values_list("direction", "number", "amount", "occurrence", "purpose", "posted_on"))


def test_a_statement_brings_its_incoming_payments():
    statement = take(statement_text(incoming("65000.00"), outgoing("83.23")))
    payment = Payment.objects.get()

    assert (statement.state, statement.lines_count, statement.new_count, statement.skipped_count) == ("done", 2, 2, 1)
    assert (payment.amount, payment.paid_on, payment.payer_name) == (Decimal("65000.00"), DAY, "ООО «Щит и право»")
    assert (payment.partner, payment.line.direction, payment.document_number) == (None, "in", "15")
    assert StatementLine.objects.get(direction="out").purpose == "Комиссия банка"


def test_the_original_is_kept_with_its_hash():
    text = statement_text(incoming("1.00"))
    statement = take(text, name="../../выписка 20.11.txt")

    assert StoredFile.objects.get().content.read() == text.encode("cp1251")
    assert statement.file.sha256 == statement.sha256
    assert statement.file.name == "выписка 20.11.txt"


def test_control_totals_and_balances_are_checked():
    sound = take(statement_text(incoming("10.00"), opening="5.00"))
    wrong = take(
        statement_text(incoming("11.00"), last=date(2026, 11, 21), first=date(2026, 11, 21), ВсегоПоступило="12.00")
    )

    assert sound.is_sound
    assert sound.warnings == []
    assert not wrong.is_sound
    assert len(wrong.warnings) == 2


def test_the_chain_of_balances_is_followed():
    """What a statement begins with is what the one before it ended with."""
    day = {"first": date(2026, 11, 21), "last": date(2026, 11, 21)}
    take(statement_text(incoming("10.00"), opening="5.00"))
    following = take(statement_text(incoming("7.00", **{"ДатаПоступило": "21.11.2026"}), opening="15.00", **day))
    broken = take(statement_text(incoming("8.00", **{"ДатаПоступило": "21.11.2026"}), opening="16.00", **day))

    assert following.is_sound
    assert following.accounts.get().previous_closing == Decimal("15.00")
    assert not broken.is_sound
    assert not broken.accounts.get().chain_agrees


def test_the_same_file_again_changes_nothing():
    text = statement_text(incoming("65000.00"))
    first = take(text)
    again, is_new = take_statement(upload(text, "copy.txt"), by=HeadFactory(), now=timezone.now())

    assert (again.pk, is_new) == (first.pk, False)
    assert Payment.objects.count() == BankStatement.objects.count() == StoredFile.objects.count() == 1


def test_overlapping_files_bring_what_is_missing_and_nothing_twice():
    monday, tuesday, wednesday = (incoming(f"{n}.00", number=str(n)) for n in (1, 2, 3))
    take(statement_text(monday, tuesday))
    second = take(statement_text(tuesday, wednesday))

    assert (second.new_count, second.duplicates_count) == (1, 1)
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [1, 2, 3]
    assert StatementLine.objects.get(number="2").seen_in == second


def test_another_encoding_another_quotation_mark_and_ё_bring_no_second_payment():
    take(statement_text(incoming("1.00", НазначениеПлатежа="Оплата по счёту 7")))
    second = take_statement(
        upload(statement_text(incoming("1.00", НазначениеПлатежа="Оплата по счету 7")), encoding="utf-8"),
        by=HeadFactory(),
        now=timezone.now(),
    )[0]

    assert second.duplicates_count == 1
    assert StatementLine.objects.get().other_purpose == "Оплата по счету 7"


def test_two_equal_payments_stay_two():
    same = incoming("500.00", number="")
    take(statement_text(same))
    take(statement_text(same, same))
    take(statement_text(same, same, version="1.02"))

    assert Payment.objects.count() == 2
    assert sorted(StatementLine.objects.values_list("occurrence", flat=True)) == [1, 2]


def test_payers_are_told_apart_by_cyrillic_letters():
    take(statement_text(incoming("1.00", number="А-1"), incoming("1.00", number="Б-1")))

    assert Payment.objects.count() == 2


def test_files_in_any_order_end_the_same():
    rows = [incoming(f"{n % 3 + 1}.00", number=str(n % 4)) for n in range(8)]
    files = [statement_text(*rows[a:b]) for a, b in ((0, 5), (3, 8), (0, 8))]
    with transaction.atomic():
        for text in files:
            take(text)
        forwards = content()
        transaction.set_rollback(True)
    for text in reversed(files):
        take(text)

    assert content() == forwards


def test_our_own_accounts_say_which_way_money_went():
    SellerFactory(account="40702810900000000099", is_default=False)
    own = outgoing("5.00", ПолучательСчет="40702810900000000099")
    stray = incoming("6.00", ПолучательСчет="", ПлательщикСчет="")
    both_dates = incoming("7.00", ПолучательСчет="", ПлательщикСчет="", ДатаСписано="20.11.2026")
    take(statement_text(own, stray, both_dates))

    by_amount = dict(StatementLine.objects.values_list("amount", "direction"))
    assert by_amount == {Decimal(5): "internal", Decimal(6): "in", Decimal(7): "unknown"}
    assert StatementLine.objects.get(amount=6).by_date_field
    assert Payment.objects.count() == 1


def test_a_natural_person_needs_a_receipt():
    """54-ФЗ: their accounts begin with 40817."""
    take(statement_text(incoming("5.00", ПлательщикСчет="40817810500000000777")))

    assert Payment.objects.get().needs_receipt


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (statement_text(incoming("1.00"), account="40702810000000000001"), "statement_of_another_account"),
        (statement_text(incoming("1.00"), incoming("6.66")).replace("Сумма=6.66", "Сумма=6x"), "statement_bad_sum"),
        (statement_text(incoming("1.00"), end="", ВсегоПоступило="2.00"), "statement_cut_off"),
        ("Здравствуйте!", "statement_unknown_format"),
        ("", "statement_empty"),
    ],
    ids=["another account", "a broken sum", "cut off between documents", "a letter", "empty"],
)
def test_what_cannot_be_taken_leaves_nothing_behind(text, code):
    error = refused(text)

    assert error.code == code
    for model in (BankStatement, StatementAccount, StatementLine, Payment, StoredFile):
        assert not model.objects.exists()


def test_without_its_end_mark_a_file_is_whole_when_the_totals_say_so():
    assert take(statement_text(incoming("1.00"), end="")).warnings


def test_what_a_bank_has_written_never_changes():
    take(statement_text(incoming("1.00")))

    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        StatementLine.objects.update(amount=Decimal(2))
    with pytest.raises(DatabaseError), transaction.atomic():
        StatementLine.objects.all().delete()


def test_a_table_asks_for_its_columns_once_and_knows_them_again():
    head = HeadFactory()
    waiting = take(TABLE, head, "выписка.csv")
    assert (waiting.state, Payment.objects.count()) == ("columns", 0)

    done = point_out_columns(waiting, POSITIONS, ACCOUNT, by=head, now=timezone.now())
    next_one = take(TABLE.replace("65 000,00", "65 001,00"), head, "ещё.csv")

    assert (done.state, next_one.state, done.is_sound) == ("done", "done", False)
    assert Payment.objects.count() == 2
    assert StatementColumns.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "account", "code", "field"),
    [
        ({"purpose": None}, ACCOUNT, "columns_missing", "purpose"),
        ({"purpose": 0}, ACCOUNT, "column_twice", "dated_on"),
        ({}, "1", "account_not_ours", "own_account"),
    ],
)
def test_columns_that_cannot_be_are_refused_at_their_field(change, account, code, field):
    head = HeadFactory()
    statement = take(TABLE, head, "a.csv")
    positions = {name: at for name, at in (POSITIONS | change).items() if at is not None}

    with pytest.raises(StatementError) as caught:
        point_out_columns(statement, positions, account, by=head, now=timezone.now())
    assert (caught.value.code, caught.value.field) == (code, field)


@pytest.fixture
def big(monkeypatch):
    """Every statement is big: a job reads it."""
    monkeypatch.setattr("invoices.actions.statements.SMALL", 0)
    monkeypatch.setattr("invoices.jobs.read_big_statement.delay", lambda pk: None)


def test_a_big_statement_is_read_by_a_job(big):
    statement = take(statement_text(incoming("1.00")))
    assert (statement.state, Payment.objects.count()) == ("queued", 0)

    load_queued(statement.pk, timezone.now())
    load_queued(statement.pk, timezone.now())
    statement.refresh_from_db()
    assert (statement.state, Payment.objects.count()) == ("done", 1)


def test_a_big_statement_that_is_broken_says_why_and_may_be_sent_again(big):
    text = statement_text(incoming("1.00") | {"Дата": "31.02.2026"})
    statement = take(text)
    load_queued(statement.pk, timezone.now())
    statement.refresh_from_db()

    assert statement.state == "refused"
    assert "31.02.2026" in statement.error
    assert not StatementLine.objects.exists()
    assert take(text).pk != statement.pk


def test_who_takes_statements():
    """The right is given person by person; the head and the director have it."""
    text = statement_text(incoming("1.00"))
    for person in (SupportFactory(), SalesFactory(), MarketerFactory(), AdministratorFactory()):
        with pytest.raises(PermissionDenied):
            take(text, person)
    assert not StoredFile.objects.exists()
    for number, person in enumerate((SupportFactory(can_reconcile_payments=True), HeadFactory(), DirectorFactory())):
        assert take(statement_text(incoming(f"{number + 1}.00")), person).loaded_by == person


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_people_with_the_same_file_at_once():
    text, people, start = (
        statement_text(incoming("1.00"), incoming("1.00")),
        [HeadFactory(), DirectorFactory()],
        Barrier(2),
    )

    def load(person: User) -> int:
        start.wait()
        try:
            return take(text, person).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        pks = list(pool.map(load, people))

    assert len(set(pks)) == 1
    assert Payment.objects.count() == 2


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_overlapping_files_of_many_people_at_once():
    rows = [incoming(f"{n % 5 + 1}.00", number=str(n % 7)) for n in range(40)]
    files = [statement_text(*rows[a : a + 16]) for a in range(0, 25, 4)]
    people, start = [HeadFactory() for _ in files], Barrier(len(files))

    def load(person: User, text: str) -> None:
        start.wait()
        try:
            take(text, person)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(files)) as pool:
        list(pool.map(load, people, files))
    at_once = content()

    take(statement_text(*rows))
    assert content() >= at_once
    assert Payment.objects.count() == 40
