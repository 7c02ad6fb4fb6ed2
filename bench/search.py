"""Measure the search on a database that holds the demo company, best `load_demo --scale 100` (24 000 partners).

    python -m lbg_support.embedded exec -- .venv/bin/python bench/search.py

Printed are the median and the slowest of 20 in milliseconds of the server's whole work on a request.
"""

import os
import statistics
import sys
import time
from pathlib import Path

import django

ROUNDS = 20

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lbg_support.settings")
django.setup()

from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from partners.models import Contact, Partner  # noqa: E402

QUERIES = {
    "beginning of a word": "прав",
    "two letters": "ве",
    "two words": "прав вект",
    "other layout": "dtrnjh",
    "one slip": "вкетор",
    "Latin letters": "vektor",
    "last digits of a phone": "1427",
    "number": "171",
    "sum": "186 000",
    "nothing": "ъъъъъъ",
    "empty": "",
}


def measure(email: str) -> None:
    client = Client(headers={"host": "localhost", "hx-request": "true"})
    client.force_login(User.objects.get(email=email))
    for name, query in QUERIES.items():
        client.get("/search/", {"q": query})
        taken = []
        for _round in range(ROUNDS):
            start = time.perf_counter()
            client.get("/search/", {"q": query})
            taken.append(1000 * (time.perf_counter() - start))
        median, slowest = statistics.median(taken), max(taken)
        print(f"{email:<22} {name:<24} {median:7.1f} {slowest:7.1f} ms")


print(f"{Partner.objects.count()} partners, {Contact.objects.count()} contacts")
for person in ("support@demo.local", "head@demo.local"):
    measure(person)
