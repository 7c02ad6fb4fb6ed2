"""A real event process on loopback, and a reader of its streams."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings

from live.publishing import generation
from live.tickets import Ticket, write

HOST = "127.0.0.1"
PATIENCE = 20  # seconds


class EventProcess:
    """`with EventProcess() as process:`; it can be killed and started again on the same port."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/live/stream"

    def __enter__(self) -> "EventProcess":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)

    def start(self) -> None:
        command = ["-m", "uvicorn", "lbg_support.asgi:application", "--host", HOST, "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, *command, "--no-access-log", "--timeout-graceful-shutdown", "1", "--log-level", "warning"],
            cwd=settings.BASE_DIR,
            env={**os.environ, "SECRET_KEY": settings.SECRET_KEY, "REDIS_URL": settings.REDIS_URL},
        )
        patience = time.monotonic() + PATIENCE
        while not self._is_up():
            assert time.monotonic() < patience and self.process.poll() is None, "the event process did not start"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def health(self) -> dict:
        return json.loads(self._get("/live/healthz").read())

    def _is_up(self) -> bool:
        try:
            return self._get("/live/healthz").status == 200
        except OSError:
            return False

    def _get(self, path: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        connection.request("GET", path)
        return connection.getresponse()


@dataclass(frozen=True)
class Event:
    name: str
    id: str
    data: dict


class Reader:
    """One open stream. `status` is the answer's; an event that does not come within `PATIENCE` fails the test."""

    def __init__(self, process: EventProcess, ticket: str, headers: dict | None = None, **query: str) -> None:
        self.connection = http.client.HTTPConnection(HOST, process.port, timeout=PATIENCE)
        self.connection.request("GET", f"/live/stream?{urlencode({'ticket': ticket, **query})}", headers=headers or {})
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.last = query.get("after", "")

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self.answer.close()
        self.connection.close()

    def next(self) -> Event | None:
        """The next event that is no beat; None at the end of the stream."""
        fields: dict[str, str] = {}
        while line := self._line():
            name, _colon, value = line.rstrip("\n").partition(": ")
            if name:
                fields[name] = value
                continue
            self.last = fields["id"]
            if fields["event"] != "beat":
                return Event(fields["event"], fields["id"], json.loads(fields["data"]))
            fields = {}
        return None

    def until(self, name: str) -> list[Event]:
        """The events up to and with the first of this name."""
        events = [self.next()]
        while events[-1] is not None and events[-1].name != name:
            events.append(self.next())
        return events

    def _line(self) -> str:
        try:
            return self.answer.readline().decode()
        except (http.client.IncompleteRead, ConnectionResetError):
            return ""


def ticket_of(person: int, *topics: str) -> str:
    """A ticket as the page issues it."""
    return write(Ticket(person, generation(person), frozenset(topics)))
