"""Every change of state runs inside an operation: one transaction, one entry in the audit trail.

The trail itself is written by PostgreSQL triggers (django-pghistory): it catches bulk and raw changes too, and its
tables are append-only. An operation adds who, which action and why.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
from django.db import transaction


@contextmanager
def operation(action: str, *, by: Any, why: str = "") -> Iterator[None]:
    """Run a state change as one transaction that the audit trail names.

    `action` is the verb of the permission table ("deal.complete"); `by` is the acting user, or None for the system.
    """
    with pghistory.context(action=action, user=by.pk if by else None, why=why), transaction.atomic():
        yield
