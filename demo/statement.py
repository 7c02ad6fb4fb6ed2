"""A bank statement of the demo company, to be uploaded: some payments that are sure, and one of each usual doubt."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from core import moscow
from core.formatting import numeric_date
from invoices.models import Invoice, Seller
from invoices.rules import remainder

FILE = "demo-statement.txt"
OPENING = Decimal("1250400.00")
SURE = 5


@dataclass(frozen=True)
class Came:
    """A payment as the payer's bank would send it. `account` tells who pays: 40702 a company, 40817 a person."""

    amount: Decimal
    payer: str
    inn: str
    purpose: str
    account: str = "40702810500000000777"


def write_statement(today: date) -> Path:
    """Leave the statement of the last working day in the data folder, as a client-bank gives it out; where it lies."""
    day = today - timedelta(days=1)
    while not moscow.is_working_day(day):
        day -= timedelta(days=1)
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    path = settings.VAR_DIR / FILE
    text = statement(Seller.objects.get(is_default=True).account, payments(day), day)
    path.write_bytes(text.encode("cp1251", errors="replace"))
    return path


def payments(day: date) -> list[Came]:
    """Of invoices that wait to be paid: as they ask for it, and otherwise."""
    waiting = Invoice.objects.filter(state=Invoice.State.ISSUED, dated_on__lt=day).with_paid_amount()
    waiting = waiting.filter(due_on__gte=day - timedelta(days=20), partner__city__country="RU")
    owed = [(each, remainder(each.amount, each.paid_amount)) for each in waiting.order_by("-pk")[:60]]
    owed = [(each, left) for each, left in owed if left > 1000 and each.buyer_inn][: SURE + 6]
    came = [_as_asked(invoice, left) for invoice, left in owed[:SURE]]
    for (invoice, left), doubt in zip(owed[SURE:], (_part, _no_number, _other_payer, _more, _person), strict=False):
        came.append(doubt(invoice, left))
    came.append(Came(Decimal(68000), "ООО «Финправо»", "7712345671", "Предоплата за товар, в т.ч. НДС 20%"))
    came.append(Came(Decimal(24000), "ИП Сафина Л. И.", "", "Оплата услуг CRM", "40802810500000000778"))
    return came


def statement(account: str, came: list[Came], day: date) -> str:
    """The text of the 1C exchange, with control totals that agree."""
    total = sum((each.amount for each in came), Decimal(0))
    on = numeric_date(day)
    lines = [
        "1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", "Отправитель=Банк Пример",
        f"ДатаНачала={on}", f"ДатаКонца={on}", f"РасчСчет={account}",
        "СекцияРасчСчет", f"ДатаНачала={on}", f"ДатаКонца={on}", f"РасчСчет={account}",
        f"НачальныйОстаток={OPENING}", f"ВсегоПоступило={total:.2f}", "ВсегоСписано=0.00",
        f"КонечныйОстаток={OPENING + total:.2f}", "КонецРасчСчет",
    ]  # fmt: skip
    for number, each in enumerate(came, start=101):
        lines += [
            "СекцияДокумент=Платежное поручение", f"Номер={number}", f"Дата={on}", f"Сумма={each.amount:.2f}",
            f"ПлательщикСчет={each.account}", f"ПлательщикИНН={each.inn}", f"Плательщик1={each.payer}",
            f"ПолучательСчет={account}", f"ДатаПоступило={on}", f"НазначениеПлатежа={each.purpose}", "КонецДокумента",
        ]  # fmt: skip
    return "\r\n".join([*lines, "КонецФайла", ""])


def _as_asked(invoice: Invoice, left: Decimal) -> Came:
    return Came(left, invoice.buyer_name, invoice.buyer_inn, invoice.purpose)


def _part(invoice: Invoice, left: Decimal) -> Came:
    half = (left / 2).quantize(Decimal("1."))
    return Came(half, invoice.buyer_name, invoice.buyer_inn, f"Оплата по счёту № {invoice.number} частично, без НДС")


def _no_number(invoice: Invoice, left: Decimal) -> Came:
    return Came(left, invoice.buyer_name, invoice.buyer_inn, "Оплата по договору за услуги, без НДС")


def _other_payer(invoice: Invoice, left: Decimal) -> Came:
    purpose = f"За {invoice.buyer_name} по счёту {invoice.number} без НДС"
    return Came(left, "ИП Лукин А. С.", "500100732259", purpose, "40802810500000000779")


def _more(invoice: Invoice, left: Decimal) -> Came:
    purpose = f"Счёт {invoice.number} от {numeric_date(invoice.dated_on)}. НДС не облагается"
    return Came(left + 5000, invoice.buyer_name, invoice.buyer_inn, purpose)


def _person(invoice: Invoice, left: Decimal) -> Came:
    return Came(left, invoice.buyer_name, invoice.buyer_inn, invoice.purpose, "40817810500000000780")
