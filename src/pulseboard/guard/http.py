"""
One HTTP exchange with a vetted target: bounded in time, bytes and redirects.

No proxy, no cookie jar, no ``.netrc``: nothing in the environment moves the connection.
"""

from __future__ import annotations

import base64
import functools
import ssl
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

import httpcore2
import httpx2

from pulseboard.core.errors import ConfigError
from pulseboard.guard.backend import GuardedBackend, Way
from pulseboard.guard.bounded import read_bounded
from pulseboard.guard.deadline import Deadline
from pulseboard.guard.dial import Dialed, Resolver, configured_networks
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.request_headers import HARMLESS, checked_headers
from pulseboard.guard.target import DEFAULT_PORTS, Forbidden, Url, join_url, parse_url
from pulseboard.guard.verdict import Network, Trust

MAX_BYTES = 64 * 1024
MAX_BYTES_LIMIT = 1024 * 1024
REDIRECTS_LIMIT = 3
#: Headers of an answer beyond this are cut off.
HEADERS_KEPT_BYTES = 32 * 1024

REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """
    How long the last exchange took, part by part, and all of them together.

    Args:
        tls_seconds: None over plain HTTP.
        wait_seconds: From the request's first byte to the answer's headers.
        total_seconds: With redirects.
    """

    resolve_seconds: float
    connect_seconds: float
    tls_seconds: float | None
    wait_seconds: float
    body_seconds: float
    total_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """
    An answer. All of it is hostile text.

    Args:
        headers: In order, as sent; names in lower case.
        body: Decoded; at most as long as was asked for.
        truncated: There was more of the body.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool
    timings: Timings

    def header(self, name: str) -> str:
        """Return the first header *name*, empty without one."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), "")


def request(
    method: str,
    url: str,
    *,
    trust: Trust,
    timeout_seconds: float,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    max_bytes: int = MAX_BYTES,
    redirects: int = 0,
    tls: ssl.SSLContext | None = None,
    allowed_networks: Sequence[Network] | None = None,
    resolver: Resolver | None = None,
) -> Response:
    """
    Send one request and return the answer, whatever its status.

    Args:
        timeout_seconds: For all of it, redirects included.
        max_bytes: Of the decoded body; at most `MAX_BYTES_LIMIT`.
        redirects: How many to follow, 0 to 3. Each is vetted as the first address.
            Secrets and body stay with the origin they were meant for.
        tls: None: certificates are verified with the usual authorities.
        allowed_networks: None: those of the settings.
        resolver: None: the system's.

    Raises:
        ConfigError: The URL or a header is malformed.
        Blocked: The URL, a name or a redirect leads to a forbidden address.
        ConnectFailed: No complete answer in time.
    """
    networks = configured_networks() if allowed_networks is None else allowed_networks
    deadline = Deadline(timeout_seconds)
    call = _Call(
        method=_method(method),
        url=_target(url, trust, networks),
        headers=checked_headers(headers or {}, trust),
        body=body,
    )
    way = Way(deadline, trust, networks, resolver, tls)
    max_bytes = min(max_bytes, MAX_BYTES_LIMIT)
    left = min(redirects, REDIRECTS_LIMIT)
    while True:
        response = _exchange(call, way, max_bytes)
        location = response.header("location")
        if redirects < 1 or response.status not in REDIRECTS or not location:
            return response
        if left == 0:
            raise ConnectFailed(Failure.REDIRECT)
        left -= 1
        call = _follow(call, response.status, location, trust, networks)


@functools.cache
def default_tls() -> ssl.SSLContext:
    """Return the context that verifies with the usual authorities."""
    return httpx2.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    method: str
    url: Url
    headers: dict[str, str]
    body: bytes


def _exchange(call: _Call, way: Way, max_bytes: int) -> Response:
    """Return the answer to one request, over a connection of its own."""
    started = way.deadline.passed_seconds()
    with httpcore2.ConnectionPool(
        ssl_context=way.tls or default_tls(),
        max_connections=1,
        max_keepalive_connections=0,
        network_backend=GuardedBackend(way),
    ) as pool:
        try:
            with pool.stream(
                call.method, _address(call.url), headers=_sent(call), content=call.body
            ) as answer:
                waited = way.deadline.passed_seconds()
                headers = _headers(answer.headers)
                coding = dict(headers).get("content-encoding", "")
                found, truncated = read_bounded(answer.iter_stream(), coding, max_bytes)
                stream: httpcore2.NetworkStream = answer.extensions["network_stream"]
                dialed: Dialed = stream.get_extra_info("dialed")
        except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, zlib.error):
            raise ConnectFailed(Failure.PROTOCOL) from None
        except (httpcore2.NetworkError, httpcore2.TimeoutException):
            raise ConnectFailed(Failure.CLOSED) from None
    return Response(
        status=answer.status,
        headers=headers,
        body=found,
        truncated=truncated,
        timings=_timings(dialed, started, waited, way.deadline.passed_seconds()),
    )


def _address(url: Url) -> httpcore2.URL:
    return httpcore2.URL(
        scheme=url.scheme.encode(),
        host=url.host.encode(),
        port=url.port,
        target=url.path.encode(),
    )


def _sent(call: _Call) -> list[tuple[str, str]]:
    """Return the headers of *call* with those that the protocol needs."""
    port = "" if call.url.port == DEFAULT_PORTS[call.url.scheme] else call.url.port
    needed = {
        "host": f"{call.url.host_in_url}{':' if port else ''}{port}",
        "accept": "*/*",
        "accept-encoding": "gzip",
        "user-agent": "pulseboard",
        "connection": "close",
    }
    if call.body or call.method in ("POST", "PUT", "PATCH"):
        needed["content-length"] = str(len(call.body))
    if call.url.user_info:
        plain = unquote(call.url.user_info).encode("utf-8", "replace")
        needed["authorization"] = f"Basic {base64.b64encode(plain).decode()}"
    return list({**needed, **call.headers}.items())


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    kept: list[tuple[str, str]] = []
    left = HEADERS_KEPT_BYTES
    for name, value in raw:
        left -= len(name) + len(value)
        if left < 0:
            break
        kept.append((name.decode("latin-1").lower(), value.decode("latin-1")))
    return tuple(kept)


def _timings(dialed: Dialed, started: float, waited: float, ended: float) -> Timings:
    before = dialed.resolve_seconds + dialed.connect_seconds
    return Timings(
        resolve_seconds=dialed.resolve_seconds,
        connect_seconds=dialed.connect_seconds,
        tls_seconds=dialed.tls_seconds,
        wait_seconds=max(0.0, waited - started - before - (dialed.tls_seconds or 0)),
        body_seconds=ended - waited,
        total_seconds=ended,
    )


def _follow(
    call: _Call, status: int, location: str, trust: Trust, networks: Sequence[Network]
) -> _Call:
    """
    Return the request that a redirect asks for.

    Raises:
        Blocked: It leads to a forbidden address.
        ConnectFailed: It leads to another scheme, or would take a body elsewhere.
    """
    try:
        url = _target(join_url(call.url, location), trust, networks)
    except ConfigError:
        raise ConnectFailed(Failure.REDIRECT) from None
    same_origin = url.origin == call.url.origin
    if url.user_info or (call.body and status in (307, 308) and not same_origin):
        raise ConnectFailed(Failure.REDIRECT)
    keeps_method = status in (307, 308) or call.method in ("GET", "HEAD")
    return _Call(
        method=call.method if keeps_method else "GET",
        url=replace(url, user_info=call.url.user_info if same_origin else ""),
        headers=_carried(call.headers, same_origin, keeps_method),
        body=call.body if keeps_method else b"",
    )


def _target(text: str, trust: Trust, networks: Sequence[Network]) -> Url:
    try:
        return parse_url(text, trust, networks)
    except Forbidden:
        raise Blocked from None


def _carried(
    headers: Mapping[str, str], same_origin: bool, keeps_method: bool
) -> dict[str, str]:
    """Return what may go along; another origin learns nothing that we were given."""
    if not same_origin:
        return {name: headers[name] for name in HARMLESS if name in headers}
    return {
        name: value
        for name, value in headers.items()
        if keeps_method or not name.startswith("content-")
    }


def _method(method: str) -> str:
    if method not in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"):
        raise ConfigError("expected a method such as GET")
    return method
