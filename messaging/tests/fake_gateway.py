"""An SMS gateway on loopback that fails, hangs, cuts and repeats on purpose, and keeps what it has taken.

It speaks our plain JSON (`/sms`, `/status/<key>`) and SMSC.ru's pages (`/smsc/send.php` …). `behave` is a list of
behaviours for the next messages, in order; then it behaves well.
"""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


class FakeGateway:
    """`taken` counts how often each message was taken in, `sent` what reached a telephone: with `honours_key` once."""

    def __init__(self, *, honours_key: bool = True) -> None:
        self.honours_key = honours_key
        self.behave: list[str] = []
        self.taken: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.texts: dict[str, str] = {}
        self.numbers: dict[str, str] = {}
        self.states: dict[str, str] = {}
        self.smsc_error = 0
        self.asked: list[str] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.release = threading.Event()
        self._lock = threading.Lock()

    def take(self, key: str, to: str, text: str) -> None:
        with self._lock:
            if not (self.honours_key and key in self.taken):
                self.sent[key] += 1
            self.taken[key] += 1
            self.texts[key], self.numbers[key] = text, to
            self.states.setdefault(key, "sent")

    def next_behaviour(self) -> str:
        with self._lock:
            return self.behave.pop(0) if self.behave else "well"


@contextmanager
def fake_gateway(**options) -> Iterator[tuple[FakeGateway, str]]:
    """The gateway and its address, while the test runs."""
    gateway = FakeGateway(**options)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(gateway))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield gateway, f"http://127.0.0.1:{server.server_port}"
    finally:
        gateway.release.set()
        server.shutdown()
        server.server_close()


def _handler(gateway: FakeGateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args) -> None:
            pass

        def do_POST(self) -> None:
            gateway.paths.append(self.path)
            gateway.headers.append(dict(self.headers))
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            if self.path.startswith("/smsc/"):
                fields = {name: values[0] for name, values in parse_qs(body).items()}
                self._smsc(self.path.removeprefix("/smsc/"), fields)
            else:
                found = json.loads(body)
                self._send(found["id"], found["to"], found["text"], {"id": f"p-{found['id'][:8]}"})

        def do_GET(self) -> None:
            gateway.paths.append(self.path)
            key = self.path.rpartition("/")[2]
            gateway.asked.append(key)
            if key in gateway.states:
                self._answer(200, {"state": gateway.states[key], "id": f"p-{key[:8]}"})
            else:
                self._answer(404, {"error": "unknown"})

        def _smsc(self, page: str, fields: dict[str, str]) -> None:
            if page == "balance.php":
                self._answer(200, {"balance": "1234.50"})
            elif page == "status.php":
                gateway.asked.append(fields["id"])
                codes = {"": -3, "sent": 0, "delivered": 1, "failed": 20}
                state = gateway.states.get(fields["id"], "")
                self._answer(200, {"status": codes[state] if state in codes else int(state)})
            elif gateway.smsc_error:
                self._answer(200, {"error": "no", "error_code": gateway.smsc_error})
            else:
                self._send(
                    fields["id"], fields["phones"], fields["mes"], {"id": int(fields["id"]), "cnt": 2, "cost": "7.20"}
                )

        def _send(self, key: str, to: str, text: str, answer: dict) -> None:
            behaviour = gateway.next_behaviour()
            if behaviour in {"well", "take_and_cut", "take_and_hang", "take_and_break", "take_and_fail"}:
                gateway.take(key, to, text)
            if behaviour == "well":
                self._answer(200, answer)
            elif behaviour.endswith("hang"):
                gateway.release.wait(10)
            elif behaviour.endswith("break"):
                self._raw(200, b"<html>not what was promised")
            elif behaviour.endswith("fail"):
                self._answer(500, {"error": "internal"})
            elif behaviour == "huge":
                self._raw(200, b" " * 200_000)
            elif behaviour == "redirect":
                self.send_response(302)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()
            elif behaviour.isdecimal():
                self._answer(int(behaviour), {"error": "as told"})
            self.close_connection = True

        def _answer(self, status: int, content: dict) -> None:
            self._raw(status, json.dumps(content).encode())

        def _raw(self, status: int, body: bytes) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass

    return Handler
