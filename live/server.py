"""The event process: an ASGI application that holds the streams of server-sent events, without a database connection.

    uvicorn lbg_support.asgi:application

`/live/stream?ticket=…&after=…` is a stream for who shows a valid ticket; `after` (or the header Last-Event-ID) is the
id of the last event that he has, and all that his topics were told since is told first. `/live/healthz` answers while
the process does. Events: `ready` and `beat` keep the connection known to be open, `hint` says what changed, `resync`
that everything must be read anew, `over` that another ticket is needed, `enough` that the person has too many streams.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http.request import validate_host

from live import log
from live.hub import LOST, Hub, Message, Stream
from live.tickets import Refused, read

logger = logging.getLogger(__name__)

BEAT_EVERY = 15
"""Seconds without a hint after which the stream says that it is alive."""
LIVES = 10 * 60
"""Seconds that a stream lives; then another ticket is asked for, and with it whether the session is still there."""
SLOW_AFTER = 30
"""Seconds that a reader may take to read."""

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

STREAM_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}


class Application:
    def __init__(self) -> None:
        self.hub: Hub | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Read the log of hints from the start of the process to its end."""
        await receive()
        self.hub = Hub(settings.REDIS_URL)
        reading = asyncio.create_task(self.hub.run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
        await self.hub.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        hub = self.hub
        if scope["path"] == "/live/healthz" and hub:
            state = {"status": "ok" if hub.is_ready else "waiting", "streams": len(hub.streams)}
            await _say(send, 200 if hub.is_ready else 503, json.dumps(state))
        elif scope["path"] != "/live/stream":
            await _say(send, 404, "There is nothing here.")
        elif scope["method"] != "GET":
            await _say(send, 405, "A stream is read with GET.")
        elif not hub or not hub.is_ready:
            await _say(send, 503, "The log of hints does not answer.")
        else:
            await _serve(hub, scope, receive, send)


async def _serve(hub: Hub, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Refuse, or hold the stream until its reader is gone, too slow or told that it is over."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
    allowed = _allowed_origin(headers)
    if "origin" in headers and not allowed:
        await _say(send, 403, "Pages of this origin are not ours.")
        return
    try:
        ticket = read(query.get("ticket", ""))
        after = headers.get("last-event-id") or query.get("after", "")
        log.position(after or log.START)
        async with hub.stream(ticket) as stream:
            missed = await hub.missed(stream, after) if after else []
            await send(_start(200, {**STREAM_HEADERS, **allowed}))
            # Cancelled means that the process stops: the reader comes back when there is another one.
            with suppress(asyncio.CancelledError):
                await _until_gone(_write(hub, stream, missed, send), receive, stream)
            await _end(send)
    except Refused:
        await _say(send, 403, "The ticket is not valid: ask for another one.", allowed)
    except ValueError:
        await _say(send, 400, "The id of the last event is none.", allowed)
    except LOST:
        logger.exception("A stream was not opened")
        await _say(send, 503, "The log of hints does not answer.", allowed)


async def _until_gone(writing: Awaitable[None], receive: Receive, stream: Stream) -> None:
    """Write until that is done, the reader has hung up, or has not kept up."""
    tasks = [asyncio.ensure_future(each) for each in (writing, _hung_up(receive), stream.too_slow.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _write(hub: Hub, stream: Stream, missed: list[Message], send: Send) -> None:
    """The events of a stream, to its last one."""
    await _write_event(send, Message("ready", missed[-1].id if missed else stream.opened_at), retry=1000)
    for message in missed:
        await _write_event(send, message)
    async for message in _messages(hub, stream):
        await _write_event(send, message)


async def _messages(hub: Hub, stream: Stream) -> AsyncIterator[Message]:
    """What comes for the stream, and a beat when nothing does; the last one says that it is over or enough."""
    ends_at = time.monotonic() + LIVES
    while time.monotonic() < ends_at:
        try:
            message = await asyncio.wait_for(stream.waiting.get(), BEAT_EVERY)
        except TimeoutError:
            message = Message("beat", hub.position)
        yield message
        if message.is_last:
            return
    yield Message("over", hub.position)


async def _write_event(send: Send, message: Message, retry: int = 0) -> None:
    """One event in the format of text/event-stream. Raises TimeoutError when the reader reads nothing for too long."""
    lines = [f"retry: {retry}"] if retry else []
    lines += [f"id: {message.id}", f"event: {message.event}", f"data: {message.data}", "", ""]
    body = {"type": "http.response.body", "body": "\n".join(lines).encode(), "more_body": True}
    await asyncio.wait_for(send(body), SLOW_AFTER)


async def _end(send: Send) -> None:
    """The end of the body, for a reader that reads."""
    with suppress(TimeoutError):
        await asyncio.wait_for(send({"type": "http.response.body", "body": b"", "more_body": False}), 1)


def _allowed_origin(headers: dict[str, str]) -> dict[str, str]:
    """The header that lets a page of our own read the stream when the event process has a port of its own."""
    origin = headers.get("origin", "")
    if validate_host(urlsplit(origin).hostname or "", settings.ALLOWED_HOSTS):
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    return {}


async def _say(send: Send, status: int, text: str, headers: dict[str, str] | None = None) -> None:
    plain = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    await send(_start(status, plain | (headers or {})))
    await send({"type": "http.response.body", "body": text.encode()})


def _start(status: int, headers: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "http.response.start",
        "status": status,
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
    }


application = Application()
