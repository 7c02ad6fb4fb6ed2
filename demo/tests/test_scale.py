"""The pages of the day ask as many questions of a large department as of a small one."""

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from deals.models import Deal

LIMITS = {"/day/": 16, "/deals/board/renewal/": 14, "/partners/": 12, "/deals/{deal}/": 16, "/invoices/": 12}


def queries_of_each_page(scale: int) -> dict[str, int]:
    """Load the demo company at this scale, open each page as Ольга Мартынова, and take the company away again."""
    with transaction.atomic():
        call_command("load_demo", scale=scale, verbosity=0)
        cache.clear()
        manager = User.objects.get(email="support@demo.local")
        client = Client()
        client.force_login(manager)
        deal = Deal.objects.open().filter(manager=manager, stage__role="due").order_by("pk").first()
        counts = {path: _queries(client, path.format(deal=deal.pk)) for path in LIMITS}
        transaction.set_rollback(True)
    return counts


def _queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_scale_6_costs_the_same_number_of_queries_as_scale_1():
    small, large = queries_of_each_page(1), queries_of_each_page(6)

    assert small == large
    assert {path: count for path, count in small.items() if count > LIMITS[path]} == {}
