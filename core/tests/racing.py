"""Several deeds at the same moment, with real threads on a real database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from core.errors import RuleViolation


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Run the deeds together, each in a thread of its own: what each returned, or the code of its refusal."""
    barrier = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=60)
            return deed()
        except RuleViolation as violation:
            return violation.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def refusals(*deeds: Callable[[], Any]) -> list[str]:
    """Run the deeds together: the codes of those that were refused."""
    return sorted(result for result in at_once(*deeds) if isinstance(result, str))
