"""The bytes of one socket, in and out, for one task at a time."""

from __future__ import annotations

import asyncio
import collections
from typing import cast

from pulseboard.guard.errors import ConnectFailed, Failure

#: Read from the socket at a time.
PIECE_BYTES = 16 * 1024
#: Held at most, plus one piece; until somebody reads, the sender waits.
HELD_BYTES = 64 * 1024


class Wire(asyncio.BufferedProtocol):
    """
    A connection that ends with its deadline, whatever it is doing.

    One timer for all of it: a timeout for each read begins anew with every byte.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._buffer: memoryview | None = None
        self._pieces: collections.deque[bytes] = collections.deque()
        self._held_bytes = 0
        self._is_full = False
        self._has_ended = False
        self._failure: Failure | None = None

    @property
    def has_more(self) -> bool:
        """Whether something came that nobody received."""
        return bool(self._pieces)

    def end_in(self, seconds: float) -> None:
        """Close the connection in *seconds*; who waits then is told of the timeout."""
        self._timer = self._loop.call_later(seconds, self._expire)

    async def receive(self) -> bytes:
        """Return what came next, empty at the end."""
        while not self._pieces and not self._has_ended:
            await self._wait()
        if self._failure is Failure.TIMEOUT:
            raise ConnectFailed(self._failure)
        if self._pieces:
            return self._taken()
        if self._failure is not None:
            raise ConnectFailed(self._failure)
        return b""

    async def send(self, data: bytes | memoryview) -> None:
        """Send *data*; wait while too much of it is not taken."""
        self.post(data)
        while self._is_full and self._failure is None:
            await self._wait()
        # Who closes without hearing us out may have said why.
        if self._failure is not None and not self._pieces:
            raise ConnectFailed(self._failure)

    def post(self, data: bytes | memoryview) -> None:
        """Send *data* as far as that is still possible; wait for nothing."""
        if data and self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        """Close at once; what was written and not taken is lost."""
        self._end(Failure.CLOSED)
        self._pieces.clear()

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        # Not before the first byte: connections that wait hold no memory.
        if self._buffer is None:
            self._buffer = memoryview(bytearray(PIECE_BYTES))
        return self._buffer

    def buffer_updated(self, count: int) -> None:
        if self._has_ended or self._buffer is None:
            return
        self._pieces.append(bytes(self._buffer[:count]))
        self._held_bytes += count
        if self._held_bytes >= HELD_BYTES and self._transport is not None:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self._has_ended = True
        self._wake()
        return True  # it may still listen

    def connection_lost(self, error: Exception | None) -> None:
        self._end(Failure.CLOSED)

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._wake()

    # Inside.

    def _taken(self) -> bytes:
        piece = self._pieces.popleft()
        was_full = self._held_bytes >= HELD_BYTES
        self._held_bytes -= len(piece)
        if was_full and self._held_bytes < HELD_BYTES:
            self._resume_reading()
        return piece

    def _resume_reading(self) -> None:
        if self._transport is not None and not self._has_ended:
            self._transport.resume_reading()

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        except asyncio.CancelledError:
            self.close()  # nobody can tell any more what was read or sent
            raise
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _expire(self) -> None:
        self._end(Failure.TIMEOUT)

    def _end(self, failure: Failure) -> None:
        """Close; the first reason stays."""
        self._has_ended = True
        if self._failure is None:
            self._failure = failure
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transport is not None:
            self._transport.abort()
            self._transport = None
        self._wake()
