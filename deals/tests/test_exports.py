"""Rows taken away as files: the same filter and columns as the list, no formulas, bounded, written down."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.tests.factories import AdministratorFactory, HeadFactory, MarketerFactory, SalesFactory, SupportFactory
from core import spreadsheets
from deals import exports as bounds
from deals.models import Export
from deals.tests.factories import DealFactory, HandoffFactory, TaskFactory
from deals.views import exports as views
from partners.tests.factories import MetricsFactory, PartnerFactory

pytestmark = pytest.mark.django_db
URL, PARTNERS = "/deals/bulk/renewal/export/", "/partners/bulk/export/"
HOSTILE = ["=1+1", "+7 900 000-14-27", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")', "＝1+1"]


@pytest.fixture
def manager(client):
    person = SupportFactory()
    client.force_login(person)
    return person


def deal_of(manager, name="ООО «Вектор»", **fields):
    return DealFactory(partner=PartnerFactory(name=name, manager=manager), **fields)


def csv_of(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def sheet_of(answer):
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return book.active


def test_csv_opens_in_a_russian_excel(client, manager):
    deal = deal_of(manager, amount=Decimal("186000.50"))

    answer = client.post(URL, {"everything": "1", "format": "csv"})
    raw = b"".join(answer.streaming_content)

    assert raw.startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";")
    assert (row["№"], row["Партнёр"]) == (str(deal.pk), "ООО «Вектор»")
    assert (row["Сумма, ₽"], row["Договор до"]) == ("186000,50", "30.11.2026")
    assert answer["Content-Type"].startswith("text/csv")


def test_xlsx_has_real_dates_and_numbers(client, manager):
    deal = deal_of(manager, amount=Decimal("186000.50"))
    task = TaskFactory(deal=deal)

    sheet = sheet_of(client.post(URL, {"everything": "1", "format": "xlsx"}))

    heads = [cell.value for cell in sheet[1]]
    row = dict(zip(heads, sheet[2], strict=True))
    assert row["Сумма, ₽"].value == 186000.5
    assert row["Договор до"].value == datetime(2026, 11, 30)
    assert row["Договор до"].number_format == "DD.MM.YYYY"
    assert row["Следующее дело"].value.minute == task.due_at.minute, "a moment in Moscow"
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("name", HOSTILE)
def test_what_looks_like_a_formula_is_text(client, manager, name):
    deal_of(manager, name=name)

    [row] = csv_of(client.post(URL, {"everything": "1", "format": "csv"}))
    cell = sheet_of(client.post(URL, {"everything": "1", "format": "xlsx"}))["B2"]

    assert row["Партнёр"].startswith("'")
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert cell.value.strip() == name.replace("\r", "\n").strip()


def test_characters_that_no_sheet_may_hold_are_left_out():
    file = io.BytesIO()

    spreadsheets.write_xlsx("a/b:c", ["x"], [["a\x01b\x7f\ufffe"]], file)

    assert load_workbook(file).active["A2"].value == "ab"


def test_the_filter_and_the_order_are_those_of_the_list(client, manager):
    for amount in (10_000, 30_000, 20_000):
        deal_of(manager, name=f"ИП {amount}", amount=amount)
    deal_of(SupportFactory(), name="Чужой", amount=90_000)

    rows = csv_of(client.post(f"{URL}?amount_from=15000&sort=-amount", {"everything": "1", "format": "csv"}))

    assert [row["Партнёр"] for row in rows] == ["ИП 30000", "ИП 20000"]


def test_only_the_chosen_rows_go_and_a_strangers_refuses_all(client, manager):
    chosen, _other = deal_of(manager, name="Да"), deal_of(manager, name="Нет")
    foreign = deal_of(SupportFactory())

    rows = csv_of(client.post(URL, {"pick": [chosen.pk], "format": "csv"}))
    mixed = client.post(URL, {"pick": [chosen.pk, foreign.pk], "format": "csv"})

    assert [row["Партнёр"] for row in rows] == ["Да"]
    assert mixed.status_code == 404
    assert Export.objects.count() == 1, "what was refused was not taken away"


def test_the_columns_are_those_that_the_person_sees_and_has_chosen(client, manager):
    deal_of(manager)

    own = csv_of(client.post(f"{URL}?columns=stage&columns=manager", {"everything": "1", "format": "csv"}))
    client.force_login(HeadFactory())
    heads = csv_of(client.post(URL, {"everything": "1", "format": "csv"}))

    assert list(own[0]) == ["№", "Партнёр", "Статус"], "a manager's own list has no managers"
    assert heads[0]["Менеджер"] == str(manager)


def test_partners_go_with_their_figures(client, manager):
    deal = deal_of(manager)
    MetricsFactory(partner=deal.partner, requests=7)
    PartnerFactory(manager=manager, name="ИП Без сделки")

    rows = csv_of(client.post(PARTNERS, {"everything": "1", "format": "csv"}))
    few = csv_of(client.post(f"{PARTNERS}?view=few", {"everything": "1", "format": "csv"}))
    picked = sheet_of(client.post(PARTNERS, {"pick": [deal.partner_id], "format": "xlsx"}))

    assert [row["Партнёр"] for row in rows] == ["ИП Без сделки", "ООО «Вектор»"]
    assert [(row["Заявки"], row["Договор до"]) for row in few] == [("7", "30.11.2026")]
    assert picked.max_row == 2


def test_who_may_take_rows_away(client):
    handoff = HandoffFactory()
    DealFactory()

    for person, allowed in ((handoff.sold_by, 200), (MarketerFactory(), 403), (AdministratorFactory(), 403)):
        client.force_login(person)
        for url in ("/deals/bulk/new/export/", PARTNERS):
            assert client.post(url, {"everything": "1", "format": "csv"}).status_code == allowed
    client.force_login(SalesFactory())
    assert client.post("/deals/bulk/new/export/", {"everything": "1", "format": "csv"}).status_code == 302


def test_every_file_is_written_down_for_good(client, manager):
    deal_of(manager)

    client.post(f"{URL}?task=none", {"everything": "1", "format": "xlsx"})

    [export] = Export.objects.all()
    assert (export.by, export.permission, export.row_count) == (manager, "deal.export", 1)
    assert (export.query, export.file_format, export.is_choice) == ("task=none", "xlsx", False)
    with pytest.raises(DatabaseError), transaction.atomic():
        Export.objects.update(row_count=0)


def test_too_many_rows_are_told_and_nothing_goes(client, manager, monkeypatch):
    monkeypatch.setattr(views, "MOST_EXPORTED", 1)
    deal_of(manager), deal_of(manager)

    answer = client.post(URL, {"everything": "1", "format": "csv", "next": "/deals/board/renewal/?layout=list"})

    assert bounds.MOST_EXPORTED == 10_000
    assert answer.url == "/deals/board/renewal/?layout=list"
    assert "сузьте фильтр" in client.get(answer.url).content.decode()
    assert not Export.objects.exists()


def test_nothing_chosen_is_told(client, manager):
    answer = client.post(URL, {"format": "csv"}, follow=True)

    assert "Выгружать нечего" in answer.content.decode()


@pytest.mark.parametrize(
    "sent", [{"everything": "1"}, {"everything": "1", "format": "exe"}, {"pick": "x", "format": "csv"}]
)
def test_a_strange_request_is_not_found(client, manager, sent):
    assert client.post(URL, sent).status_code == 404


def test_the_name_is_latin_for_old_programs_and_russian_for_the_others(client, manager):
    deal_of(manager)

    header = client.post(URL, {"everything": "1", "format": "csv"})["Content-Disposition"]

    assert header.startswith('attachment; filename="prodleniya-')
    assert "filename*=UTF-8''%D0%9F%D1%80%D0%BE%D0%B4%D0%BB%D0%B5%D0%BD%D0%B8%D1%8F%20" in header
    assert header.isascii()


@pytest.mark.parametrize("url", [URL, PARTNERS])
def test_a_long_file_asks_no_more_than_a_short_one(client, manager, url):
    deal_of(manager)
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            b"".join(client.post(url, {"everything": "1", "format": "csv"}).streaming_content)
        counts.append(len(queries))
        for _number in range(12):
            deal_of(manager)

    assert counts[0] == counts[1]


def test_days_are_days_and_nothing_is_nothing():
    file = io.BytesIO()

    spreadsheets.write_csv(["a", "b", "c"], [[date(2026, 11, 3), None, Decimal("5")]], file)

    assert file.getvalue().decode("utf-8-sig") == "a;b;c\r\n03.11.2026;;5,00\r\n"
