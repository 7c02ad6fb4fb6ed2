"""A month of payments whose truth is known: how many are matched by themselves, and that none is matched wrongly.

    python -m lbg_support.embedded exec --ephemeral -- .venv/bin/python bench/matching.py

5 000 payments in a statement a day: seven of ten pay an invoice just as it asks, in the spellings that people and banks
have; the rest are traps of eighteen kinds, each of which a person must see. Exits with 1 on a single wrong match.
"""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import django

PAYMENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
SEED, PARTNERS, DAYS, CLEAN = 20261127, 400, 20, 0.7

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lbg_support.settings")
os.environ.setdefault("SECRET_KEY", "only for this run")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.tests.factories import HeadFactory, SupportFactory  # noqa: E402
from core.control_digits import is_inn  # noqa: E402
from invoices.actions import cancel_invoice, issuing, take_statement  # noqa: E402
from invoices.models import Allocation, Invoice, Payment  # noqa: E402
from invoices.tests.factories import SellerFactory, issue, line  # noqa: E402
from invoices.tests.statement_files import incoming, statement_text, upload  # noqa: E402
from partners.tests.factories import PartnerFactory  # noqa: E402

Row = dict[str, str]
LOOK_ALIKE = str.maketrans("АВСЕНКМОРТХасеорх", "ABCEHKMOPTXaceopx")


def said(change: Callable[[str], str]) -> Callable[[Row, "World", Invoice], Row]:
    return lambda row, world, invoice: row | {"НазначениеПлатежа": change(row["НазначениеПлатежа"])}


def summed(change: Decimal) -> Callable[[Row, "World", Invoice], Row]:
    return lambda row, world, invoice: row | {"Сумма": f"{invoice.amount + change:.2f}"}


SPELLINGS = [
    str,
    str.upper,
    lambda text: text.translate(LOOK_ALIKE),
    lambda text: text.replace("ё", "е"),
    lambda text: text.replace(" ", "  "),
    lambda text: text.replace("№ ", "№"),
    lambda text: text.replace("№ ", "N "),
]
"""How the purpose that an invoice asks for comes back."""

TRAPS: dict[str, Callable[[Row, "World", Invoice], Row]] = {
    "a rouble less": summed(Decimal(-1)),
    "a kopeck more": summed(Decimal("0.01")),
    "half of it": lambda row, world, invoice: row | {"Сумма": f"{invoice.amount / 2:.2f}"},
    "another payer": lambda row, world, invoice: (
        row | {"ПлательщикИНН": world.inn(), "ПлательщикСчет": world.account()}
    ),
    "no payer": lambda row, world, invoice: row | {"ПлательщикИНН": "", "ПлательщикСчет": world.account()},
    "a bank instead of the payer": lambda row, world, invoice: (
        row | {"ПлательщикИНН": "7707083893", "ПлательщикСчет": world.account()}
    ),
    "a natural person": lambda row, world, invoice: row | {"ПлательщикСчет": "408178105000" + world.digits(8)},
    "no number": lambda row, world, invoice: row | {"НазначениеПлатежа": "Оплата по договору. БЕЗ НДС"},
    "a number that is not there": lambda row, world, invoice: _number(row, invoice, 9_000_000 + invoice.number),
    "the number of another's invoice": lambda row, world, invoice: _number(row, invoice, world.another(invoice).number),
    "two numbers": lambda row, world, invoice: _number(
        row, invoice, f"{invoice.number}, № {world.another(invoice).number}"
    ),
    "a loan": said(lambda text: f"Возврат займа. {text}"),
    "rent": said(lambda text: f"Аренда. {text}"),
    "VAT is stated": said(lambda text: text.replace("БЕЗ НДС", "в т.ч. НДС 20 %")),
    "no word of VAT": said(lambda text: text.replace("БЕЗ НДС", "")),
    "another contract": said(lambda text: text.replace(" от ", " от 01.01.2019 и от ", 1)),
    "another service": said(lambda text: text.replace("усл. ", "усл. 9")),
    "a cancelled invoice": lambda row, world, invoice: world.cancel(row, invoice),
}


@dataclass
class World:
    """Partners with their invoices, and what is drawn at random of them."""

    dice: random.Random
    head: object
    invoices: list[Invoice]

    def digits(self, count: int) -> str:
        return "".join(self.dice.choices("0123456789", k=count))

    def account(self) -> str:
        return "407028105000" + self.digits(8)

    def inn(self) -> str:
        """Ten digits of which the last one is right."""
        while True:
            begin = f"77{self.digits(7)}"
            for last in "0123456789":
                if is_inn(begin + last):
                    return begin + last

    def another(self, invoice: Invoice) -> Invoice:
        return next(each for each in self.dice.choices(self.invoices, k=50) if each.partner_id != invoice.partner_id)

    def cancel(self, row: Row, invoice: Invoice) -> Row:
        cancel_invoice(invoice, reason="Ошибка в сумме", by=self.head, now=timezone.now())
        return row


def _number(row: Row, invoice: Invoice, number: object) -> Row:
    said = row["НазначениеПлатежа"]
    assert f"№ {invoice.number} от" in said, said  # noqa: S101  (a trap that changes nothing would be none)
    return row | {"НазначениеПлатежа": said.replace(f"№ {invoice.number} от", f"№ {number} от")}


def build() -> World:
    """The invoices of a month, four hundred partners': sums repeat, so that a sum alone tells nothing."""
    issuing.invoice_pdf = lambda document: b"%PDF-1"
    SellerFactory()
    dice, head = random.Random(SEED), HeadFactory()  # noqa: S311
    world = World(dice, head, [])
    manager = SupportFactory()
    partners = [(PartnerFactory(manager=manager), world.inn()) for _each in range(PARTNERS)]
    today = timezone.localdate()
    services = [line(f"{price}.00") for price in (12_000, 24_000, 55_000, 65_000, 84_000, 139_500, 150_000, 186_000)]
    for _each in range(PAYMENTS):
        partner, inn = dice.choice(partners)
        lines = dice.sample(services, dice.choice((1, 1, 1, 2)))
        dates = {"dated_on": today - timedelta(days=30), "due_on": today + timedelta(days=3)}
        world.invoices.append(issue(head, partner=partner, buyer_inn=inn, lines=lines, **dates))
    return world


def payments(world: World) -> tuple[list[tuple[date, Row]], dict[str, int], dict[str, str]]:
    """The rows with their days, the truth (document number: invoice), and the traps (document number: its kind)."""
    days = [timezone.localdate() - timedelta(days=back) for back in range(DAYS, 0, -1)]
    rows, truth, traps, names = [], {}, {}, list(TRAPS)
    for number, invoice in enumerate(world.invoices, start=1):
        day = days[number * DAYS // (len(world.invoices) + 1)]
        row = incoming(
            f"{invoice.amount:.2f}", str(number),
            **{"Дата": f"{day:%d.%m.%Y}", "ДатаПоступило": f"{day:%d.%m.%Y}", "ПлательщикИНН": invoice.buyer_inn},
            ПлательщикСчет="4070281050000" + invoice.buyer_inn[:7], НазначениеПлатежа=invoice.purpose,
        )  # fmt: skip
        if world.dice.random() < CLEAN:
            rows.append((day, said(world.dice.choice(SPELLINGS))(row, world, invoice)))
            truth[str(number)] = invoice.pk
        else:
            kind = names[number % len(names)]
            traps[str(number)] = kind
            rows.append((day, TRAPS[kind](row, world, invoice)))
    return rows, truth, traps


def load(rows: list[tuple[date, Row]], world: World) -> None:
    """A statement a day, the balances in a chain."""
    balance = Decimal(1_000_000)
    for day in sorted({day for day, _row in rows}):
        of_day = [row for each, row in rows if each == day]
        text = statement_text(*of_day, opening=f"{balance:.2f}", first=day, last=day)
        balance += sum(Decimal(row["Сумма"]) for row in of_day)
        statement, _is_new = take_statement(upload(text), by=world.head, now=timezone.now())
        if statement.state == statement.State.QUEUED:
            raise SystemExit("A day is too big to be read at once: take fewer payments.")


def main() -> int:
    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    world = build()
    rows, truth, traps = payments(world)
    made = time.perf_counter() - began
    print(f"{len(rows)} payments, {len(truth)} clean, {len(set(traps.values()))} kinds of traps; made in {made:.0f} s")
    began = time.perf_counter()
    load(rows, world)
    took = time.perf_counter() - began
    matched = dict(
        Allocation.objects.standing().filter(rule=Allocation.Rule.SURE).values_list("payment__line__number", "invoice")
    )
    wrong = {number: invoice for number, invoice in matched.items() if truth.get(number) != invoice}
    waiting = Payment.objects.undecided_ones().count()
    print(f"matched by itself: {len(matched)} ({100 * len(matched) / len(rows):.1f} % of all, "
          f"{100 * len(matched) / len(truth):.1f} % of the clean ones); waiting: {waiting}; {took:.0f} s")  # fmt: skip
    print(f"wrong: {len(wrong)} {Counter(traps.get(number, 'another invoice') for number in wrong) or ''}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
