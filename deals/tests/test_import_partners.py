"""manage.py import_partners: the partner list of another CRM, with every fault that such lists have."""

import re
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pghistory.models
import pytest
from django.core.management import CommandError, call_command

import partners
from accounts.tests.factories import SupportFactory
from catalog.tests.factories import PackageFactory, ServiceFactory
from deals.models import Deal
from partners.models import Contact, LegalKind, Partner

pytestmark = pytest.mark.django_db

SAMPLE = Path(partners.__file__).parent / "tests/data/partners-export.csv"
HEADINGS = "ID;Название;Город;ИНН;Телефон;E-mail;Пакет;Дата оплаты;Сумма;Ответственный;Комментарий"


@pytest.fixture(autouse=True)
def company():
    for first, last in [("Ольга", "Мартынова"), ("Светлана", "Ким"), ("Илья", "Демченко"), ("Дарья", "Лосева")]:
        SupportFactory(first_name=first, last_name=last)
    prices = {
        ("Старт", 3): 48_000,
        ("Стандарт", 3): 84_000,
        ("Стандарт", 6): 150_000,
        ("Бизнес", 6): 200_000,
        ("Премиум", 6): 270_000,
    }
    for (name, months), price in prices.items():
        PackageFactory(name=name, term_months=months, service=ServiceFactory(price=Decimal(price)))


@pytest.fixture
def load(tmp_path):
    """Import these lines below the usual headings; the answer is what the command said."""

    def run(*lines, encoding="utf-8", **options):
        file = tmp_path / "partners.csv"
        file.write_text("\n".join([HEADINGS, *lines]) + "\n", encoding=encoding)
        return said(file, **options)

    return run


def numbers(line):
    return [int(number) for number in re.findall(r"\d+", line)]


def said(file, **options):
    out = StringIO()
    call_command("import_partners", file, stdout=out, **options)
    return out.getvalue()


def test_good_rows_are_loaded_bad_ones_named_by_line_and_reason_and_a_second_run_adds_nothing():
    first, second = said(SAMPLE).splitlines(), said(SAMPLE).splitlines()

    assert Partner.objects.count() == Deal.objects.open().count() == 293
    assert len(first) == 8
    for line, fault in [
        (13, "0035379905"),
        (25, "Нью-Васюки"),
        (39, "№"),
        (43, "ИП Ермеков Д. К."),
        (54, "31.02.2026"),
        (74, "сто тысяч"),
        (80, "не почта"),
    ]:
        assert any(f" {line}, " in each and fault in each for each in first), (line, fault)
    assert numbers(first[-1]) == [293, 1, 6]
    assert numbers(second[-1]) == [0, 294, 6]


def test_a_dry_run_shows_every_row_and_writes_nothing(load):
    answer = load(
        "1;ООО «А»;Омск;;;;;;;Ким Светлана;", "2;ООО «Б»;Нигде;;;;;;;Ким Светлана;", dry_run=True
    ).splitlines()

    assert "ООО «А»" in answer[0] and "Нигде" in answer[1]
    assert numbers(answer[-1]) == [1, 0, 1]
    assert not Partner.objects.exists() and not Deal.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
def test_the_encoding_is_found_by_itself(load, encoding):
    load("1;ИП Ёжиков;Орёл;;;;;;;Ким Светлана;", encoding=encoding)

    assert Partner.objects.get().name == "ИП Ёжиков"


def test_a_row_becomes_a_partner_with_its_contact_and_an_open_renewal_deal(load):
    load(
        "7;ИП Белкин П. Р.;  екатеринбург ;500100732259;8 (900) 000-11-52, доб. 12;b@example.ru;Стандарт;12.05.2026;"
        '"94 000";Ким Светлана;"Скидка 7 %; звонить утром"'
    )

    partner = Partner.objects.get()
    deal = partner.deals.get()
    contact = partner.contacts.get()
    assert (partner.name, partner.legal_kind, partner.inn) == (
        "ИП Белкин П. Р.",
        LegalKind.ENTREPRENEUR,
        "500100732259",
    )
    assert (partner.city.name, partner.manager.last_name, partner.partner_since) == (
        "Екатеринбург",
        "Ким",
        date(2026, 5, 12),
    )
    assert (contact.phone, contact.phone_extension, contact.email) == ("+79000001152", "12", "b@example.ru")
    assert (deal.stage.role, deal.manager, deal.contact) == ("healthy", partner.manager, contact)
    assert (deal.package.name, deal.package.term_months, deal.amount) == ("Стандарт", 3, Decimal("94000.00"))
    assert (deal.term_starts_on, deal.term_ends_on) == (date(2026, 5, 12), date(2026, 8, 11))
    assert deal.main_comment == "Скидка 7 %; звонить утром"
    assert deal.stage_changes.get().to_stage == deal.stage


@pytest.mark.parametrize(
    ("amount", "months", "kept", "discount"),
    [("132000,00", 6, "132000.00", "12.00"), ("72000", 3, "72000.00", "14.29"), ("210000.00", 6, "210000.00", "0.00")],
)
def test_of_packages_of_one_name_the_one_with_the_nearest_price_is_taken(load, amount, months, kept, discount):
    load(f"1;ООО «А»;Омск;;;;Стандарт;;{amount};Ким Светлана;")

    deal = Deal.objects.get()
    assert (deal.package.term_months, deal.amount, deal.discount_percent) == (months, Decimal(kept), Decimal(discount))


def test_a_payment_that_lies_ahead_is_expected_on_its_day(load):
    load("1;ООО «А»;Омск;;;;Старт;31.12.2099;48000;Ким Светлана;")

    deal = Deal.objects.get()
    assert (deal.expected_payment_on, deal.term_starts_on) == (date(2099, 12, 31), None)


def test_the_zeros_that_a_spreadsheet_took_from_a_tax_number_come_back(load):
    load("1;ООО «А»;Самара;3082467;;;;;;Ким Светлана;")

    assert Partner.objects.get().inn == "0003082467"


@pytest.mark.parametrize(
    ("city", "number", "phone", "kept"),
    [
        ("Алма-Ата", "971240001315", "8 701 123 45 67", "+77011234567"),
        ("Киев", "14360570", "050 123-45-67", "+380501234567"),
        ("Киев", "7707083893", "8 (900) 000-89-44", "+79000008944"),
    ],
)
def test_numbers_and_phones_are_those_of_the_citys_country_or_of_russia(load, city, number, phone, kept):
    load(f"1;ООО «А»;{city};{number};{phone};;;;;Ким Светлана;")

    assert Partner.objects.get().inn == number
    assert Contact.objects.get().phone == kept


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("1;;Омск;;;;;;;Ким Светлана;", ""),
        ("1;ООО «А»;;;;;;;;Ким Светлана;", ""),
        ("1;ООО «А»;Омск;;;;;;;;", ""),
        ("1;ООО «А»;Омск;;;;;;;Пупкин Василий;", "Пупкин Василий"),
        ("1;ООО «А»;Омск;;;;Платина;;;Ким Светлана;", "Платина"),
        ("1;ООО «А»;Омск;971240001315;;;;;;Ким Светлана;", "971240001315"),
        ("1;ООО «А»;Омск;;123;;;;;Ким Светлана;", "123"),
        ("1;ООО «А»;Омск;;;;;;-5;Ким Светлана;", "-5"),
        (f"1;{'А' * 161};Омск;;;;;;;Ким Светлана;", "160"),
        ("1;ООО; «А»;Омск;;;;;;;Ким Светлана;;лишнее", ""),
    ],
    ids=["name", "city", "no manager", "manager", "package", "tax number", "phone", "sum", "long name", "shifted"],
)
def test_a_faulty_row_is_told_and_the_row_after_it_is_loaded(load, line, fault):
    answer = load(line, "2;ООО «Б»;Омск;;;;;;;Ким Светлана;")

    assert [partner.name for partner in Partner.objects.all()] == ["ООО «Б»"]
    assert fault in answer.splitlines()[0]


def test_all_faults_of_a_row_are_told_at_once(load):
    answer = load("1;ООО «А»;Нигде;123;;нет;;32.13.2026;;Никто;")

    assert all(fault in answer for fault in ["Нигде", "123", "нет", "32.13.2026", "Никто"])


def test_a_partner_that_is_here_under_another_number_is_not_doubled(load):
    load("1;ООО «А»;Омск;7707083893;;;;;;Ким Светлана;", "2;ООО «Б»;Омск;;;;;;;Ким Светлана;")

    load("3;ООО «Другое имя»;Томск;7707083893;;;;;;Ким Светлана;", ";ООО «б»;омск;;;;;;;Ким Светлана;")

    assert Partner.objects.count() == 2


def test_namesakes_with_different_tax_numbers_are_two_partners(load):
    load("1;ООО «А»;Омск;7707083893;;;;;;Ким Светлана;", "2;ООО «А»;Омск;7736050003;;;;;;Ким Светлана;")

    assert Partner.objects.count() == 2


def test_the_audit_says_that_the_partner_was_imported(load):
    load("1;ООО «А»;Омск;;;;;;;Ким Светлана;")

    event = Partner.objects.get().events.get()
    assert pghistory.models.Context.objects.get(pk=event.pgh_context_id).metadata["action"] == "partner.import"


def test_a_file_that_cannot_be_read_is_one_clear_sentence(tmp_path):
    with pytest.raises(CommandError, match=r"missing\.csv"):
        said(tmp_path / "missing.csv")
    nonsense = tmp_path / "nonsense.csv"
    nonsense.write_text("Просто текст", encoding="utf-8")
    with pytest.raises(CommandError, match="Название компании"):
        said(nonsense)
