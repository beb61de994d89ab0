"""
How protocols go over to TLS in the middle of a conversation.

Each function says what comes before the handshake, shakes hands, and returns. What a
server sends ahead of the handshake is refused: nobody could tell who wrote it.
"""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Callable

from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.probes.conversing import Conversation

#: A reply of more lines has lost its way.
LINES = 100

SSL_REQUEST = struct.pack("!II", 8, 80877103)


async def upgrade_smtp(talk: Conversation) -> None:
    """Greet, and say STARTTLS."""
    await greet_smtp(talk)
    await start_tls_smtp(talk)


async def upgrade_imap(talk: Conversation) -> None:
    """Hear the greeting, and say STARTTLS."""
    greeting = await talk.hear()
    if not greeting.upper().startswith("* OK"):
        raise ConnectFailed(Failure.TLS)
    await start_tls_imap(talk)


async def upgrade_postgresql(talk: Conversation) -> None:
    """Ask whether TLS is spoken here."""
    await talk.line.write(SSL_REQUEST)
    if await talk.line.read_exactly(1) != b"S":
        raise ConnectFailed(Failure.TLS)
    await talk.secure()


UPGRADES: dict[str, Callable[[Conversation], Awaitable[None]]] = {
    "smtp": upgrade_smtp,
    "imap": upgrade_imap,
    "postgresql": upgrade_postgresql,
}


async def greet_smtp(talk: Conversation) -> tuple[int, tuple[str, ...]]:
    """
    Hear the greeting and say EHLO.

    Returns:
        The code of the greeting and what the server can do; nothing of the latter
        when it greets with anything but 220.
    """
    code, _ = await hear_smtp(talk)
    if code != 220:
        return code, ()
    await talk.line.write(b"EHLO pulseboard.invalid\r\n")
    answer, lines = await hear_smtp(talk)
    return code, tuple(lines[1:]) if answer == 250 else ()


async def hear_smtp(talk: Conversation) -> tuple[int, list[str]]:
    """Return code and texts of one reply, which may have several lines."""
    lines: list[str] = []
    while True:
        line = await talk.hear(2048)
        code, mark = int(line[:3]), line[3:4]
        if len(lines) >= LINES or not 200 <= code <= 599 or mark not in ("", " ", "-"):
            raise ConnectFailed(Failure.PROTOCOL)
        lines.append(line[4:])
        if mark != "-":
            return code, lines


async def start_tls_smtp(talk: Conversation) -> None:
    """Say STARTTLS; a server that does not want it fails with TLS."""
    await talk.line.write(b"STARTTLS\r\n")
    code, _ = await hear_smtp(talk)
    if code != 220:
        raise ConnectFailed(Failure.TLS)
    await talk.secure()


async def start_tls_imap(talk: Conversation) -> None:
    """Say STARTTLS; a server that does not want it fails with TLS."""
    await talk.line.write(b"a1 STARTTLS\r\n")
    for _ in range(LINES):
        line = await talk.hear()
        if line.startswith("a1 "):
            break
    else:
        raise ConnectFailed(Failure.PROTOCOL)
    if not line.upper().startswith("A1 OK"):
        raise ConnectFailed(Failure.TLS)
    await talk.secure()
