"""Print random invoices one after another and read the QR of each printed page back, as a partner's phone would.

    python -m lbg_support.embedded exec --ephemeral -- .venv/bin/python bench/invoices.py 200

Names, cities, sums and numbers of lines are random from a fixed seed. Nothing is written anywhere. Printed are the
invoices whose code differs from what they say (there must be none), the PDFs a minute of one process without the
reading, and the largest memory of the printing process: the pages are read in another.
"""

import multiprocessing
import os
import random
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

INVOICES = int(sys.argv[1]) if len(sys.argv) > 1 else 200
SEED = 20261127

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lbg_support.settings")

CITIES = ["Комсомольск-на-Амуре", "Омск", "Өскемен", "Кам'янське", "Ростов-на-Дону", "Йошкар-Ола"]
NAMES = ["ООО «Щит & Меч»", "ИП Ёлкина Зоя", 'АО "Право | Дело"', "ООО «А<b>Б»", "Петров-Водкин О’Генри"]


def random_document(rng: random.Random, number: int) -> Any:
    """An issued invoice of one to eight lines in no database."""
    from catalog.models import City, ContractOffer
    from invoices.document import compose_purpose, document_of
    from invoices.models import Invoice, InvoiceLine, Seller

    seller = Seller(
        name="ООО «ЛБГ Партнёр»",
        inn="7700000016",
        kpp="770001001",
        bank_name="ПАО Сбербанк, г. Москва",
        bic="044525225",
        account="40702810138250123017",
        correspondent_account="30101810400000000225",
        director_name="Л. Б. Образцов",
    )
    city = City(name=rng.choice(CITIES))
    lines = []
    for order in range(1, rng.randint(1, 8) + 1):
        price, quantity = Decimal(rng.randint(1, 99_999_999)) / 100, rng.randint(1, 3)
        numbers = {"appendix_number": rng.randint(1, 3), "service_number": rng.randint(1, 20)}
        sums = {"price": price, "quantity": quantity, "amount": price * quantity}
        line = InvoiceLine(order=order, name=f"Услуга {order}", unit="усл.", **numbers, **sums)
        if order == 1 and rng.random() < 0.5:
            line.is_marketing, line.city = True, city
        lines.append(line)
    dated_on = date(2026, 1, 1) + timedelta(days=rng.randint(0, 364))
    invoice = Invoice(
        seller=seller,
        state="issued",
        number=number,
        dated_on=dated_on,
        due_on=dated_on + timedelta(days=5),
        contract_offer=ContractOffer(number=str(rng.randint(1, 9999)), dated_on=date(2025, 6, 4)),
        amount=sum(line.amount for line in lines),
        seller_details=seller.details(),
        buyer_name=rng.choice(NAMES),
    )
    invoice.purpose = compose_purpose(invoice, lines, number).require()
    return document_of(invoice, lines, number)


def codes_of(content: bytes) -> list[str]:
    """The QR codes of all pages. Only QR: a general scanner takes the ruling of a table for a bar code now and then."""
    import pypdfium2
    import zxingcpp

    pages = [page.render(scale=3).to_pil() for page in pypdfium2.PdfDocument(content)]
    return [found.text for page in pages for found in zxingcpp.read_barcodes(page, zxingcpp.BarcodeFormat.QRCode)]


def main() -> None:
    django.setup()
    from invoices.pdf import invoice_pdf

    rng = random.Random(SEED)  # noqa: S311
    documents = [random_document(rng, number) for number in range(1, INVOICES + 1)]
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as reader:
        invoice_pdf(documents[0])
        taken, wrong = 0.0, 0
        for document in documents:
            start = time.perf_counter()
            content = invoice_pdf(document)
            taken += time.perf_counter() - start
            wrong += reader.submit(codes_of, content).result() != [document.payload]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    load = os.getloadavg()[0]
    print(f"{INVOICES} invoices, {wrong} with a code that differs")
    print(f"{60 * INVOICES / taken:.0f} PDFs a minute, {memory} MB at most, load {load:.1f}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
