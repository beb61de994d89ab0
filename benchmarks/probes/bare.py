"""
The bare case: a loop that asks the same and neither judges nor stores.

``python -m benchmarks.probes.bare URL AUTHORITY COUNT EVERY_SECONDS ROUNDS``
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import time
from typing import cast
from urllib.parse import urlsplit


async def _rounds(
    url: str, authority: str, count: int, every_seconds: float, rounds: int
) -> list[float]:
    """Return the processor seconds of each round."""
    parts = urlsplit(url)
    tls = None
    if parts.scheme == "https":
        tls = ssl.create_default_context(cafile=authority)
    taken = []
    for _ in range(rounds):
        began, began_cpu = time.monotonic(), time.process_time()
        tasks = []
        for number in range(count):
            due = began + number * every_seconds / count
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            tasks.append(
                asyncio.create_task(_ask(parts.hostname or "", parts.port or 80, tls))
            )
        await asyncio.gather(*tasks)
        taken.append(time.process_time() - began_cpu)
    return taken


async def _ask(host: str, port: int, tls: ssl.SSLContext | None) -> None:
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    await loop.create_connection(lambda: _Asking(done), host, port, ssl=tls)
    assert b" 200 " in await done


class _Asking(asyncio.Protocol):
    def __init__(self, done: asyncio.Future[bytes]) -> None:
        self._done = done
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's own class is none of asyncio's.
        cast(asyncio.Transport, transport).write(
            b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        self._seen += data

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_result(self._seen)


if __name__ == "__main__":
    import uvloop

    url, authority, count, every_seconds, rounds = sys.argv[1:]
    found = uvloop.run(
        _rounds(url, authority, int(count), float(every_seconds), int(rounds))
    )
    print(json.dumps(found))
