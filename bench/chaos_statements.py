"""Forty imports of overlapping files at once, killed with SIGKILL: `make chaos-statements`.

Each process takes files that overlap one another, over and over, and is killed at a random moment; another one takes
its place. In the end every file has been taken once by somebody who lived. The database must then hold each movement
of money exactly once, equal ones as often as the bank wrote them, and the sum to the kopeck. Exits with 1 otherwise.
"""

import argparse
import os
import random
import sys
import time
from collections import Counter
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lbg_support.settings")
os.environ.setdefault("SECRET_KEY", "only for this run")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import OperationalError, connections  # noqa: E402
from django.db.models import Sum  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.tests.factories import DirectorFactory  # noqa: E402
from invoices.actions import take_statement  # noqa: E402
from invoices.models import BankStatement, Payment, StatementLine  # noqa: E402
from invoices.tests.factories import SellerFactory  # noqa: E402
from invoices.tests.statement_files import incoming, statement_text, upload  # noqa: E402

ROWS, FILES, WIDTH, STEP = 1200, 80, 120, 14
fork = get_context("fork")
"""A child begins to import at once: one that had to start Python first would mostly be killed while doing so."""


def main() -> int:
    options = arguments()
    call_command("migrate", verbosity=0)
    SellerFactory()
    DirectorFactory()
    kills = under_fire(options)
    survived = BankStatement.objects.filter(state=BankStatement.State.DONE).count()
    for number in range(FILES):
        take(number)
    return verify(kills, survived)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--importers", type=int, default=40)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=20261127)
    return parser.parse_args()


def rows() -> list[dict[str, str]]:
    """What the bank has written: a fifth of it stands twice, truly equal."""
    dice = random.Random(1)  # noqa: S311
    return [
        row
        for number in range(ROWS)
        for row in [incoming(f"{dice.randrange(1, 90_000)}.{dice.randrange(100):02}", str(number))]
        * (2 if number % 5 == 0 else 1)
    ]


def text_of(number: int) -> str:
    """A window on the rows; equal ones are never cut apart, as a bank gives out whole days."""
    begin = number * STEP
    wanted = {str(each % ROWS) for each in range(begin, begin + WIDTH)}
    return statement_text(*(row for row in rows() if row["Номер"] in wanted))


def take(number: int) -> None:
    take_statement(upload(text_of(number), name=f"{number}.txt"), by=User.objects.first(), now=timezone.now())


def import_all(number: int, seed: int) -> None:
    """One process: it takes the files in an order of its own until it is killed or has taken all."""
    order = list(range(FILES))
    random.Random(seed + number).shuffle(order)  # noqa: S311
    for each in order:
        while True:
            try:
                take(each)
                break
            except OperationalError:
                time.sleep(0.2)  # no connection is free: the backends of the killed ones have not gone yet


def under_fire(options: argparse.Namespace) -> int:
    """So many processes at once, one of which is killed now and then and replaced; how many kills there were."""
    dice = random.Random(options.seed)  # noqa: S311
    connections.close_all()
    living = [start(number, options.seed) for number in range(options.importers)]
    kills = 0
    while kills < options.kills and any(each.is_alive() for each in living):
        time.sleep(dice.uniform(0.02, 0.2))
        at = dice.choice([at for at, each in enumerate(living) if each.is_alive()])
        living[at].kill()
        living[at].join()
        kills += 1
        living[at] = start(options.importers + kills, options.seed)
    for each in living:
        each.kill()
        each.join()
    return kills + len(living)


def start(number: int, seed: int):
    process = fork.Process(target=import_all, args=(number, seed))
    process.start()
    return process


def verify(kills: int, survived: int) -> int:
    wanted = Counter((row["Номер"], Decimal(row["Сумма"])) for row in rows())
    there = Counter(StatementLine.objects.values_list("number", "amount"))
    paid = Counter(Payment.objects.values_list("document_number", "amount"))
    total = Payment.objects.aggregate(total=Sum("amount"))["total"]
    wanted_total = sum(amount * count for (_number, amount), count in wanted.items())
    print(
        f"kills {kills}; files taken under fire {survived} of {FILES}, the rest afterwards; "
        f"lines {there.total()} of {wanted.total()}, lost {(wanted - there).total()}, "
        f"doubled {(there - wanted).total()}; "
        f"payments as lines: {paid == there}; sum {total} of {wanted_total}"
    )
    return 0 if there == paid == wanted and total == wanted_total else 1


if __name__ == "__main__":
    sys.exit(main())
