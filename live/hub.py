"""The heart of the event process: reads the log of hints once and hands each one to the streams that may hear it."""

import asyncio
import json
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import redis.asyncio as redis
from redis.exceptions import RedisError

from live import log
from live.tickets import Refused, Ticket

logger = logging.getLogger(__name__)

STREAMS_A_PERSON = 5
BACKLOG = 200
"""Hints that wait for a slow reader; who is slower is let go, and comes back with the id of what he has read."""

LOOK_EVERY_MS = 2_000
RETRY_AFTER = 0.5

LOST = RedisError, OSError, TimeoutError


@dataclass(frozen=True, slots=True)
class Message:
    """An event of a stream: `hint`, `resync`, `over` or `enough`, with the id in the log up to which all is told."""

    event: str
    id: str
    data: str = "{}"

    @property
    def is_last(self) -> bool:
        return self.event in {"over", "enough"}


@dataclass(eq=False, slots=True)
class Stream:
    """One open page: hints that came after `opened_at` wait in it. `too_slow` when its reader did not keep up."""

    ticket: Ticket
    opened_at: str
    waiting: asyncio.Queue[Message] = field(default_factory=lambda: asyncio.Queue(BACKLOG))
    too_slow: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, message: Message) -> None:
        try:
            self.waiting.put_nowait(message)
        except asyncio.QueueFull:
            self.too_slow.set()


class Hub:
    def __init__(self, url: str) -> None:
        # Reads that wait for the next hint are no failures, so there is no timeout on the socket.
        self.redis = redis.Redis.from_url(url, decode_responses=True, protocol=2, socket_timeout=None)
        self.position = log.START
        self.by_person: defaultdict[int, list[Stream]] = defaultdict(list)
        self.by_topic: defaultdict[str, set[Stream]] = defaultdict(set)

    @property
    def streams(self) -> list[Stream]:
        return [stream for streams in self.by_person.values() for stream in streams]

    @property
    def is_ready(self) -> bool:
        return self.position != log.START

    async def run(self) -> None:
        """Read the log for ever. When the server was away, everybody is told to look anew if hints were lost."""
        is_lost, beaten_at = True, 0.0
        while True:
            try:
                if is_lost:
                    await self._catch_up()
                    is_lost = False
                if time.monotonic() - beaten_at > log.BEAT_LIVES / 4:
                    await self.redis.set(log.BEAT, len(self.streams), ex=log.BEAT_LIVES)
                    beaten_at = time.monotonic()
                answer = await self.redis.xread({log.STREAM: self.position}, block=LOOK_EVERY_MS, count=500)
                for entry_id, entry in log.entries_of(answer):
                    self._take(entry_id, entry)
            except LOST as error:
                logger.warning("The log of hints does not answer: %s", error)
                is_lost = True
                await asyncio.sleep(RETRY_AFTER)

    async def close(self) -> None:
        await self.redis.aclose()

    @asynccontextmanager
    async def stream(self, ticket: Ticket) -> AsyncIterator[Stream]:
        """A stream for the length of the block. Raises Refused when the ticket has been revoked meanwhile.

        Beyond five streams of a person the oldest is told that it is enough.
        """
        stream = Stream(ticket, self.position)
        own = self.by_person[ticket.person]
        own.append(stream)
        for topic in ticket.topics:
            self.by_topic[topic].add(stream)
        try:
            # Looked at once the stream is in the list: whatever is revoked from now on reaches it.
            if ticket.generation != await self._generation(ticket.person):
                raise Refused("revoked")
            for surplus in own[:-STREAMS_A_PERSON]:
                surplus.tell(Message("enough", self.position))
            yield stream
        finally:
            own.remove(stream)
            if not own:
                self.by_person.pop(ticket.person, None)
            for topic in ticket.topics:
                self.by_topic[topic].discard(stream)
                if not self.by_topic[topic]:
                    del self.by_topic[topic]

    async def missed(self, stream: Stream, after: str) -> list[Message]:
        """What the stream's topics were told after this id and before it was opened; `resync` when that is not kept."""
        if not await self._is_kept(after):
            return [Message("resync", stream.opened_at)]
        entries = await self.redis.xrange(log.STREAM, min=f"({after}", max=stream.opened_at)
        return [_hint(entry_id, entry) for entry_id, entry in entries if entry["topic"] in stream.ticket.topics]

    async def _catch_up(self) -> None:
        """Find the end of the log; when hints were lost during a pause, have everybody look anew."""
        newest = await self.redis.xrevrange(log.STREAM, count=1)
        end = newest[0][0] if newest else await self.redis.xadd(log.STREAM, {"topic": log.BEGUN, "ids": "{}"})
        if not self.is_ready:
            self.position = end
        elif not await self._is_kept(self.position):
            self.position = end
            await self._close_revoked()
            for stream in self.streams:
                stream.tell(Message("resync", end))

    async def _is_kept(self, entry_id: str) -> bool:
        """Whether the log still has everything that came after this id."""
        oldest = await self.redis.xrange(log.STREAM, count=1)
        return bool(oldest) and log.position(entry_id) >= log.position(oldest[0][0])

    def _take(self, entry_id: str, entry: dict[str, str]) -> None:
        self.position = entry_id
        if entry["topic"] == log.REVOKED:
            self._close(int(entry["person"]), int(entry["generation"]))
            return
        message = _hint(entry_id, entry)
        for stream in self.by_topic.get(entry["topic"], ()):
            stream.tell(message)

    def _close(self, person: int, generation: int) -> None:
        for stream in self.by_person.get(person, ()):
            if stream.ticket.generation < generation:
                stream.tell(Message("over", self.position))

    async def _close_revoked(self) -> None:
        for person in list(self.by_person):
            self._close(person, await self._generation(person))

    async def _generation(self, person: int) -> int:
        return int(await self.redis.get(log.generation_key(person)) or 0)


def _hint(entry_id: str, entry: dict[str, str]) -> Message:
    return Message("hint", entry_id, json.dumps({"topic": entry["topic"], **json.loads(entry["ids"])}))
