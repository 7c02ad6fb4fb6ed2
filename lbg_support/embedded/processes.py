"""Child processes that never outlive their parent."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from lbg_support.embedded.identity import SameUser

PR_SET_PDEATHSIG = 1
LOG_LIMIT = 10_000_000  # bytes; a longer log is put aside when its process starts next

_libc = ctypes.CDLL(None, use_errno=True)


class Managed(Protocol):
    """What a supervisor can look after."""

    name: str

    def start(self) -> None: ...
    def poll(self) -> int | None: ...
    def stop(self) -> None: ...


def die_with_parent(signum: int, parent: int) -> None:
    """Have the kernel send us `signum` when the parent is gone, however it went. Linux only; elsewhere nothing."""
    if sys.platform == "linux":
        _libc.prctl(PR_SET_PDEATHSIG, signum)
        if os.getppid() != parent:  # it died before we could say so
            os._exit(1)


class Child:
    """One process in a session of its own, so that Ctrl-C in the terminal reaches its parent alone."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        grace: float = 15,
        identity: SameUser | None = None,
        keep_open: Sequence[int] = (),
    ):
        """`grace` is in seconds. `keep_open` are descriptors that it inherits: locks that live as long as it does."""
        self.name = name
        self.command = [str(part) for part in command]
        self.log = log
        self.env = env
        self.cwd = cwd
        self.stop_signal = stop_signal
        self.grace = grace
        self.identity = identity or SameUser()
        self.keep_open = tuple(keep_open)
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        parent = os.getpid()

        def become_child() -> None:
            self.identity.enter()
            die_with_parent(self.stop_signal, parent)

        with open_log(self.log) as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
                pass_fds=self.keep_open,
                preexec_fn=become_child,
            )

    def poll(self) -> int | None:
        """The exit code, or None while it runs. What it left behind in its session goes with it."""
        assert self.process is not None
        code = self.process.poll()
        if code is not None:
            self._kill_group()
        return code

    def stop(self) -> None:
        """Ask it to end, and after `grace` seconds insist."""
        if self.process is None or self.poll() is not None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(self.grace)
        except subprocess.TimeoutExpired:
            self._kill_group()
            self.process.wait()
        self._kill_group()

    def _kill_group(self) -> None:
        assert self.process is not None
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass


def open_log(path: Path):
    """The log to append to; the one before it is kept beside it once it has grown long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".1.log"))
    return path.open("ab")


def last_line(log: Path, *containing: str) -> str:
    """The last line of a log that has one of the words (any line when none are given), or an empty string."""
    try:
        tail = log.read_bytes()[-20_000:].decode(errors="replace").splitlines()
    except OSError:
        return ""
    fitting = [line for line in tail if line.strip() and (not containing or any(word in line for word in containing))]
    return fitting[-1].strip() if fitting else ""
