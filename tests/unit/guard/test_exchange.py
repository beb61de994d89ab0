"""HTTP out of an event loop, bounded. A05, A07, A10 to A12, A14, A15"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.guard.listeners import Behavior, Listener, answer, redirect

from pulseboard.guard.answer import Response
from pulseboard.guard.call import checked_call
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.exchange import Route, fetch
from pulseboard.guard.tls_context import default_tls
from pulseboard.guard.verdict import Trust, parse_networks

pytestmark = pytest.mark.usefixtures("event_loop_kind")

Serve = Callable[..., Listener]

ONLY_ONE = parse_networks(("127.0.0.1/32",))
TO_FETCH = ("timeout_seconds", "max_bytes", "redirects")


def _fetch(listener: Listener, **given: Any) -> Response:
    trust, networks = given.pop("trust", Trust.CODE), given.pop("networks", ())
    url = given.pop("url", f"http://127.0.0.1:{listener.port}/a?b=c")
    method = given.pop("method", "GET")
    settings = {"timeout_seconds": 10, **given}
    to_fetch = {name: settings.pop(name) for name in TO_FETCH if name in settings}
    call = checked_call(method, url, trust=trust, networks=networks, **settings)
    route = Route(trust=trust, networks=networks, tls=default_tls())
    return asyncio.run(fetch(call, route, **to_fetch))


def _failure(listener: Listener, **given: Any) -> Failure:
    with pytest.raises(ConnectFailed) as caught:
        _fetch(listener, **given)
    return caught.value.failure


def _says(*pieces: bytes) -> Behavior:
    def behave(client: socket.socket, received: bytes) -> None:
        for piece in pieces:
            client.sendall(piece)

    return behave


def test_an_answer_comes_back_with_its_parts(serve: Serve) -> None:
    listener = serve(answer(b"hello", "201 Made", ("X-A: b",)))

    found = _fetch(listener)

    assert (found.status, found.body, found.truncated) == (201, b"hello", False)
    assert (found.header("X-a"), found.version) == ("b", "1.1")
    assert (found.address, found.certificate_der) == ("127.0.0.1", None)
    assert (found.redirects, found.location) == (0, "")


def test_the_phases_add_up(serve: Serve) -> None:
    timings = _fetch(serve(answer(b"hello"))).timings
    parts = [
        timings.resolve_seconds,
        timings.connect_seconds,
        timings.wait_seconds,
        timings.body_seconds,
    ]
    assert min(parts) >= 0
    assert sum(parts) == pytest.approx(timings.total_seconds, abs=0.01)


def test_the_request_is_sent_as_it_was_given(serve: Serve) -> None:
    """A10: byte for byte."""
    listener = serve(answer())
    _fetch(listener, method="POST", body=b'{"a":1}', headers={"X-A": "b"})

    assert (
        listener.requests[0]
        == (
            b"POST /a?b=c HTTP/1.1\r\n"
            b"host: 127.0.0.1:%d\r\n"
            b"accept: */*\r\n"
            b"accept-encoding: gzip\r\n"
            b"user-agent: pulseboard\r\n"
            b"connection: close\r\n"
            b"content-length: 7\r\n"
            b"x-a: b\r\n"
            b"\r\n"
            b'{"a":1}'
        )
        % listener.port
    )


def test_the_environment_does_not_move_the_connection(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A07"""
    proxy, listener = serve(answer(b"proxy")), serve(answer(b"direct"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")

    assert _fetch(listener).body == b"direct"
    assert proxy.connections == 0


@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 50_000])
def test_a_body_is_cut_at_the_limit(serve: Serve, size: int) -> None:
    """A12"""
    found = _fetch(serve(answer(b"a" * size)), max_bytes=100)
    assert (len(found.body), found.truncated) == (min(size, 100), size > 100)


def test_no_more_than_a_mebibyte_is_read(serve: Serve) -> None:
    """A12: whatever was asked for."""

    def endless(client: socket.socket, received: bytes) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            client.sendall(b"a" * 65536)

    found = _fetch(serve(endless), max_bytes=10**9)
    assert (len(found.body), found.truncated) == (1024 * 1024, True)


@pytest.mark.parametrize(
    ("method", "head", "body"),
    [
        ("GET", b"HTTP/1.1 200 OK\r\n\r\n", b"to the end"),
        ("GET", b"HTTP/1.0 200 OK\r\n\r\n", b"to the end"),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", b"abc"),
        ("GET", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", b"to the end"),
        ("GET", b"HTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", b"x"),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", b""),
    ],
)
def test_bodies_end_as_their_head_says(
    serve: Serve, method: str, head: bytes, body: bytes
) -> None:
    said = [head] if head.endswith(b"abcdef") else [head, body]
    found = _fetch(serve(_says(*said)), method=method)
    assert (found.status, found.body, found.header("a")) == (200, body, "")


@pytest.mark.parametrize(
    ("method", "status"),
    [("HEAD", 200), ("GET", 204), ("GET", 304), ("HEAD", 404), ("GET", 101)],
)
def test_answers_without_a_body_are_complete_after_the_head(
    serve: Serve, method: str, status: int
) -> None:
    """And nobody waits for what the length promises."""

    def linger(client: socket.socket, received: bytes) -> None:
        head = f"HTTP/1.1 {status} Well\r\nContent-Length: 5\r\n\r\n"
        client.sendall(head.encode())
        client.recv(1)

    found = _fetch(serve(linger), method=method)
    assert (found.status, found.body) == (status, b"")


def test_chunks_and_pieces_make_one_body(serve: Serve) -> None:
    whole = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n"
        b"3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n"
    )
    pieces = [whole[place : place + 1] for place in range(len(whole))]
    found = _fetch(serve(_says(*pieces)))
    assert (found.body, found.header("x-a"), found.header("trailer")) == (
        b"abcde",
        "b",
        "",
    )


def test_headers_beyond_the_limit_are_cut_off(serve: Serve) -> None:
    """A15"""
    lines = [f"X-{number}: {'a' * 7000}" for number in range(8)]
    found = _fetch(serve(answer(headers=tuple(lines))))
    assert sum(len(name) + len(value) for name, value in found.headers) <= 32 * 1024
    assert found.header("x-0") == "a" * 7000


# Redirects


def test_a_redirect_is_followed_and_told(serve: Serve) -> None:
    end = serve(answer(b"there"))
    start = serve(redirect(f"http://127.0.0.1:{end.port}/there?x=y#z"))

    found = _fetch(start, redirects=3)

    assert (found.status, found.body, found.redirects) == (200, b"there", 1)
    assert found.location == f"http://127.0.0.1:{end.port}/there?x=y"
    parts = (
        found.timings.resolve_seconds
        + found.timings.connect_seconds
        + found.timings.wait_seconds
        + found.timings.body_seconds
    )
    assert parts == pytest.approx(found.timings.total_seconds, abs=0.02)


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("/login", "http://127.0.0.1:{port}/login"),
        ("login?a", "http://127.0.0.1:{port}/login?a"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("http://user:word@example.org/", "http://example.org/"),
    ],
)
def test_a_redirect_that_is_not_followed_is_told(
    serve: Serve, location: str, told: str
) -> None:
    listener = serve(redirect(location))
    found = _fetch(listener)
    assert (found.status, found.redirects) == (302, 0)
    assert found.location == told.format(port=listener.port)


def test_secrets_stay_with_the_origin_they_were_meant_for(serve: Serve) -> None:
    """A11"""
    end = serve(answer())
    start = serve(redirect(f"http://127.0.0.1:{end.port}/"))
    _fetch(
        start,
        redirects=3,
        headers={"Authorization": "Bearer canary", "X-Key": "canary"},
        url=f"http://user:canary@127.0.0.1:{start.port}/",
    )
    assert b"canary" in start.requests[0]
    assert b"canary" not in end.requests[0]


def test_a_body_is_taken_nowhere_else(serve: Serve) -> None:
    """A11"""
    end = serve(answer())
    start = serve(redirect(f"http://127.0.0.1:{end.port}/", "307 Elsewhere"))
    posted: dict[str, Any] = {"method": "POST", "body": b"canary", "redirects": 3}
    assert _failure(start, **posted) is Failure.REDIRECT
    assert end.connections == 0


def test_four_redirects_are_one_too_many(serve: Serve) -> None:
    """A05"""
    listeners = [serve(answer(b"end"))]
    for _ in range(4):
        listeners.append(serve(redirect(f"http://127.0.0.1:{listeners[-1].port}/")))
    assert _fetch(listeners[3], redirects=3).body == b"end"
    assert _failure(listeners[4], redirects=3) is Failure.REDIRECT
    assert _failure(listeners[4], redirects=99) is Failure.REDIRECT


def test_a_redirect_to_a_forbidden_address_is_not_followed(serve: Serve) -> None:
    """A05"""
    elsewhere = serve(answer(), host="127.0.0.2")
    start = serve(redirect(f"http://127.0.0.2:{elsewhere.port}/"))
    with pytest.raises(Blocked):
        _fetch(start, redirects=1, trust=Trust.PEOPLE, networks=ONLY_ONE)
    assert elsewhere.connections == 0


def test_one_deadline_holds_over_all_redirects(serve: Serve) -> None:
    """A14"""

    def silence(client: socket.socket, received: bytes) -> None:
        with contextlib.suppress(OSError):
            client.recv(1)

    start = serve(redirect(f"http://127.0.0.1:{serve(silence).port}/"))
    assert _failure(start, redirects=3, timeout_seconds=0.3) is Failure.TIMEOUT


def test_why_a_server_hung_up_on_a_large_request_is_heard(serve: Serve) -> None:
    """It answered before it had heard it all."""

    def refuse(client: socket.socket, received: bytes) -> None:
        client.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        while client.recv(65536):
            pass

    found = _fetch(serve(refuse), method="POST", body=b"a" * 500_000)
    assert found.status == 413
