"""A mail server on loopback (aiosmtpd) that keeps the letters it took, and refuses or hangs up when told to."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes

from aiosmtpd.controller import Controller


class Postbox:
    """`says` is what it answers to the next letters; "cut" takes the letter and hangs up. `refuses` every address."""

    def __init__(self) -> None:
        self.letters = []
        self.says: list[str] = []
        self.refuses = ""

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        say = self.says.pop(0) if self.says else "250 OK"
        if say in {"250 OK", "cut"}:
            self.letters.append((envelope.rcpt_tos, message_from_bytes(envelope.content)))
        if say == "cut":
            server.transport.close()
        return say


@contextmanager
def open_postbox(settings) -> Iterator[Postbox]:
    """The server, with the settings that lead letters to it, while the test runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.MAIL_GATEWAY, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "127.0.0.1", port
    settings.EMAIL_TIMEOUT, settings.DEFAULT_FROM_EMAIL = 2, "ЛБГ <pay@lbg.example>"
    try:
        yield box
    finally:
        controller.stop()
