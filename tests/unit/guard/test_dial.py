"""Connections are made to judged addresses only. A02-A04, A14, R7"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.unit.guard.listeners import Listener, answer

from pulseboard.guard import dial as dialing
from pulseboard.guard.deadline import Deadline
from pulseboard.guard.dial import dial, open_connection, resolve, secure
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.verdict import Trust, parse_networks

Serve = Callable[..., Listener]

#: What people may reach in these tests; loopback elsewhere stays forbidden.
ONLY_ONE = parse_networks(("127.0.0.1/32",))


def _records(*addresses: str, port: int = 80) -> list[Any]:
    return [(socket.AF_INET, (address, port)) for address in addresses]


def _refuse_to_connect(*args: object) -> None:
    raise AssertionError("a connection was tried")


def test_an_allowed_address_is_connected(serve: Serve) -> None:
    listener = serve(answer())

    dialed = dial(
        "127.0.0.1",
        listener.port,
        trust=Trust.CODE,
        deadline=Deadline(5),
        allowed_networks=(),
    )

    with dialed.socket:
        assert dialed.socket.getpeername() == ("127.0.0.1", listener.port)
        assert dialed.socket.gettimeout() is not None


def test_a_connection_is_opened_under_the_networks_of_the_settings(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = serve(answer())
    monkeypatch.setattr(dialing, "configured_networks", lambda: ONLY_ONE)

    with open_connection(
        "127.0.0.1", listener.port, trust=Trust.PEOPLE, timeout_seconds=5
    ) as opened:
        assert opened.getpeername() == ("127.0.0.1", listener.port)
    with pytest.raises(Blocked):
        open_connection(
            "127.0.0.2", listener.port, trust=Trust.PEOPLE, timeout_seconds=5
        )


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
        ["8.8.8.8"] * 20 + ["10.0.0.1"],
        [*(f"8.8.{n // 256}.{n % 256}" for n in range(1000)), "169.254.169.254"],
    ],
)
def test_one_forbidden_record_blocks_the_name(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A02, A04: and nothing is sent to the others."""
    monkeypatch.setattr(dialing, "_connect", _refuse_to_connect)

    with pytest.raises(Blocked):
        dial(
            "name.example",
            80,
            trust=Trust.PEOPLE,
            deadline=Deadline(5),
            allowed_networks=(),
            resolver=lambda host, port: _records(*addresses),
        )


def test_only_sixteen_records_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A04"""
    tried: list[object] = []

    def connect(family: int, address: object, *rest: object) -> socket.socket:
        tried.append(address)
        raise ConnectFailed(Failure.REFUSED)

    monkeypatch.setattr(dialing, "_connect", connect)
    with pytest.raises(ConnectFailed):
        dial(
            "name.example",
            80,
            trust=Trust.PEOPLE,
            deadline=Deadline(5),
            allowed_networks=(),
            resolver=lambda host, port: _records(*(f"8.8.8.{n}" for n in range(99))),
        )
    assert len(tried) == 16


def test_a_name_that_changes_its_address_is_asked_once(serve: Serve) -> None:
    """A03: only the judged answer is dialled, 200 of 200 times."""
    good = serve(answer())
    # On the same port, so that dialling again by name would reach it.
    evil = socket.create_server(("127.0.0.2", good.port))
    evil.setblocking(False)
    answers = {"count": 0}

    def alternate(host: str, port: int) -> list[Any]:
        answers["count"] += 1
        first = answers["count"] % 2
        return _records("127.0.0.1" if first else "127.0.0.2", port=port)

    blocked = 0
    for _ in range(200):
        try:
            dialed = dial(
                "rebinding.example",
                good.port,
                trust=Trust.PEOPLE,
                deadline=Deadline(5),
                allowed_networks=ONLY_ONE,
                resolver=alternate,
            )
        except Blocked:
            blocked += 1
        else:
            with dialed.socket:
                assert dialed.socket.getpeername()[0] == "127.0.0.1"

    assert (answers["count"], blocked) == (200, 100)
    with evil, pytest.raises(BlockingIOError):
        evil.accept()


def test_the_next_address_is_tried_when_one_refuses(serve: Serve) -> None:
    listener = serve(answer())

    dialed = dial(
        "name.example",
        listener.port,
        trust=Trust.CODE,
        deadline=Deadline(5),
        allowed_networks=(),
        resolver=lambda host, port: _records("127.0.0.9", "127.0.0.1", port=port),
    )

    with dialed.socket:
        assert dialed.socket.getpeername()[0] == "127.0.0.1"


def test_a_closed_port_is_refused_without_naming_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(ConnectFailed) as caught:
        dial(
            "127.0.0.1",
            port,
            trust=Trust.CODE,
            deadline=Deadline(5),
            allowed_networks=(),
        )
    assert caught.value.failure is Failure.REFUSED
    assert "127" not in str(caught.value)


@pytest.fixture
def hanging() -> Iterator[Callable[[str, int], list[Any]]]:
    """A resolver that answers nothing until the test is over."""
    released = threading.Event()

    def resolver(host: str, port: int) -> list[Any]:
        released.wait(30)
        return []

    yield resolver
    released.set()


def test_a_resolver_that_hangs_is_left_behind(hanging: Any) -> None:
    with pytest.raises(ConnectFailed) as caught:
        resolve("name.example", 80, Deadline(0.05), hanging)
    assert caught.value.failure is Failure.TIMEOUT


def test_hanging_resolvers_cost_a_bounded_number_of_threads(
    hanging: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialing, "resolving", threading.BoundedSemaphore(2))
    failures = []
    for _ in range(4):
        with pytest.raises(ConnectFailed) as caught:
            resolve("name.example", 80, Deadline(0.02), hanging)
        failures.append(caught.value.failure)

    assert failures == [Failure.TIMEOUT, Failure.TIMEOUT, Failure.BUSY, Failure.BUSY]


@pytest.mark.parametrize(
    "error", [socket.gaierror(-2, "x"), UnicodeError("x"), ValueError("x"), OSError()]
)
def test_a_resolver_that_fails_is_a_result(error: Exception) -> None:
    def resolver(host: str, port: int) -> list[Any]:
        raise error

    with pytest.raises(ConnectFailed) as caught:
        resolve("name.example", 80, Deadline(5), resolver)
    assert caught.value.failure is Failure.NAME


def test_a_resolver_that_is_silent_is_told_from_a_name_that_is_gone() -> None:
    """X31"""

    def resolver(host: str, port: int) -> list[Any]:
        raise socket.gaierror(socket.EAI_AGAIN, "x")

    with pytest.raises(ConnectFailed) as caught:
        resolve("name.example", 80, Deadline(5), resolver)
    assert caught.value.failure is Failure.RESOLVER


def test_a_stalled_handshake_ends_at_the_deadline(serve: Serve) -> None:
    """A14"""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        plain = socket.create_connection(silent.getsockname())
        with pytest.raises(ConnectFailed) as caught:
            secure(plain, ssl.create_default_context(), "name.example", Deadline(0.05))

    assert caught.value.failure is Failure.TIMEOUT
    assert plain.fileno() == -1


def test_what_speaks_no_tls_is_told_apart(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        plain = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        accepted.sendall(b"220 mail ready\r\n")
        with accepted, pytest.raises(ConnectFailed) as caught:
            secure(plain, ssl.create_default_context(), "name.example", Deadline(5))

    assert caught.value.failure is Failure.TLS
