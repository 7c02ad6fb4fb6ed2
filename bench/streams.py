"""Measure the event process: its memory with idle streams, and how long a hint takes to reach all of them.

    python -m lbg_support.embedded exec --ephemeral -- .venv/bin/python bench/streams.py 200

Each stream is a person of his own, so that the limit of five a person is not in the way.
"""

import asyncio
import os
import statistics
import sys
import time
from pathlib import Path

import django

HINTS = 50

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lbg_support.settings")
django.setup()

from live.publishing import publish  # noqa: E402
from live.tests.serving import HOST, EventProcess, ticket_of  # noqa: E402

TOPIC = "board:renewal"


def memory(pid: int) -> float:
    """The process's own share of memory (PSS), in megabytes."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(rollup.split("Pss:")[1].split()[0]) / 1024


async def open_stream(port: int, person: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(f"GET /live/stream?ticket={ticket_of(person, TOPIC)} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
    await reader.readuntil(b"event: ready")
    return reader, writer


async def measure(process: EventProcess, count: int) -> None:
    pid = process.process.pid
    print(f"{'no':>5} streams: {memory(pid):6.1f} MB")
    streams = [await open_stream(process.port, person) for person in range(1, count + 1)]
    print(f"{count:5} streams: {memory(pid):6.1f} MB, {process.health()['streams']} counted by the process itself")
    taken = []
    for _each in range(HINTS):
        began = time.perf_counter()
        publish(TOPIC)
        await asyncio.gather(*(reader.readuntil(b"event: hint") for reader, _writer in streams))
        taken.append(1000 * (time.perf_counter() - began))
    print(f"a hint reaches all {count}: median {statistics.median(taken):.1f} ms, slowest {max(taken):.1f} ms")
    has_driver = "psycopg2" in Path(f"/proc/{pid}/maps").read_text()
    print(f"a database driver is {'' if has_driver else 'not '}loaded")
    for _reader, writer in streams:
        writer.close()


if __name__ == "__main__":
    with EventProcess() as started:
        asyncio.run(measure(started, int(sys.argv[1]) if len(sys.argv) > 1 else 200))
