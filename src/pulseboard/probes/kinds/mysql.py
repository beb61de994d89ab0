"""
MySQL and MariaDB: greeting, a login without a password, and what comes of it.

The login is there for politeness: a server counts who leaves right after its greeting
as a faulty connection, and locks the host out after a hundred of them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar

from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.probes.checked import check_line
from pulseboard.probes.conversing import Conversation, Conversing, word
from pulseboard.probes.facts import Facts, Value
from pulseboard.probes.probe import kind

PACKET_BYTES = 16 * 1024
#: Packets of a login, beyond which nobody comes to an end.
ROUNDS = 4

#: Protocol 4.1, secure connection, plug-in authentication.
ABILITIES = 0x00000200 | 0x00008000 | 0x00080000
UTF8 = 33

OK, ERROR, SWITCH, GREETING = 0x00, 0xFF, 0xFE, 0x0A

READY = "ready"
STATES = {
    1040: "too many connections",
    1041: "out of memory",
    1053: "shutting down",
    1129: "locking this host out",
    1130: "not letting this host in",
    1203: "too many connections",
    # The server looked us up and did not like us: it serves.
    1044: READY,
    1045: READY,
    1251: READY,
    1524: READY,
    1698: READY,
    1862: READY,
    3118: READY,
    4151: READY,
}
REFUSING = "refusing"


@kind("mysql")
@dataclass(frozen=True, kw_only=True)
class Mysql(Conversing):
    """
    Args:
        user: Named to the server. It need not exist, and needs no rights.
    """

    port: int = 3306
    user: str = "pulseboard"

    usual_ports: ClassVar[frozenset[int]] = frozenset({3306})
    presumed: ClassVar[tuple[str, ...]] = ("mysql.state == ready",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_line(self.user, "user", 80)

    async def converse(self, talk: Conversation) -> Facts:
        _, greeting = await _packet(talk)
        talk.heard()
        if greeting[0] == ERROR:
            return _facts(talk, _code(greeting), "")
        version = _version(greeting)
        code = await _log_in(talk, self.user)
        return _facts(talk, code, version)


async def _log_in(talk: Conversation, user: str) -> int:
    """Return 0 for a welcome, else the code of the error."""
    await talk.line.write(_framed(1, _login(user)))
    for _ in range(ROUNDS):
        place, answer = await _packet(talk)
        if answer[0] == OK:
            await talk.line.write(_framed(0, b"\x01"))  # quit
            return 0
        if answer[0] == ERROR:
            return _code(answer)
        # It wants to know more, in whatever way; we have no password in any.
        await talk.line.write(_framed(place + 1 & 0xFF, b""))
    raise ConnectFailed(Failure.PROTOCOL)


def _login(user: str) -> bytes:
    head = struct.pack("<IIB23x", ABILITIES, PACKET_BYTES, UTF8)
    return head + user.encode() + b"\0" + b"\0" + b"mysql_native_password\0"


async def _packet(talk: Conversation) -> tuple[int, bytes]:
    """Return the number in order and the contents of one packet, never empty."""
    head = await talk.line.read_exactly(4)
    length = int.from_bytes(head[:3], "little")
    if not 1 <= length <= PACKET_BYTES:
        raise ConnectFailed(Failure.PROTOCOL)
    return head[3], await talk.line.read_exactly(length)


def _framed(place: int, contents: bytes) -> bytes:
    return len(contents).to_bytes(3, "little") + bytes([place]) + contents


def _version(greeting: bytes) -> str:
    version, end, _ = greeting[1:].partition(b"\0")
    if greeting[0] != GREETING or not end:
        raise ConnectFailed(Failure.PROTOCOL)
    return word(version.decode("utf-8", "replace"))


def _code(error: bytes) -> int:
    code: int = struct.unpack_from("<H", error, 1)[0]
    return code


def _facts(talk: Conversation, code: int, version: str) -> Facts:
    state = STATES.get(code, REFUSING) if code else READY
    values: dict[str, Value] = {"mysql.state": state, "mysql.code": float(code)}
    if version:
        values["mysql.version"] = version
    return talk.facts(f"the server is {state}", values=values)
