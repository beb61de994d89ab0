"""
PostgreSQL: as far as the server asks who we are, or says why it will not.

Without a driver, and without a login: a server that asks for a password serves.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar

from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.probes.checked import check_line
from pulseboard.probes.conversing import Conversation, Conversing
from pulseboard.probes.facts import Facts
from pulseboard.probes.probe import kind
from pulseboard.probes.upgrades import upgrade_postgresql

VERSION_3 = 3 << 16
ANSWER_BYTES = 16 * 1024

READY = "ready"
#: SQLSTATE of an error, or its class, and what it means for somebody who waits.
STATES = {
    "57P03": "starting up or shutting down",
    "57P01": "shutting down",
    "53300": "too many clients",
    # The server looked us up and did not like us: it serves.
    "28": READY,
    "3D": READY,
}
REFUSING = "refusing"


@kind("postgresql")
@dataclass(frozen=True, kw_only=True)
class Postgresql(Conversing):
    """
    Args:
        user: Named to the server. It need not exist, and needs no rights.
        database: Named to the server; empty: called as *user*.
        tls: Whether to go on with TLS, which must be offered then.
    """

    port: int = 5432
    user: str = "pulseboard"
    database: str = ""
    tls: bool = False

    usual_ports: ClassVar[frozenset[int]] = frozenset({5432, 6432})
    presumed: ClassVar[tuple[str, ...]] = ("postgresql.state == ready",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_line(self.user, "user", 63)
        check_line(self.database, "database", 63)

    async def converse(self, talk: Conversation) -> Facts:
        if self.tls:
            await upgrade_postgresql(talk)
        await talk.line.write(_startup(self.user, self.database))
        sort, answer = await _answer(talk)
        code = "" if sort == b"R" else _sqlstate(answer)
        state = _state(code)
        values = {"postgresql.state": state, "postgresql.sqlstate": code}
        return talk.facts(f"the server is {state}", values=values)


def _startup(user: str, database: str) -> bytes:
    named = {"user": user, "database": database or user}
    pairs = b"".join(f"{key}\0{value}\0".encode() for key, value in named.items())
    message = struct.pack("!I", VERSION_3) + pairs + b"\0"
    return struct.pack("!I", len(message) + 4) + message


async def _answer(talk: Conversation) -> tuple[bytes, bytes]:
    """Return the first message: its sort (R: who are you; E: an error) and text."""
    head = await talk.line.read_exactly(5)
    talk.heard()
    sort, length = struct.unpack("!cI", head)
    if sort not in (b"R", b"E") or not 4 <= length <= ANSWER_BYTES:
        raise ConnectFailed(Failure.PROTOCOL)
    return sort, await talk.line.read_exactly(length - 4)


def _sqlstate(error: bytes) -> str:
    """Return the code in *error*, whose fields are a letter and a text each."""
    for each in error.split(b"\0"):
        if each[:1] == b"C":
            code = each[1:].decode("ascii")
            if len(code) == 5 and code.isalnum():
                return code
    raise ConnectFailed(Failure.PROTOCOL)


def _state(code: str) -> str:
    if not code:
        return READY
    return STATES.get(code) or STATES.get(code[:2], REFUSING)
