"""What is written to a partner with an invoice: the texts they begin with and what is filled into them (R10).

Partners are written to in Russian, whatever language the sender's screens have.
"""

from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core import formatting
from invoices.models import CardPayment, Invoice
from messaging.models import Channel
from messaging.texts import Hole, Text, TextKind, register_text, render_text

LETTER, SMS, CARD = "invoice.email", "invoice.sms", "invoice.card"
SMS_FROM, SMS_UNTIL = time(9), time(20)
"""By the partner's clock: nobody is woken by our SMS."""

HOLES = {
    "greeting": Hole(_("a greeting by name, where the name is known"), "Здравствуйте, Нина Савельева!"),
    "number": Hole(_("number of the invoice"), "1184"),
    "date": Hole(_("its date"), "23.11.2026"),
    "amount": Hole(_("its sum, without the sign of the rouble"), "117 000"),
    "due": Hole(_("last day for paying"), "28.11.2026"),
    "payer": Hole(_("who pays"), "ИП Савельева Нина Романовна"),
    "purpose": Hole(
        _("purpose of payment"),
        "Оплата по договору-оферте № 562 от 04.06.2025: прил. 3, усл. 2, г. Владивосток. "
        "Счёт № 1184 от 23.11.2026. БЕЗ НДС",
    ),
    "manager": Hole(_("the partner's manager"), "Ольга Мартынова"),
    "seller": Hole(_("our company"), "ООО «ЛБГ Партнёр»"),
    "seller_phone": Hole(_("its phone"), "+7 000 000-00-00"),
}

LETTER_SUBJECT = "Счёт № {number} от {date} на {amount} ₽"
LETTER_BODY = """{greeting}

Отправляем счёт № {number} от {date} на сумму {amount} ₽. Он во вложении, в формате PDF.

Оплатить счёт нужно до {due}. Назначение платежа укажите без изменений:

{purpose}

Если назначение будет другим, деньги придётся вернуть как ошибочно перечисленные.

С уважением,
{manager}
{seller}, {seller_phone}"""
CARD_HOLES = {
    "amount": Hole(_("the sum that was approved, without the sign of the rouble"), "65 000"),
    "card": Hole(_("number of the card, seen after the approval only"), "0000 0000 0000 0000"),
    "bank": Hole(_("its bank"), "Банк"),
    "holder": Hole(_("its holder"), "Иван И."),
    "number": HOLES["number"],
    "manager": HOLES["manager"],
}
CARD_BODY = """Оплатить счёт № {number} можно на карту: {card}, {bank}. Получатель: {holder}
Сумма: {amount} ₽. После перевода пришлите, пожалуйста, чек.
{manager}"""
SMS_BODY = "Счёт № {number} на {amount} р. отправлен на почту"


def register() -> None:
    """Called once, when the app is ready."""
    register_text(
        TextKind(LETTER, Channel.EMAIL, _("Letter with an invoice"), HOLES, body=LETTER_BODY, subject=LETTER_SUBJECT)
    )
    in_sms = {name: HOLES[name] for name in ("number", "date", "amount", "due", "manager", "seller", "seller_phone")}
    register_text(TextKind(SMS, Channel.SMS, _("SMS about an invoice"), in_sms, body=SMS_BODY))
    register_text(TextKind(CARD, Channel.SMS, _("Text for a payment to a card"), CARD_HOLES, body=CARD_BODY))


def card_text_of(payment: CardPayment) -> str:
    """What the manager sends to the partner, with the number in full: for `look_at_card` only (R13)."""
    invoice, card = payment.invoice, payment.card
    values = {
        "amount": _roubles(payment.amount),
        "card": " ".join(card.number[start : start + 4] for start in range(0, len(card.number), 4)),
        "bank": card.bank,
        "holder": card.holder,
        "number": str(invoice.number),
        "manager": invoice.partner.manager.full_name,
    }
    return render_text(CARD, values).body


def letter_of(invoice: Invoice, number: int, purpose: str) -> Text:
    """The letter with this invoice, issued or as it would be issued now."""
    contact = invoice.partner.contacts.in_use().first()
    greeting = f"Здравствуйте, {contact.name}!" if contact else "Здравствуйте!"
    return render_text(LETTER, _values(invoice, number) | {"purpose": purpose, "greeting": greeting})


def sms_of(invoice: Invoice, number: int) -> Text:
    """The SMS that tells of the letter."""
    return render_text(SMS, _values(invoice, number))


def sms_goes_at(timezone_name: str, now: datetime) -> datetime:
    """Now, or the next nine o'clock on the partner's clock."""
    local = now.astimezone(ZoneInfo(timezone_name))
    if SMS_FROM <= local.time() < SMS_UNTIL:
        return now
    day = local.date() + timedelta(days=1 if local.time() >= SMS_UNTIL else 0)
    return datetime.combine(day, SMS_FROM, local.tzinfo)


def _values(invoice: Invoice, number: int) -> dict[str, str]:
    seller = invoice.seller_details or invoice.seller.details()
    with translation.override("ru"):
        return {
            "number": str(number),
            "date": formatting.numeric_date(invoice.dated_on),
            "amount": _roubles(invoice.amount),
            "due": formatting.numeric_date(invoice.due_on),
            "payer": invoice.buyer_name,
            "manager": invoice.partner.manager.full_name,
            "seller": seller["name"],
            "seller_phone": seller["phone"],
        }


def _roubles(amount: Decimal) -> str:
    return formatting.number(amount, 0 if amount == int(amount) else 2)
