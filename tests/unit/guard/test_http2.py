"""HTTP/2 read from servers that may not mean well. A12, A15"""

from __future__ import annotations

import gzip
from collections.abc import Callable

import h2.config
import h2.connection
import h2.settings
import pytest

from pulseboard.guard.call import Call, checked_call
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.guard.http2 import Http2Answer
from pulseboard.guard.verdict import Trust

Server = h2.connection.H2Connection
WELL = [(":status", "200"), ("x-a", "b")]


def _call(body: bytes = b"", method: str = "GET") -> Call:
    return checked_call(
        method,
        "https://example.org/a?b",
        trust=Trust.CODE,
        networks=(),
        headers={"X-Key": "c"},
        body=body,
    )


def _server() -> Server:
    configuration = h2.config.H2Configuration(
        client_side=False,
        header_encoding="utf-8",
        validate_outbound_headers=False,
        normalize_outbound_headers=False,
    )
    server = Server(configuration)
    server.initiate_connection()
    return server


def _asked(answer: Http2Answer, server: Server) -> list[object]:
    return server.receive_data(answer.outgoing())


def _fed(say: Callable[[Server], object], *, max_bytes: int = 1000) -> Http2Answer:
    """Return an answer that was fed what the server says with *say*."""
    answer, server = Http2Answer(_call(), max_bytes), _server()
    _asked(answer, server)
    say(server)
    answer.feed(server.data_to_send())
    return answer


def _failure(say: Callable[[Server], object]) -> Failure:
    with pytest.raises(ConnectFailed) as caught:
        _fed(say)
    return caught.value.failure


def test_the_request_arrives_without_what_belongs_to_http_1() -> None:
    answer, server = Http2Answer(_call(), 1000), _server()

    events = _asked(answer, server)

    asked = dict(next(each.headers for each in events if hasattr(each, "headers")))
    assert asked[":method"] == "GET"
    assert asked[":authority"] == "example.org"
    assert asked[":path"] == "/a?b"
    assert asked["x-key"] == "c"
    assert not {"connection", "host"} & set(asked)


def test_a_body_waits_until_the_server_takes_it() -> None:
    body = bytes(range(256)) * 1000
    answer, server = Http2Answer(_call(body, "POST"), 1000), _server()
    got = b""
    while due := answer.outgoing():
        for event in server.receive_data(due):
            if hasattr(event, "data"):
                got += event.data
                server.acknowledge_received_data(event.flow_controlled_length, 1)
        if said := server.data_to_send():
            answer.feed(said)
    assert got == body


def test_an_answer_is_read() -> None:
    def say(server: Server) -> None:
        server.send_headers(1, WELL)
        server.send_data(1, b"hello", end_stream=True)

    answer = _fed(say)

    assert answer.is_complete
    assert (answer.status, answer.body(), answer.truncated) == (200, b"hello", False)
    assert answer.headers == (("x-a", "b"),)


def test_interim_answers_are_passed_over() -> None:
    def say(server: Server) -> None:
        server.send_headers(1, [(":status", "103")])
        server.send_headers(1, WELL, end_stream=True)

    assert _fed(say).status == 200


def test_a_bomb_is_decoded_no_further_than_the_limit() -> None:
    def say(server: Server) -> None:
        server.send_headers(1, [*WELL, ("content-encoding", "gzip")])
        server.send_data(1, gzip.compress(b"\x00" * 10_000_000))

    answer = _fed(say)
    assert (len(answer.body()), answer.truncated) == (1000, True)
    assert answer.is_complete


@pytest.mark.parametrize(
    ("say", "failure"),
    [
        (lambda server: server.reset_stream(1), Failure.CLOSED),
        (lambda server: server.close_connection(), Failure.CLOSED),
        (lambda server: server.send_headers(1, [("x", "y")]), Failure.PROTOCOL),
        (
            lambda server: server.send_headers(1, [(":status", "ok")]),
            Failure.PROTOCOL,
        ),
        (
            lambda server: server.send_headers(1, [*WELL, ("a", "b" * 100_000)]),
            Failure.PROTOCOL,
        ),
        (
            lambda server: [server.ping(b"12345678") for _ in range(10_001)],
            Failure.PROTOCOL,
        ),
    ],
    ids=["reset", "goodbye", "no status", "odd status", "long header", "pings"],
)
def test_what_is_no_answer_is_told_apart(
    say: Callable[[Server], object], failure: Failure
) -> None:
    """A15"""
    assert _failure(say) is failure


def test_who_speaks_something_else_is_refused() -> None:
    with pytest.raises(ConnectFailed) as caught:
        Http2Answer(_call(), 1000).feed(bytes(range(256)) * 9)
    assert caught.value.failure is Failure.PROTOCOL


def test_the_end_before_the_answer_is_told() -> None:
    with pytest.raises(ConnectFailed) as caught:
        Http2Answer(_call(), 1000).feed(b"")
    assert caught.value.failure is Failure.CLOSED
