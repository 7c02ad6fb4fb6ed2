"""One Valkey (Redis-protocol) server as a child process, reached through a socket in a private folder."""

import socket
import time
from collections.abc import Sequence
from pathlib import Path

from lbg_support.embedded import binaries
from lbg_support.embedded.errors import StartError
from lbg_support.embedded.processes import Child, last_line

READY_WITHIN = 30  # seconds; reading a long log of changes takes part of it


class Valkey:
    name = "valkey"

    def __init__(self, data: Path, sockets: Path, log: Path, *, durable: bool = True, keep_open: Sequence[int] = ()):
        """`data` need not exist. With `durable` every change goes to a file that survives kill -9."""
        self.data = data
        self.socket = sockets / "valkey.sock"
        self.log = log
        self.durable = durable
        self.keep_open = keep_open
        self.child: Child | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Start and wait until it answers. Raises StartError with one sentence when it cannot."""
        for folder in (self.data, self.socket.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "loglevel": "warning",
        }
        command: list[str | Path] = [binaries.valkey_server()]
        for name, value in options.items():
            command += [f"--{name}", value]
        self.child = Child(self.name, command, log=self.log, cwd=self.data, keep_open=self.keep_open)
        self.child.start()
        self._wait(self.child)

    def poll(self) -> int | None:
        return self.child.poll() if self.child else None

    def stop(self) -> None:
        if self.child:
            self.child.stop()

    def _wait(self, child: Child) -> None:
        patience = time.monotonic() + READY_WITHIN
        while not self._answers():
            if child.poll() is not None:
                raise StartError(
                    f"Valkey did not start: {last_line(self.log) or 'no reason given'} (the log is {self.log}); "
                    f"if its files are damaged, move {self.data} away (it holds the queue of jobs and the cache)."
                )
            if time.monotonic() > patience:
                child.stop()
                raise StartError(f"Valkey did not answer in {READY_WITHIN} s (see {self.log}).")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
