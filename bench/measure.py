"""Measure the main pages and the invoice PDF on a database that holds the demo company.

    python -m lbg_support.embedded exec -- .venv/bin/python bench/measure.py

Pages are asked in this process, without a network: what is measured is our own work and PostgreSQL's. Printed are the
queries, and the median and the slowest of 20 in milliseconds. Two or three times more on a busy machine is no news;
one more query is.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

ROUNDS = 20

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lbg_support.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import User  # noqa: E402
from deals.models import Deal  # noqa: E402
from invoices.document import document_of  # noqa: E402
from invoices.models import Invoice, InvoiceLine  # noqa: E402
from invoices.pdf import invoice_pdf  # noqa: E402
from partners.models import Partner  # noqa: E402

PAGES = {
    "support@demo.local": [
        "/day/",
        "/deals/board/renewal/",
        "/deals/{deal}/",
        "/partners/",
        "/invoices/",
        "/deals/handoffs/",
    ],
    "head@demo.local": ["/overview/", "/deals/board/renewal/", "/partners/", "/invoices/"],
}


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Median and slowest of the rounds, in milliseconds, after one to warm up."""
    work()
    taken = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken), max(taken)


def measure_pages() -> None:
    manager = User.objects.get(email="support@demo.local")
    deal = Deal.objects.open().filter(manager=manager, stage__role="due").order_by("pk").first()
    for email, paths in PAGES.items():
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(email=email))
        for path in (each.format(deal=deal.pk) for each in paths):
            median, slowest = timed(lambda client=client, path=path: client.get(path))
            with CaptureQueriesContext(connection) as captured:
                client.get(path)
            print(
                f"{email.split('@')[0]:8} {path:26} {len(captured):3} queries {median:7.1f} ms, slowest {slowest:.1f}"
            )


def measure_pdf() -> None:
    """An invoice of five lines; nothing is kept."""
    invoice = Invoice.objects.filter(state="issued").order_by("pk").first()
    template = invoice.lines.first()
    lines = [InvoiceLine(order=order) for order in range(1, 6)]
    for line in lines:
        for field in ("name", "unit", "appendix_number", "service_number", "quantity", "price", "amount", "service_id"):
            setattr(line, field, getattr(template, field))
    document = document_of(invoice, lines, invoice.number)
    median, slowest = timed(lambda: invoice_pdf(document))
    print(
        f"invoice PDF, 5 lines with QR: {median:.0f} ms, slowest {slowest:.0f}, {len(invoice_pdf(document)) // 1024} KB"
    )


if __name__ == "__main__":
    print(f"{Partner.objects.count()} partners, {Deal.objects.count()} deals")
    with transaction.atomic():
        measure_pages()
        measure_pdf()
        transaction.set_rollback(True)
