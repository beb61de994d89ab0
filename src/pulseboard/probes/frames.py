"""Frames of WebSocket (RFC 6455), as far as one question and one answer need them."""

from __future__ import annotations

import secrets
import struct
from typing import Protocol

from pulseboard.guard.errors import ConnectFailed, Failure

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
FINAL, MASKED = 0x80, 0x80

#: Of a message; the rest is not read.
MESSAGE_BYTES = 4096
#: Pings before the answer.
FRAMES = 100


class Line(Protocol):
    """What frames are read from and written to."""

    async def read_exactly(self, count: int) -> bytes: ...

    async def write(self, data: bytes) -> None: ...


def frame(sort: int, contents: bytes) -> bytes:
    """Return one whole frame; what a client sends must be masked."""
    mask = secrets.token_bytes(4)
    masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(contents))
    return bytes([FINAL | sort]) + _length(len(contents)) + mask + masked


async def hear_message(line: Line) -> bytes:
    """
    Return the beginning of the next message, answering pings before it.

    Raises:
        ConnectFailed: CLOSED: the server says goodbye; PROTOCOL: it is no frame.
    """
    for _ in range(FRAMES):
        sort, length = await _head(line)
        if sort in (TEXT, BINARY):
            return await line.read_exactly(min(length, MESSAGE_BYTES))
        if sort == CLOSE:
            raise ConnectFailed(Failure.CLOSED)
        if sort not in (PING, PONG) or length > 125:
            break
        contents = await line.read_exactly(length)
        if sort == PING:
            await line.write(frame(PONG, contents))
    raise ConnectFailed(Failure.PROTOCOL)


async def _head(line: Line) -> tuple[int, int]:
    """Return sort and length of the next frame."""
    first, second = await line.read_exactly(2)
    # No extension was agreed on, and servers do not mask.
    if first & 0x70 or second & MASKED:
        raise ConnectFailed(Failure.PROTOCOL)
    length = second
    if length == 126:
        (length,) = struct.unpack("!H", await line.read_exactly(2))
    elif length == 127:
        (length,) = struct.unpack("!Q", await line.read_exactly(8))
    return first & 0x0F, length


def _length(count: int) -> bytes:
    if count < 126:
        return bytes([MASKED | count])
    return bytes([MASKED | 126]) + struct.pack("!H", count)
