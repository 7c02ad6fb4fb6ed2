"""Statements as banks would write them, for the tests: invented, with control totals that agree."""

from datetime import date
from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile

ACCOUNT = "40702810138250123017"
"""The account of SellerFactory."""

PAYER = "40702810500000000777"
DAY = date(2026, 11, 20)


def incoming(amount: str, number: str = "15", **fields: str) -> dict[str, str]:
    """A payment order that came in; any key of the format may be given instead."""
    return {
        "kind": "Платежное поручение",
        "Номер": number,
        "Дата": f"{DAY:%d.%m.%Y}",
        "Сумма": amount,
        "ПлательщикСчет": PAYER,
        "ПлательщикИНН": "7712345671",
        "Плательщик1": "ООО «Щит и право»",
        "ПолучательСчет": ACCOUNT,
        "ДатаПоступило": f"{DAY:%d.%m.%Y}",
        "ПолучательИНН": "7700000016",
        "Получатель1": "ООО «ЛБГ Партнёр»",
        "НазначениеПлатежа": "Оплата услуг. БЕЗ НДС",
    } | fields


def outgoing(amount: str, number: str = "8", **fields: str) -> dict[str, str]:
    return {
        "kind": "Банковский ордер",
        "Номер": number,
        "Дата": f"{DAY:%d.%m.%Y}",
        "Сумма": amount,
        "ПлательщикСчет": ACCOUNT,
        "ДатаСписано": f"{DAY:%d.%m.%Y}",
        "ПолучательСчет": PAYER,
        "НазначениеПлатежа": "Комиссия банка",
    } | fields


def statement_text(
    *documents: dict[str, str],
    account: str = ACCOUNT,
    version: str = "1.03",
    opening: str = "100000.00",
    first: date = DAY,
    last: date = DAY,
    end: str = "КонецФайла",
    **balances: str,
) -> str:
    """The whole file; balances are computed unless given: ВсегоПоступило="1.00"."""
    came = sum((Decimal(each["Сумма"]) for each in documents if each.get("ПолучательСчет") == account), Decimal(0))
    went = sum((Decimal(each["Сумма"]) for each in documents if each.get("ПлательщикСчет") == account), Decimal(0))
    totals = {
        "НачальныйОстаток": opening,
        "ВсегоПоступило": f"{came:.2f}",
        "ВсегоСписано": f"{went:.2f}",
        "КонечныйОстаток": f"{Decimal(opening) + came - went:.2f}",
    } | balances
    period = [f"ДатаНачала={first:%d.%m.%Y}", f"ДатаКонца={last:%d.%m.%Y}"]
    lines = ["1CClientBankExchange", f"ВерсияФормата={version}", "Кодировка=Windows", *period, f"РасчСчет={account}"]
    lines += ["СекцияРасчСчет", *period, f"РасчСчет={account}"]
    lines += [f"{key}={value}" for key, value in totals.items()] + ["КонецРасчСчет"]
    for document in documents:
        lines.append(f"СекцияДокумент={document['kind']}")
        lines += [f"{key}={value}" for key, value in document.items() if key != "kind"]
        lines.append("КонецДокумента")
    return "\r\n".join([*lines, end, ""])


def source(text: str, encoding: str = "cp1251") -> BytesIO:
    return BytesIO(text.encode(encoding))


def upload(text: str | bytes, name: str = "kl_to_1c.txt", encoding: str = "cp1251") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode(encoding))
