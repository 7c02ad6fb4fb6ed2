"""For all tests: each of the parallel processes has a cache and a queue of its own, as it has a database."""

import os

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    number = int(worker.removeprefix("gw")) + 1
    address = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
    head, mark, _ = address.rpartition("?db=") if "?db=" in address else address.rpartition("/")
    os.environ["REDIS_URL"] = f"{head}{mark}{number}"


def restore_without_triggers() -> None:
    """A test that commits puts back afterwards what the migrations had brought, history included.

    With the triggers on, the history would be written a second time while it is being put back, and that is refused.
    """
    from django.db.backends.base.creation import BaseDatabaseCreation

    restore = BaseDatabaseCreation.deserialize_db_from_string

    def quietly(self, data: str) -> None:
        import pgtrigger

        with pgtrigger.ignore():
            restore(self, data)

    BaseDatabaseCreation.deserialize_db_from_string = quietly


restore_without_triggers()
