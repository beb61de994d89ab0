"""
One HTTP exchange with a vetted target: bounded in time, bytes and redirects.

No proxy, no cookie jar, no ``.netrc``: nothing in the environment moves the connection.
"""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Mapping, Sequence

import httpcore2

from pulseboard.guard.answer import Response, Timings, kept_headers
from pulseboard.guard.backend import GuardedBackend, Way
from pulseboard.guard.bounded import read_bounded
from pulseboard.guard.call import (
    REDIRECTS,
    REDIRECTS_LIMIT,
    Call,
    checked_call,
    redirected_call,
)
from pulseboard.guard.deadline import Deadline
from pulseboard.guard.dial import Dialed, Resolver, configured_networks
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.guard.target import Url
from pulseboard.guard.tls_context import default_tls as default_tls
from pulseboard.guard.verdict import Network, Trust

MAX_BYTES = 64 * 1024
MAX_BYTES_LIMIT = 1024 * 1024


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
    call = checked_call(
        method, url, trust=trust, networks=networks, headers=headers, body=body
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
        call = redirected_call(call, response.status, location, trust, networks)


def _exchange(call: Call, way: Way, max_bytes: int) -> Response:
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
                call.method,
                _address(call.url),
                headers=list(call.sent_headers),
                content=call.body,
            ) as answer:
                waited = way.deadline.passed_seconds()
                headers = kept_headers(answer.headers)
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
