"""X6: WebSocket, by a whole server of it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.servers.probes.asking import (
    ask,
    authority,
    delaying,
    failure_of,
    saying,
    scripted,
)
from websockets.sync.server import ServerConnection, serve

from pulseboard.core.errors import ConfigError
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.probes.frames import MESSAGE_BYTES, TEXT, frame, hear_message
from pulseboard.probes.kinds.websocket import MAGIC, Websocket

HOST = "127.0.0.1"
Handler = Callable[[ServerConnection], None]


def echo(client: ServerConnection) -> None:
    for message in client:
        client.send(f"echo {message}")


@contextlib.contextmanager
def serving(handler: Handler = echo, **options: object) -> Iterator[int]:
    with serve(handler, HOST, 0, **options) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.socket.getsockname()[1]
        server.shutdown()
        thread.join(5)


def probe(port: int, **options: object) -> Websocket:
    return Websocket(url=f"ws://{HOST}:{port}/live?room=1", **options)


def test_a_server_that_agrees_is_up() -> None:
    closed = []

    def remember(client: ServerConnection) -> None:
        list(client)
        closed.append(client.close_code)

    with serving(remember) as port:
        facts = ask(probe(port))
    assert facts.status == 101
    assert facts.values == {"websocket.matched": True}
    assert closed == [1000]


@pytest.mark.parametrize(
    ("answer", "matched"), [("echo hello", True), ("echo", True), ("other", False)]
)
def test_a_message_is_sent_and_its_answer_compared(answer: str, matched: bool) -> None:
    with serving() as port:
        facts = ask(probe(port, send="hello", answer=answer))
    assert facts.body == b"echo hello"
    assert facts.values["websocket.matched"] is matched


def test_pings_before_the_answer_are_answered() -> None:
    def ping_first(client: ServerConnection) -> None:
        client.ping().wait(5)
        client.send("after the pong")

    with serving(ping_first) as port:
        facts = ask(probe(port, answer="after"))
    assert facts.values["websocket.matched"] is True


def test_a_long_message_is_read_from_its_beginning_only() -> None:
    """A12"""
    with serving(lambda client: client.send("x" * 900_000)) as port:
        facts = ask(probe(port, answer="xxx"))
    assert len(facts.body) == MESSAGE_BYTES


def test_the_subprotocol_must_be_the_one_asked_for() -> None:
    with serving(subprotocols=["chat"]) as port:
        assert ask(probe(port, subprotocol="chat")).status == 101
    with serving() as port:
        assert failure_of(probe(port, subprotocol="chat")) is Failure.PROTOCOL


def test_another_status_is_told() -> None:
    def refuse(client: ServerConnection, request: object) -> object:
        return client.respond(403, "no\n")

    with serving(process_request=refuse) as port:
        assert ask(probe(port)).status == 403


def test_a_server_that_did_not_read_the_key_is_none() -> None:
    wrong = (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n"
    )
    with scripted(saying(wrong)) as port:
        assert failure_of(probe(port)) is Failure.PROTOCOL


def test_headers_without_end_are_cut_off() -> None:
    """A15"""
    endless = b"HTTP/1.1 101 Yes\r\n" + b"x: y\r\n" * 5_000
    with scripted(saying(endless)) as port:
        assert failure_of(probe(port)) is Failure.PROTOCOL


def test_over_tls_the_certificate_is_shown(tmp_path: Path) -> None:
    pair = authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    with serving(ssl=context) as port:
        url = f"wss://localhost:{port}/"
        facts = ask(Websocket(url=url, authorities=Path(pair[0]).read_text()))
        unverified = ask(Websocket(url=url, verify_tls=False))
        refused = failure_of(Websocket(url=url))
    assert facts.certificate.trusted
    assert not unverified.certificate.trusted
    assert refused is Failure.SELF_SIGNED


def test_slow_is_slow_and_silence_ends_at_the_deadline() -> None:
    """X7, A14"""

    def slowly(client: ServerConnection) -> None:
        time.sleep(0.3)
        client.send("late")

    with serving(slowly) as port, delaying(port, 0.2) as slow:
        assert ask(probe(slow, answer="late")).total_seconds >= 0.5
        late = failure_of(probe(port, answer="late"), timeout_seconds=0.1)
    assert late is Failure.TIMEOUT


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"url": "https://example.org/"}, "url"),
        ({"url": "ws://exa mple/"}, "url"),
        ({"url": "ws://example.org/", "headers": {"upgrade": "x"}}, "headers"),
        ({"url": "ws://example.org/", "headers": {"x": "a\r\nb"}}, "headers"),
        ({"url": "ws://example.org/", "subprotocol": "a, b"}, "subprotocol"),
        ({"url": "ws://example.org/", "send": "x" * 1001}, "send"),
        ({"url": "ws://example.org/", "ip_version": 5}, "ip_version"),
        ({"url": "ws://example.org/", "authorities": "none"}, "authorities"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_field(options, field) -> None:
    """A10"""
    with pytest.raises(ConfigError, match=f"^{field}: "):
        Websocket(**options)


class Bytes:
    """A line that says some bytes and then ends."""

    def __init__(self, words: bytes) -> None:
        self._left = words

    async def read_exactly(self, count: int) -> bytes:
        if len(self._left) < count:
            raise ConnectFailed(Failure.CLOSED)
        piece, self._left = self._left[:count], self._left[count:]
        return piece

    async def write(self, data: bytes) -> None:
        """Nobody listens."""


@given(st.binary(max_size=300))
def test_frames_of_any_kind_are_a_message_or_refused(junk: bytes) -> None:
    """A15"""
    with contextlib.suppress(ConnectFailed):
        assert len(asyncio.run(hear_message(Bytes(junk)))) <= MESSAGE_BYTES


def test_what_we_send_is_masked_anew_each_time() -> None:
    assert frame(TEXT, b"hello") != frame(TEXT, b"hello")
    assert b"hello" not in frame(TEXT, b"hello" * 40)


def test_the_key_is_hashed_as_the_standard_shows() -> None:
    """The example of RFC 6455, section 1.3."""
    digest = hashlib.sha1(b"dGhlIHNhbXBsZSBub25jZQ==" + MAGIC).digest()
    assert base64.b64encode(digest) == b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
