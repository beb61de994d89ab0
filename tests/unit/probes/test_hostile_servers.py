"""A14, A15: servers that say anything at all, in pieces of any size."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.guard.connection import Connection, ConnectPhases
from pulseboard.guard.deadline import Deadline
from pulseboard.guard.errors import ConnectFailed
from pulseboard.probes.conversing import Conversing, converse
from pulseboard.probes.facts import Facts
from pulseboard.probes.kinds.grpc import Grpc
from pulseboard.probes.kinds.imap import Imap
from pulseboard.probes.kinds.mysql import Mysql
from pulseboard.probes.kinds.postgresql import Postgresql
from pulseboard.probes.kinds.redis import Redis
from pulseboard.probes.kinds.smtp import Smtp
from pulseboard.probes.kinds.tcp import Tcp

KINDS: dict[str, tuple[Conversing, bytes]] = {
    "grpc": (Grpc(host="h.test"), b"\0\0\0\x04\0\0\0\0\0"),
    "imap": (Imap(host="h.test"), b"* OK "),
    "imap start_tls": (Imap(host="h.test", start_tls=True), b"* OK \r\na1 "),
    "mysql": (Mysql(host="h.test"), b"\x05\0\0\0\x0a5.5\0"),
    "mysql error": (Mysql(host="h.test"), b"\x03\0\0\0\xff"),
    "postgresql": (Postgresql(host="h.test"), b"E\0\0\0\x20"),
    "redis": (Redis(host="h.test", password="x"), b"+OK\r\n-"),
    "smtp": (Smtp(host="h.test"), b"220-a\r\n220 b\r\n250"),
    "smtp start_tls": (Smtp(host="h.test", start_tls=True), b"220 b\r\n250 "),
    "tcp": (Tcp(host="h.test", port=80, answer="hello"), b"he"),
}


class Wire:
    """Says *pieces* and then ends."""

    has_more = False

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = [each for each in pieces if each]

    async def receive(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    async def send(self, data: bytes) -> None:
        """Nobody listens."""

    def close(self) -> None:
        """Nothing is open."""


def heard(probe: Conversing, pieces: list[bytes]) -> Facts:
    phases = ConnectPhases(resolve_seconds=0, connect_seconds=0)
    line = Connection(Wire(pieces), "192.0.2.1", phases, Deadline(10))
    return asyncio.run(converse(line, probe.aim, probe.converse))


@pytest.mark.parametrize("kind", KINDS)
@given(pieces=st.lists(st.binary(max_size=40), max_size=6))
def test_only_our_own_errors_come_of_it(kind: str, pieces: list[bytes]) -> None:
    probe, beginning = KINDS[kind]
    for said in (pieces, [beginning, *pieces], [beginning + b"".join(pieces)]):
        with contextlib.suppress(ConnectFailed):
            facts = heard(probe, said)
            texts = [each for each in facts.values.values() if isinstance(each, str)]
            assert all(each.isprintable() for each in [facts.summary, *texts])
            assert all(len(each) <= 100 for each in texts)


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_cut_anywhere_is_an_error_or_an_answer(kind: str) -> None:
    probe, beginning = KINDS[kind]
    for length in range(len(beginning)):
        with contextlib.suppress(ConnectFailed):
            heard(probe, [beginning[:length]])
