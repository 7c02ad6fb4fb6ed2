"""Bank statements as files: every bank's dialect is read, and what is broken is refused whole, with the line."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoices.statements import Direction, Document, Statement, StatementError, read_statement
from invoices.statements.parsed import parse_day, parse_money
from invoices.statements.table import Columns, layout
from invoices.tests.statement_files import ACCOUNT, incoming, outgoing, source, statement_text


def read(
    text: str | bytes, encoding: str = "cp1251", columns: Columns | None = None
) -> tuple[Statement, list[Document]]:
    content = BytesIO(text) if isinstance(text, bytes) else source(text, encoding)
    statement = read_statement(content, columns)
    return statement, list(statement.documents)


def refused(text: str | bytes, encoding: str = "cp1251") -> StatementError:
    with pytest.raises(StatementError) as caught:
        read(text, encoding)
    return caught.value


USUAL = statement_text(incoming("65000.00"), outgoing("83.23"))


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "koi8-r", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_the_encoding_is_told_by_the_bytes_whatever_the_header_says(encoding, newline):
    statement, documents = read(USUAL.replace("«", '"').replace("»", '"').replace("\r\n", newline), encoding)

    assert statement.encoding == encoding
    assert statement.declared_encoding == "Windows"
    assert [each.amount for each in documents] == [Decimal("65000.00"), Decimal("83.23")]
    assert documents[0].payer.name == 'ООО "Щит и право"'
    assert statement.has_end


@pytest.mark.parametrize("version", ["1.01", "1.02", "1.03"])
def test_all_versions_are_read_by_key(version):
    statement, documents = read(statement_text(incoming("10"), version=version))
    account = statement.accounts[0]

    assert statement.version == version
    assert (account.number, account.incoming, account.closing) == (ACCOUNT, Decimal(10), Decimal("100010.00"))
    assert (account.starts_on, documents[0].received_on) == (date(2026, 11, 20), date(2026, 11, 20))


def changed(old: str, new: str, text: str = USUAL) -> str:
    assert old in text
    return text.replace(old, new)


QUIRKS = {
    "both dates, one empty": changed("ДатаПоступило=20.11.2026", "ДатаПоступило=20.11.2026\r\nДатаСписано="),
    "keys in capitals": changed("СекцияРасчСчет", "СЕКЦИЯРАСЧСЧЕТ", changed("НачальныйОстаток", "НАЧАЛЬНЫЙОСТАТОК")),
    "the end mark of Alfa": changed("КонецФайла", "КонецВыписки"),
    "blank lines and no last newline": USUAL.replace("\r\n", "\r\n\r\n").rstrip(),
    "a section word without a value": changed("СекцияДокумент=Банковский ордер", "СекцияДокумент"),
    "a quoted section": changed("СекцияДокумент=Банковский ордер", 'СекцияДокумент="Банковский ордер"'),
    "spaces around": changed("Сумма=65000.00", " Сумма = 65000.00 "),
    "a decimal comma": changed("Сумма=65000.00", "Сумма=65 000,00"),
    "kopecks after a dash": changed("Сумма=65000.00", "Сумма=65000-00"),
    "a name with its INN": changed("Плательщик1=ООО «Щит и право»", "Плательщик=ИНН 7712345671 ООО «Щит и право»"),
    "a day with a time": changed("Дата=20.11.2026", "Дата=20.11.2026 00:00:00"),
    "a key twice": changed("Сумма=65000.00", "Сумма=65000.00\r\nСумма="),
    "tax fields with 0": changed("Сумма=65000.00", "Сумма=65000.00\r\nПоказательДаты=0\r\nПлательщикКПП=0"),
    "a damaged period in the header": changed("ДатаКонца=20.11.2026\r\nРасчСчет", "ДатаКонца=20.1x\r\nРасчСчет"),
    "two different newlines": USUAL.replace("\r\n", "\n", 7),
    "daily account sections": changed(
        "СекцияДокумент=Плат", "СекцияРасчСчет\r\nКонечныйОстаток=1\r\nКонецРасчСчет\r\nСекцияДокумент=Плат"
    ),
}


@pytest.mark.parametrize("text", QUIRKS.values(), ids=QUIRKS)
def test_quirks_of_banks_are_read(text):
    statement, documents = read(text)

    assert [each.amount for each in documents] == [Decimal("65000.00"), Decimal("83.23")]
    assert documents[0].payer.name == "ООО «Щит и право»"
    assert documents[0].payer.inn == "7712345671"
    assert statement.has_end


def test_a_last_line_in_another_encoding_is_still_the_end():
    body = USUAL.removesuffix("КонецФайла\r\n").encode("cp1251") + "КонецФайла".encode()

    assert read(body)[0].has_end


def test_the_purpose_is_put_together_from_its_parts_only_when_it_is_missing():
    parts = {"НазначениеПлатежа": "", "НазначениеПлатежа1": "Оплата по счёту", "НазначениеПлатежа2": "№ 1184"}
    whole = {"НазначениеПлатежа": "Оплата", "НазначениеПлатежа1": "Оплата"}

    assert read(statement_text(incoming("1", **parts)))[1][0].purpose == "Оплата по счёту № 1184"
    assert read(statement_text(incoming("1", **whole)))[1][0].purpose == "Оплата"
    broken = read(changed("НазначениеПлатежа=Комиссия банка", "НазначениеПлатежа=Комиссия\r\nбанка"))[1][1]
    assert broken.purpose == "Комиссия банка"


def test_what_banks_write_of_numbers_and_names_is_kept_as_text():
    odd = {"Номер": "БА8170433", "ПлательщикИНН": "1231231231231", "ПлательщикСчет": "12312312312312312"}
    odd |= {"Плательщик1": 'ООО "НПП "Х"'}
    document = read(statement_text(incoming("1", **odd)))[1][0]

    assert (document.number, document.payer.inn, document.payer.name) == ("БА8170433", "1231231231231", 'ООО "НПП "Х"')


KAZAKH = """1CClientBankExchange
ВерсияФормата=2.00
Кодировка=UTF-8
РасчСчет=KZ86125KZT1001300335
СЕКЦИЯРАСЧСЧЕТ
РасчСчет=KZ86125KZT1001300335
ВсегоПоступило=50000.00
ВсегоСписано=0.00
КонецРасчСчет
СекцияДокумент="Выписка"
ВидДокумента=Платежное поручение
НомерДокумента=17
ДатаДокумента=20.11.2026
ДатаОперации=21.11.2026
СуммаПриход=50000.00
СуммаРасход=
ПлательщикНаименование=ТОО Правозащита Юг
ПлательщикБИН_ИИН=123456789012
ПлательщикИИК=KZ111111111111111111
ПлательщикБанкБИК=KCJBKZKX
ПолучательИИК=KZ86125KZT1001300335
НазначениеПлатежа=Оплата по счёту 1180
КонецДокумента
"""


def test_the_kazakh_dialect_is_a_map_of_keys():
    statement, (document,) = read(KAZAKH, "utf-8")

    assert (document.kind, document.number, document.sign) == ("Платежное поручение", "17", Direction.IN)
    assert (document.amount, document.posted_on) == (Decimal("50000.00"), date(2026, 11, 21))
    assert (document.payer.name, document.payer.inn) == ("ТОО Правозащита Юг", "123456789012")
    assert document.payer.bank_code == "KCJBKZKX"
    assert not statement.has_end


FIRST, SECOND = (USUAL[: USUAL.index(f"СекцияДокумент={kind}")].count("\n") + 1 for kind in ("Плат", "Банк"))
"""The lines where the two documents begin."""

BROKEN = {
    "cut in a document": (USUAL[: USUAL.index("НазначениеПлатежа=Комиссия")], "statement_cut_off", SECOND),
    "a section inside a section": (changed("КонецРасчСчет\r\n", ""), "statement_cut_off", 7),
    "an end without a beginning": (changed("СекцияРасчСчет\r\n", ""), "statement_broken", FIRST - 2),
    "a sum that is none": (changed("Сумма=65000.00", "Сумма=шесть"), "statement_bad_sum", FIRST),
    "a negative sum": (changed("Сумма=65000.00", "Сумма=-65000.00"), "statement_bad_sum", FIRST),
    "three decimals": (changed("Сумма=65000.00", "Сумма=65000.005"), "statement_bad_sum", FIRST),
    "no sum": (changed("Сумма=65000.00\r\n", ""), "statement_no_sum", FIRST),
    "a day that is none": (changed("Дата=20.11.2026", "Дата=31.02.2026"), "statement_bad_day", FIRST),
    "words between": (changed("КонецРасчСчет\r\n", "КонецРасчСчет\r\nпривет\r\n"), "statement_not_understood", FIRST),
    "an endless line": (changed("Комиссия банка", "К" * 5000), "statement_line_too_long", SECOND + 7),
}


@pytest.mark.parametrize(("text", "code", "line"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_with_the_line(text, code, line):
    error = refused(text)

    assert (error.code, error.line, error.field) == (code, line, "file")
    assert str(line) in error.message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"***** ^Type=400^ ^Acc=BY86^", "Client-Bank"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04....", "XLSX"),
        (b"{1:F01SABRRUMM}", "MT940"),
    ],
)
def test_a_file_of_another_format_is_named(content, words):
    error = refused(content)

    assert error.code == "statement_other_format"
    assert words in error.message


@pytest.mark.parametrize("content", [b"", b"hello", b"\x00" * 50, "Привет, это письмо".encode(), b"\xff\xfe\x00"])
def test_what_is_no_statement_is_refused(content):
    assert refused(content).code == "statement_unknown_format"


def test_a_document_for_nothing_is_left_out_and_told():
    statement, documents = read(statement_text(incoming("0.00"), incoming("5.00")))

    assert [each.amount for each in documents] == [Decimal(5)]
    assert str(FIRST) in statement.warnings[0]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("123.45", "123.45"), ("123,4", "123.40"), ("1 234 567", "1234567"), ("12345-67", "12345.67"),
        ("1\u00a0000,00", "1000"), ("1'000.50", "1000.50"),
    ],
)  # fmt: skip
def test_sums_as_banks_write_them(text, amount):
    assert parse_money(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "-5", "1.234", "1,234.00", "1e5", "٣", "NaN", "99999999999999"])
def test_what_is_no_sum(text):
    assert parse_money(text) is None


def test_days_as_banks_write_them():
    assert parse_day("1.2.2026") == parse_day("01.02.26") == parse_day("2026-02-01T10:00:00") == date(2026, 2, 1)
    assert [parse_day(text) for text in ("31.02.2026", "0", "01.02.0026", "yesterday")] == [None] * 4


# --- camt.053 ----------------------------------------------------------------------------------------------------

CAMT = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.05"><BkToCstmrStmt><Stmt>
<FrToDt><FrDtTm>2026-11-20T00:00:00</FrDtTm><ToDtTm>2026-11-20T23:59:59</ToDtTm></FrToDt>
<Acct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="RUB">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="RUB">600.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<TxsSummry><TtlCdtNtries><Sum>500.00</Sum></TtlCdtNtries><TtlDbtNtries><Sum>0.00</Sum></TtlDbtNtries></TxsSummry>
<Ntry><Amt Ccy="RUB">500.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>
<NtryDtls><TxDtls><Refs><InstrId>77</InstrId></Refs><RltdPties>
<Dbtr><Nm>ООО «Щит и право»</Nm><Id><OrgId><Othr><Id>7712345671</Id><SchmeNm><Cd>TXID</Cd></SchmeNm></Othr></OrgId></Id></Dbtr>
<DbtrAcct><Id><Othr><Id>40702810500000000777</Id></Othr></Id></DbtrAcct></RltdPties>
<RltdAgts><DbtrAgt><FinInstnId><ClrSysMmbId><MmbId>044525225</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt></RltdAgts>
<RmtInf><Ustrd>Счёт № 1184</Ustrd><Ustrd>БЕЗ НДС</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="RUB">9.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry>
</Stmt></BkToCstmrStmt></Document>"""  # noqa: E501


def test_camt_053_is_read():
    statement, (document,) = read(CAMT.encode())
    account = statement.accounts[0]

    assert (statement.format, statement.version) == ("camt053", "053.001.05")
    assert (account.number, account.opening, account.closing, account.incoming) == (ACCOUNT, 100, 600, 500)
    assert (document.number, document.amount, document.sign) == ("77", Decimal("500.00"), Direction.IN)
    assert (document.payer.name, document.payer.inn) == ("ООО «Щит и право»", "7712345671")
    assert (document.payer.account, document.payee.account) == ("40702810500000000777", ACCOUNT)
    assert document.purpose == "Счёт № 1184 БЕЗ НДС"


def test_a_cut_camt_and_one_with_entities_are_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'

    assert refused(CAMT[:900].encode()).code == "statement_broken"
    assert refused(CAMT.replace("<Document", bomb + "<Document", 1).encode()).code == "statement_broken"


# --- CSV ---------------------------------------------------------------------------------------------------------

TABLE = """Выписка по счёту;;;;;
Дата;№ документа;Дебет;Кредит;Контрагент;ИНН;Назначение платежа
20.11.2026;15;;"65 000,00";ООО «Щит и право»;7712345671;"Оплата; БЕЗ НДС"
20.11.2026;8;83,23;;Банк;;Комиссия
;;;;;;
"""
POSITIONS = {"dated_on": 0, "number": 1, "outgoing": 2, "incoming": 3, "name": 4, "inn": 5, "purpose": 6}


def test_a_table_is_read_by_its_columns():
    shape = layout(source(TABLE), "cp1251")
    statement, documents = read(TABLE, columns=Columns(ACCOUNT, POSITIONS))

    assert shape.heads[0] == "Дата"
    assert shape.guesses() == POSITIONS
    assert [(each.sign, each.amount) for each in documents] == [("in", Decimal(65000)), ("out", Decimal("83.23"))]
    assert documents[0].purpose == "Оплата; БЕЗ НДС"
    assert (statement.starts_on, statement.account_numbers) == (date(2026, 11, 20), [ACCOUNT])


def test_a_table_asks_for_its_columns_once():
    assert refused(TABLE).code == "statement_needs_columns"


def test_a_minus_in_the_only_column_of_sums_is_money_that_went_out():
    text = "Дата;Сумма;Назначение\n20.11.2026;-5,00;Комиссия\n20.11.2026;+7,00;Оплата\n"
    _statement, documents = read(text, columns=Columns(ACCOUNT, {"dated_on": 0, "incoming": 1, "purpose": 2}))

    assert [(each.sign, each.amount) for each in documents] == [("out", Decimal(5)), ("in", Decimal(7))]


# --- Whatever comes ----------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(codec="cp1251", exclude_categories=["C", "Z"]), min_size=1, max_size=40)
AMOUNT = st.decimals(Decimal("0.01"), Decimal("9999999999.99"), places=2)


@settings(max_examples=60)
@given(st.lists(st.tuples(AMOUNT, TEXT, TEXT, st.booleans()), max_size=5))
def test_what_is_written_is_read_back(rows):
    made = [
        (incoming if comes else outgoing)(f"{amount:.2f}", number=number, НазначениеПлатежа=f"№ {purpose}")
        for amount, number, purpose, comes in rows
    ]
    _statement, documents = read(statement_text(*made))

    assert [(f"{each.amount:.2f}", each.number, each.purpose) for each in documents] == [
        (each["Сумма"], each["Номер"], each["НазначениеПлатежа"]) for each in made
    ]


@settings(max_examples=200)
@given(st.integers(0, len(USUAL)), st.binary(max_size=12), st.integers(0, 40))
def test_damage_is_read_or_refused_but_never_breaks(at, put, cut):
    content = USUAL.encode("cp1251")
    try:
        read(content[:at] + put + content[at + cut :])
    except StatementError as error:
        assert error.message
