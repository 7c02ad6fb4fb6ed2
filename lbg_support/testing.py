"""A plugin of pytest: each of the parallel processes has a cache and a queue of its own, as it has a database.

Named in pyproject.toml, because pytest-django reads the settings before any conftest.py is read: done there it would
come too late, and one process would empty the cache under the other's feet.
"""

import os

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    number = int(worker.removeprefix("gw")) + 1
    address = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
    head, mark, _ = address.rpartition("?db=") if "?db=" in address else address.rpartition("/")
    os.environ["REDIS_URL"] = f"{head}{mark}{number}"
