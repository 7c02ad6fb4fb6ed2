"""The outbox under fire: `make chaos`. Senders are SIGKILLed while a gateway fails, hangs and cuts on purpose.

Each run queues 2 000 SMS (every twentieth transaction is rolled back), lets two sender processes send them, kills one
of them again and again, and then compares what the database says with what the gateway has: lost, doubled, phantom.
Three runs: the gateway honours the key; it does not, but can be asked; and the control run, where it does neither: that
one must show doubles, or the figures of the others would mean nothing. Then «Issue and send» is pressed twice at once,
1 000 times. Waits are shortened: a lease is 2 s, a gateway times out after 0.5 s, the next try is 0.2 s later.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lbg_support.settings")
os.environ.setdefault("SECRET_KEY", "only for this run")

FAULTS = [("500", 3), ("take_and_fail", 2), ("429", 2), ("take_and_hang", 2), ("take_and_cut", 3), ("cut", 3)]
"""What the gateway does instead of behaving well, in percent."""

SENDERS = 2
GIVE_UP = 900


def main() -> None:
    options = arguments()
    if options.sender:
        send_for_ever(options.url, options.asks)
        return
    set_up()
    print(f"seed {options.seed}")
    for name, honours, asks in (
        ("the gateway honours the key", True, False),
        ("the gateway can be asked", False, True),
        ("control: neither", False, False),
    ):
        print(f"{name}: {under_fire(options, honours, asks)}", flush=True)
    if options.presses:
        print(press_twice(options.presses), flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--presses", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20261127)
    parser.add_argument("--sender", action="store_true", help="be one of the senders")
    parser.add_argument("--url", default="")
    parser.add_argument("--asks", action="store_true")
    return parser.parse_args()


def set_up() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def send_for_ever(url: str, asks: bool) -> None:
    """A sender process: it ends by being killed."""
    import django

    django.setup()
    from django.conf import settings

    from messaging import sending

    settings.SMS_GATEWAY, settings.SMS_HTTP_URL = "http", f"{url}/sms"
    settings.SMS_HTTP_STATUS_URL = f"{url}/status" if asks else ""
    settings.SMS_DAILY_PER_NUMBER = settings.SMS_DAILY_TOTAL = 10**9
    settings.GATEWAY_TIMEOUT = settings.GATEWAY_CONNECT_TIMEOUT = 0.5
    sending.LEASE, sending.MAX_TRIES = timedelta(seconds=2), 10**4
    sending.wait_before_next = lambda tries, jitter: timedelta(seconds=0.2 * (1 + jitter))
    while True:
        if not sending.send_due():
            time.sleep(0.05)


def under_fire(options: argparse.Namespace, honours: bool, asks: bool) -> str:
    """One run; what it showed, in words."""
    from messaging.models import Message
    from messaging.tests.fake_gateway import fake_gateway

    rng = random.Random(options.seed)  # noqa: S311
    before = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    rolled_back = queue(options.messages)
    waiting = Message.objects.filter(pk__gt=before, kind="chaos")
    started = time.monotonic()
    with fake_gateway(honours_key=honours) as (gateway, url):
        gateway.next_behaviour = lambda: behaviour(rng)
        kills = fire(waiting, url, asks, options.kills, rng)
    seconds = time.monotonic() - started
    keys = {str(key) for key in waiting.values_list("key", flat=True)}
    lost = len([key for key in keys if not gateway.sent[key]])
    doubled = len([key for key in keys if gateway.sent[key] > 1])
    phantom = len(set(gateway.sent) - {str(key) for key in Message.objects.values_list("key", flat=True)})
    repeats = sum(gateway.taken.values()) - len(gateway.taken)
    return (
        f"{len(keys)} messages ({rolled_back} rolled back), {kills} kills, {seconds:.0f} s: "
        f"lost {lost}, doubled {doubled}, phantom {phantom}; the gateway was handed {repeats} again"
    )


def queue(count: int) -> int:
    """Queue the messages, each in a transaction; how many of these were rolled back."""
    from django.db import transaction
    from django.utils import timezone

    from messaging.actions import queue_sms

    rolled_back, run = 0, time.monotonic_ns()
    for number in range(count + count // 19):
        try:
            with transaction.atomic():
                queue_sms(
                    kind="chaos",
                    dedup_key=f"chaos:{run}:{number}",
                    to=f"+7900{number:07}",
                    text=f"Счёт № {number}",
                    by=None,
                    now=timezone.now(),
                )
                if number % 20 == 19:
                    raise InterruptedError
        except InterruptedError:
            rolled_back += 1
    return rolled_back


def behaviour(rng: random.Random) -> str:
    dice = rng.uniform(0, 100)
    for name, percent in FAULTS:
        if dice < percent:
            return name
        dice -= percent
    return "well"


def fire(waiting, url: str, asks: bool, kills: int, rng: random.Random) -> int:
    """Let the senders work until nothing waits, killing one of them every now and then; returns the kills."""
    senders, killed, deadline = [start(url, asks) for _ in range(SENDERS)], 0, time.monotonic() + GIVE_UP
    total = waiting.count()
    try:
        while (left := waiting.filter(state="queued").count()) and time.monotonic() < deadline:
            time.sleep(rng.uniform(0.02, 0.06))
            if killed < kills and left < total * (1 - (killed + 1) / (kills + 2)):
                victim = rng.randrange(SENDERS)
                senders[victim].send_signal(signal.SIGKILL)
                senders[victim].wait()
                senders[victim], killed = start(url, asks), killed + 1
    finally:
        for sender in senders:
            sender.kill()
            sender.wait()
    return killed


def start(url: str, asks: bool) -> subprocess.Popen:
    command = [sys.executable, __file__, "--sender", "--url", url, *(["--asks"] if asks else [])]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def press_twice(presses: int) -> str:
    """«Issue and send» pressed twice at once, through the whole page, from four threads. The PDF is not drawn."""
    from concurrent.futures import ThreadPoolExecutor
    from unittest import mock
    from uuid import uuid4

    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.urls import reverse

    from accounts.tests.factories import HeadFactory
    from invoices.models import Invoice
    from invoices.tests.factories import SellerFactory
    from invoices.tests.pages import form_data, one_line
    from messaging.models import Message
    from partners.tests.factories import ContactFactory

    setup_test_environment()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    run = uuid4().hex[:8]
    head, partner = (
        HeadFactory(email=f"{run}@example.ru"),
        ContactFactory(partner__manager__email=f"m{run}@x.ru").partner,
    )
    seller, service = SellerFactory(is_default=False), one_line()
    data = form_data(
        partner, service, seller=seller.pk, do="send", buyer_email="a@example.ru", buyer_phone="+79000005206"
    )
    data["is_with_sms"] = "on"
    before = Message.objects.filter(kind="invoice").count()

    def press(key) -> int:
        client = Client()
        client.force_login(head)
        try:
            return client.post(reverse("invoices:new"), data | {"request_key": key}).status_code
        finally:
            connection.close()

    keys, started = [uuid4() for _ in range(presses)], time.monotonic()
    with (
        mock.patch("invoices.actions.issuing.invoice_pdf", lambda document: b"%PDF"),
        ThreadPoolExecutor(4) as pool,
    ):
        answers = Counter(pool.map(press, [key for key in keys for _ in range(2)]))
    numbers = sorted(Invoice.objects.filter(seller=seller, state="issued").values_list("number", flat=True))
    queued = Message.objects.filter(kind="invoice").count() - before
    return (
        f"{presses} double presses of «Issue and send», {time.monotonic() - started:.0f} s: answers {dict(answers)}, "
        f"{len(numbers)} invoices, numbers 1–{numbers[-1]} without a gap: {numbers == list(range(1, presses + 1))}, "
        f"{queued} messages (a letter and an SMS each)"
    )


if __name__ == "__main__":
    main()
