"""The engines that a run needs, started together: none of a kind whose server stands in the environment."""

import os
from pathlib import Path

from lbg_support.embedded.folders import RunFolder
from lbg_support.embedded.postgres import Postgres
from lbg_support.embedded.processes import Managed
from lbg_support.embedded.valkey import Valkey


class Engines:
    """`with Engines(var) as engines:` starts them, `engines.environment` says how to reach them.

    Without a folder they are throw-away: their data lives in a temporary folder that goes with them.
    """

    def __init__(self, var: Path | None = None, keep_open: tuple[int, ...] = ()):
        self.run = RunFolder()
        home = var or self.run.path
        locks = (self.run.lock, *keep_open)
        self.running: list[Managed] = []
        self.environment: dict[str, str] = {}
        if not os.environ.get("REDIS_URL"):
            valkey = Valkey(
                home / "valkey", self.run.path / "v", home / "log/valkey.log", durable=bool(var), keep_open=locks
            )
            self.running.append(valkey)
            self.environment["REDIS_URL"] = valkey.url
        if not os.environ.get("DATABASE_URL"):
            postgres = Postgres(
                home / "postgres", self.run.path / "p", home / "log/postgres.log", durable=bool(var), keep_open=locks
            )
            self.running.append(postgres)
            self.environment["DATABASE_URL"] = postgres.url

    def __enter__(self) -> "Engines":
        try:
            for engine in self.running:
                engine.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for engine in reversed(self.running):
            engine.stop()
        self.run.remove()
