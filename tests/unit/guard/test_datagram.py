"""One datagram out, one back. A02, A14"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from pulseboard.guard.datagram import exchange
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.verdict import Trust

pytestmark = pytest.mark.usefixtures("event_loop_kind")


@pytest.fixture
def port() -> Iterator[int]:
    """A server that says everything twice, first wrongly; nothing to ``silence``."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        place = server.getsockname()

        def serve() -> None:
            while (received := server.recvfrom(4096))[0] != b"end":
                data, client = received
                if data != b"silence":
                    server.sendto(b"no: " + data, client)
                    server.sendto(b"yes: " + data, client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield place[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"end", place)
        thread.join(10)


def _exchange(port: int, data: bytes, **given: Any) -> bytes:
    settings: dict[str, Any] = {
        "trust": Trust.CODE,
        "timeout_seconds": 10,
        "allowed_networks": (),
        **given,
    }
    return asyncio.run(exchange("127.0.0.1", port, data, **settings))


def test_the_answer_comes_back(port: int) -> None:
    assert _exchange(port, b"hello") == b"no: hello"


def test_what_does_not_fit_is_ignored(port: int) -> None:
    found = _exchange(port, b"hello", fits=lambda data: data.startswith(b"yes"))
    assert found == b"yes: hello"


def test_silence_ends_at_the_deadline(port: int) -> None:
    """A14"""
    with pytest.raises(ConnectFailed) as caught:
        _exchange(port, b"silence", timeout_seconds=0.2)
    assert caught.value.failure is Failure.TIMEOUT


def test_a_closed_port_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(ConnectFailed) as caught:
        _exchange(port, b"hello")
    assert caught.value.failure is Failure.REFUSED


def test_a_forbidden_address_is_sent_nothing(port: int) -> None:
    """A02"""
    with pytest.raises(Blocked):
        _exchange(port, b"end", trust=Trust.PEOPLE, default_ports=(port,))
    assert _exchange(port, b"hello") == b"no: hello"  # still there
