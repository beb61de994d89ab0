"""
Names looked up for an event loop, which never waits for the system's resolver.

A lookup has no timeout of its own, so it runs in a thread that may be left behind.
There are at most as many as `dial` has slots; further lookups wait for their turn.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import functools
import os
import socket
import threading
from collections.abc import Sequence

from pulseboard.guard import dial
from pulseboard.guard.deadline import Deadline
from pulseboard.guard.dial import Record, Resolver
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.guard.name_failure import name_failure
from pulseboard.guard.verdict import parse_address

Found = Sequence[Record] | Failure

#: A thread that has nothing to do stays for that long; starting one costs more than
#: most lookups.
IDLE_SECONDS = 10.0


async def addresses(
    host: str, port: int, deadline: Deadline, resolver: Resolver | None = None
) -> list[Record]:
    """
    Return the records of *host*, each once; an IP address asks nobody.

    Raises:
        ConnectFailed: No answer in time, none from the resolver, or the name does
            not exist.
    """
    literal = _literal(host)
    if literal is None:
        return await _looked_up(host, port, deadline, resolver or dial.system_resolver)
    family, address = literal
    if family == socket.AF_INET:
        return [(family, (address, port))]
    return [(family, (address, port, 0, 0))]


@functools.lru_cache(maxsize=4096)
def _literal(host: str) -> tuple[int, str] | None:
    """Return family and usual notation of an IP address, None for a name."""
    parsed = parse_address(host)
    if parsed is None:
        return None
    return (socket.AF_INET if parsed.version == 4 else socket.AF_INET6), str(parsed)


class _Lookup:
    def __init__(self, host: str, port: int, resolver: Resolver) -> None:
        self._question = (host, port)
        self._resolver = resolver
        self._loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[Found] = self._loop.create_future()
        self.has_begun = False

    def run(self) -> None:
        """Ask, in a thread."""
        self.has_begun = True
        found: Found
        try:
            found = self._resolver(*self._question)
        except Exception as error:  # whatever a resolver stumbles over
            found = name_failure(error)
        with contextlib.suppress(RuntimeError):  # the loop is gone
            self._loop.call_soon_threadsafe(self._settle, found)

    def _settle(self, found: Found) -> None:
        if not self.answer.done():
            self.answer.set_result(found)


async def _looked_up(
    host: str, port: int, deadline: Deadline, resolver: Resolver
) -> list[Record]:
    lookup = _Lookup(host, port, resolver)
    _workers.take(lookup)
    try:
        async with asyncio.timeout(deadline.left_seconds()):
            found = await lookup.answer
    except TimeoutError:
        late = Failure.TIMEOUT if lookup.has_begun else Failure.BUSY
        raise ConnectFailed(late) from None
    if isinstance(found, Failure):
        raise ConnectFailed(found)
    if not found:
        raise ConnectFailed(Failure.NAME)
    return list(dict.fromkeys(found))


class _Workers:
    """The threads. One that runs a lookup holds a slot; an idle one holds none."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: collections.deque[_Lookup] = collections.deque()
        self._idle = 0
        self._called = 0  # idle ones that were given a slot and have not woken yet

    def take(self, lookup: _Lookup) -> None:
        with self._changed:
            self._waiting.append(lookup)
            if not dial.resolving.acquire(blocking=False):
                return  # whoever is done first
            if self._idle > self._called:
                self._called += 1
                return self._changed.notify()
        work = functools.partial(self._work, dial.resolving)
        threading.Thread(target=work, name="pulseboard-resolve", daemon=True).start()

    def _work(self, slots: threading.Semaphore) -> None:
        while True:
            while (lookup := self._next(slots)) is not None:
                lookup.run()
            if not self._is_called_again():
                return

    def _next(self, slots: threading.Semaphore) -> _Lookup | None:
        """Return the next that is still wanted, or give the slot back."""
        with self._changed:
            while self._waiting:
                lookup = self._waiting.popleft()
                if not lookup.answer.done():
                    return lookup
            # Under the lock: whoever comes next finds the slot free.
            slots.release()
            self._idle += 1
            return None

    def _is_called_again(self) -> bool:
        with self._changed:
            called = self._changed.wait_for(lambda: self._called > 0, IDLE_SECONDS)
            self._idle -= 1
            self._called -= called
            return called


_workers = _Workers()


def _begin_anew() -> None:
    """Forget threads that a fork left behind."""
    global _workers
    _workers = _Workers()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
