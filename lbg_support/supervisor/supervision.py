"""Keeps processes running: what dies is started again, after a pause that grows while it keeps dying."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lbg_support.embedded.errors import StartError
from lbg_support.embedded.processes import Managed

FIRST_PAUSE = 0.5  # seconds, doubled at each death in a row
LONGEST_PAUSE = 30
STEADY = 60  # seconds alive after which a death counts as the first again
LOOK_EVERY = 0.25


@dataclass
class Watched:
    process: Managed
    started_at: float
    pause: float
    due_at: float | None = None  # when to start it again; None while it runs
    deaths: int = 0


class Supervisor:
    """`with Supervisor() as supervisor:` stops what it started, the last first."""

    def __init__(
        self,
        already_running: Iterable[Managed] = (),
        say: Callable[[str], None] = print,
        first_pause: float = FIRST_PAUSE,
    ):
        """Those already running are started again when they die, but stopped by whoever started them."""
        self.say = say
        self.first_pause = first_pause
        self.own: list[Managed] = []
        self.watched: list[Watched] = []
        for process in already_running:
            self._add(process)

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.own):
            process.stop()

    def start(self, process: Managed) -> None:
        self.own.append(process)
        process.start()
        self._add(process)

    def deaths_of(self, name: str) -> int:
        return sum(watched.deaths for watched in self.watched if watched.process.name == name)

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Look after all of them for ever, or until something is true."""
        while not until():
            for watched in self.watched:
                self._look_after(watched, time.monotonic())
            time.sleep(LOOK_EVERY)

    def _add(self, process: Managed) -> None:
        self.watched.append(Watched(process, time.monotonic(), self.first_pause))

    def _look_after(self, watched: Watched, now: float) -> None:
        if watched.due_at is None:
            code = watched.process.poll()
            if code is not None:
                self._plan_restart(watched, now, f"{watched.process.name} ended ({describe(code)})")
        elif now >= watched.due_at:
            watched.started_at, watched.due_at = now, None
            try:
                watched.process.start()
            except StartError as error:
                self._plan_restart(watched, now, str(error))

    def _plan_restart(self, watched: Watched, now: float, reason: str) -> None:
        if now - watched.started_at > STEADY:
            watched.pause = self.first_pause
        self.say(f"{reason.rstrip('.')}; starting it again in {watched.pause:g} s.")
        watched.deaths += 1
        watched.due_at = now + watched.pause
        watched.pause = min(watched.pause * 2, LONGEST_PAUSE)


def describe(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
