"""Calling an HTTP gateway so that one knows what one may conclude: whether it can have heard us at all.

Addresses come from the settings only. No redirect is followed, certificates are checked, the answer is bounded.
"""

import http.client
import ipaddress
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ANSWER_LIMIT = 64 * 1024


class NotReached(Exception):
    """Nothing was sent: no connection."""


class CutOff(Exception):
    """Something was sent and no whole answer came."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as an object; {} when it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def post_form(url: str, fields: Mapping[str, object]) -> Answer:
    body = urlencode({name: str(value) for name, value in fields.items()})
    return _call("POST", url, body.encode(), {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})


def post_json(url: str, content: Mapping[str, object], headers: Mapping[str, str]) -> Answer:
    body = json.dumps(content, ensure_ascii=False).encode()
    return _call("POST", url, body, {"Content-Type": "application/json", **headers})


def get(url: str, headers: Mapping[str, str]) -> Answer:
    return _call("GET", url, None, dict(headers))


def _call(method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Answer:
    """One request. Raises NotReached or CutOff; an answer with any status is an Answer."""
    connection, target = _connection(url)
    deadline = time.monotonic() + settings.GATEWAY_TIMEOUT
    try:
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as error:
            raise NotReached(str(error) or type(error).__name__) from error
        connection.sock.settimeout(settings.GATEWAY_TIMEOUT)
        try:
            connection.request(method, target, body, {"Accept": "application/json", **headers})
            response = connection.getresponse()
            return Answer(response.status, _read(response, connection, deadline))
        except (OSError, http.client.HTTPException) as error:
            raise CutOff(str(error) or type(error).__name__) from error
    finally:
        connection.close()


def _read(response: http.client.HTTPResponse, connection: http.client.HTTPConnection, deadline: float) -> bytes:
    """The whole body, while it is short and comes in time: one that drips for ever is cut off."""
    read = b""
    while chunk := response.read1(8192):
        read += chunk
        left = deadline - time.monotonic()
        if len(read) > ANSWER_LIMIT or left <= 0:
            raise CutOff("the answer is too long or too slow")
        if connection.sock:
            connection.sock.settimeout(left)
    return read


def _connection(url: str) -> tuple[http.client.HTTPConnection, str]:
    """A connection to the address of the settings and the path to ask for. Plain HTTP is for one's own machine only."""
    parts = urlsplit(url)
    host, target = parts.hostname or "", parts.path or "/"
    if parts.query:
        target = f"{target}?{parts.query}"
    timeout = settings.GATEWAY_CONNECT_TIMEOUT
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=context), target
    if parts.scheme == "http" and _is_own_machine(host):
        return http.client.HTTPConnection(host, parts.port, timeout=timeout), target
    raise ImproperlyConfigured(f"The address of a gateway begins with https://, not {parts.scheme}://{host}")


def _is_own_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
