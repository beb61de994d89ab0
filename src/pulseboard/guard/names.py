"""
Names looked up for an event loop, which never waits for the system's resolver.

A lookup has no timeout of its own, so it runs in a thread that may be left behind.
There are at most as many as `dial` has slots; further lookups wait for their turn.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import socket
import threading
from collections.abc import Sequence

from pulseboard.guard import dial
from pulseboard.guard.deadline import Deadline
from pulseboard.guard.dial import Record, Resolver
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.guard.verdict import parse_address


async def addresses(
    host: str, port: int, deadline: Deadline, resolver: Resolver | None = None
) -> list[Record]:
    """
    Return the records of *host*, each once; an IP address asks nobody.

    Raises:
        ConnectFailed: No answer in time, or the name does not exist.
    """
    parsed = parse_address(host)
    if parsed is None:
        return await _looked_up(host, port, deadline, resolver or dial.system_resolver)
    if parsed.version == 4:
        return [(socket.AF_INET, (str(parsed), port))]
    return [(socket.AF_INET6, (str(parsed), port, 0, 0))]


class _Lookup:
    def __init__(self, host: str, port: int, resolver: Resolver) -> None:
        self._question = (host, port)
        self._resolver = resolver
        self._loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[Sequence[Record]] = self._loop.create_future()
        self.has_begun = False

    def run(self) -> None:
        """Ask, in a thread."""
        self.has_begun = True
        found: Sequence[Record] = ()
        with contextlib.suppress(Exception):  # the same to us as no such name
            found = self._resolver(*self._question)
        with contextlib.suppress(RuntimeError):  # the loop is gone
            self._loop.call_soon_threadsafe(self._settle, found)

    def _settle(self, found: Sequence[Record]) -> None:
        if not self.answer.done():
            self.answer.set_result(found)


_lock = threading.Lock()
_waiting: collections.deque[_Lookup] = collections.deque()


async def _looked_up(
    host: str, port: int, deadline: Deadline, resolver: Resolver
) -> list[Record]:
    lookup = _Lookup(host, port, resolver)
    _enqueue(lookup)
    try:
        async with asyncio.timeout(deadline.left_seconds()):
            records = await lookup.answer
    except TimeoutError:
        late = Failure.TIMEOUT if lookup.has_begun else Failure.BUSY
        raise ConnectFailed(late) from None
    if not records:
        raise ConnectFailed(Failure.NAME)
    return list(dict.fromkeys(records))


def _enqueue(lookup: _Lookup) -> None:
    slots = dial.resolving
    with _lock:
        _waiting.append(lookup)
        has_slot = slots.acquire(blocking=False)
    if has_slot:
        threading.Thread(
            target=_work, args=(slots,), name="pulseboard-resolve", daemon=True
        ).start()


def _work(slots: threading.Semaphore) -> None:
    """Run lookups until none waits."""
    while (lookup := _next(slots)) is not None:
        lookup.run()


def _next(slots: threading.Semaphore) -> _Lookup | None:
    """Return the next that is still wanted, or give the slot back."""
    with _lock:
        while _waiting:
            lookup = _waiting.popleft()
            if not lookup.answer.done():
                return lookup
        # Under the lock: whoever comes next finds the slot free.
        slots.release()
        return None
