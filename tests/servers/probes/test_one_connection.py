"""X6: what every kind over one connection makes of servers that do not serve."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.servers.probes.asking import (
    ask,
    failure_of,
    free_port,
    leaving,
    saying,
    scripted,
    silent,
)

from pulseboard.guard.errors import Blocked, Failure
from pulseboard.guard.verdict import Trust
from pulseboard.probes.kinds.grpc import Grpc
from pulseboard.probes.kinds.imap import Imap
from pulseboard.probes.kinds.mysql import Mysql
from pulseboard.probes.kinds.postgresql import Postgresql
from pulseboard.probes.kinds.redis import Redis
from pulseboard.probes.kinds.smtp import Smtp
from pulseboard.probes.kinds.tcp import Tcp
from pulseboard.probes.kinds.tls import Tls
from pulseboard.probes.kinds.websocket import Websocket
from pulseboard.probes.probe import Probe

HOST = "127.0.0.1"
Maker = Callable[[int], Probe]

KINDS: dict[str, Maker] = {
    "grpc": lambda port: Grpc(host=HOST, port=port),
    "imap": lambda port: Imap(host=HOST, port=port),
    "imap start_tls": lambda port: Imap(host=HOST, port=port, start_tls=True),
    "mysql": lambda port: Mysql(host=HOST, port=port),
    "postgresql": lambda port: Postgresql(host=HOST, port=port),
    "postgresql tls": lambda port: Postgresql(host=HOST, port=port, tls=True),
    "redis": lambda port: Redis(host=HOST, port=port),
    "smtp": lambda port: Smtp(host=HOST, port=port),
    "tls": lambda port: Tls(host=HOST, port=port),
    "tls imap": lambda port: Tls(host=HOST, port=port, start_tls="imap"),
    "tls smtp": lambda port: Tls(host=HOST, port=port, start_tls="smtp"),
    "websocket": lambda port: Websocket(url=f"ws://{HOST}:{port}/"),
}
every_kind = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())


@every_kind
def test_a_port_without_a_server_is_refused(make: Maker) -> None:
    assert failure_of(make(free_port())) is Failure.REFUSED


@every_kind
def test_silence_ends_at_the_deadline(make: Maker) -> None:
    """A14"""
    with scripted(silent) as port:
        assert failure_of(make(port), timeout_seconds=0.3) is Failure.TIMEOUT


@every_kind
def test_a_server_that_leaves_was_closed_early(make: Maker) -> None:
    with scripted(leaving) as port:
        assert failure_of(make(port)) in (Failure.CLOSED, Failure.TLS)


@every_kind
@pytest.mark.parametrize("junk", [b"\0" * 70_000, b"\xff" * 70_000, b"a b\r\n" * 9_000])
def test_junk_is_no_answer(make: Maker, junk: bytes) -> None:
    """A15"""
    with scripted(saying(junk)) as port:
        assert failure_of(make(port), timeout_seconds=3) in (
            Failure.PROTOCOL,
            Failure.NOT_TLS,
            Failure.TLS,
            Failure.CLOSED,
        )


@every_kind
def test_people_reach_no_service_of_ours(make: Maker) -> None:
    """A01, A09"""
    connections = []
    with scripted(connections.append) as port, pytest.raises(Blocked):
        ask(make(port), trust=Trust.PEOPLE)
    assert connections == []


def test_tcp_is_up_when_it_connects() -> None:
    with scripted(silent) as port:
        facts = ask(Tcp(host=HOST, port=port))
    assert facts.summary == "connected"
    assert facts.values["tcp.matched"] is True
    assert facts.phases.connect_seconds is not None


@pytest.mark.parametrize(
    ("answer", "matched"), [("+PONG", True), ("+PONG\\r\\n", True), ("-ERR", False)]
)
def test_tcp_compares_how_the_answer_begins(answer: str, matched: bool) -> None:
    with scripted(saying(b"+PONG\r\n more")) as port:
        facts = ask(Tcp(host=HOST, port=port, send="PING\\r\\n", answer=answer))
    assert facts.values["tcp.matched"] is matched


def test_tcp_that_ends_before_the_answer_is_whole_does_not_match() -> None:
    with scripted(lambda client: client.sendall(b"+PO")) as port:
        facts = ask(Tcp(host=HOST, port=port, answer="+PONG"))
    assert facts.values["tcp.matched"] is False
    assert facts.body == b"+PO"
