"""
HTTP out of an event loop; as `http`, which is for threads.

Each request has a connection of its own, and no proxy, cookie jar or ``.netrc`` of the
environment moves it.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulseboard.core.errors import ConfigError
from pulseboard.guard.answer import Response, Timings
from pulseboard.guard.call import (
    REDIRECTS,
    REDIRECTS_LIMIT,
    Call,
    redirected_call,
)
from pulseboard.guard.connection import Connection, connect
from pulseboard.guard.deadline import Deadline
from pulseboard.guard.dial import Resolver
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.guard.http1 import Http1Answer
from pulseboard.guard.target import DEFAULT_PORTS, join_url, parse_url
from pulseboard.guard.verdict import Network, Trust

if TYPE_CHECKING:
    from pulseboard.guard.http2 import Http2Answer

MAX_BYTES = 64 * 1024
MAX_BYTES_LIMIT = 1024 * 1024
LOCATION_LENGTH = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """
    How to get there: the same over all redirects of a request.

    Args:
        tls: For ``https``. Its protocols (ALPN) say whether HTTP/2 is offered, which
            needs the extra ``http2``.
        family: 4 or 6 dials only such addresses; 0 any.
        resolver: None: the system's.
    """

    trust: Trust
    networks: Sequence[Network]
    tls: ssl.SSLContext
    family: int = 0
    resolver: Resolver | None = None


async def fetch(
    call: Call,
    route: Route,
    *,
    timeout_seconds: float,
    max_bytes: int = MAX_BYTES,
    redirects: int = 0,
) -> Response:
    """
    Send one request and return the answer, whatever its status.

    Args:
        timeout_seconds: For all of it, redirects included.
        max_bytes: Of the decoded body; at most `MAX_BYTES_LIMIT`.
        redirects: How many to follow, 0 to 3. Each is vetted as the first address.
            Secrets and body stay with the origin they were meant for.

    Returns:
        The last answer; its timings are the sums over all of them.

    Raises:
        Blocked: The URL, a name or a redirect leads to a forbidden address.
        ConnectFailed: No complete answer in time.
    """
    deadline = Deadline(timeout_seconds)
    max_bytes = min(max_bytes, MAX_BYTES_LIMIT)
    response = await _exchange(call, route, deadline, max_bytes)
    followed = 0
    while redirects > 0 and _redirects(response):
        if followed == min(redirects, REDIRECTS_LIMIT):
            raise ConnectFailed(Failure.REDIRECT)
        followed += 1
        call = redirected_call(
            call,
            response.status,
            response.header("location"),
            route.trust,
            route.networks,
        )
        response = _joined(
            response, await _exchange(call, route, deadline, max_bytes), followed
        )
    return response


async def _exchange(
    call: Call, route: Route, deadline: Deadline, max_bytes: int
) -> Response:
    """Return the answer to one request, over a connection of its own."""
    started = deadline.passed_seconds()
    connection = await _connected(call, route, deadline)
    try:
        return _placed(call, await _converse(call, connection, started, max_bytes))
    finally:
        connection.close()


async def _connected(call: Call, route: Route, deadline: Deadline) -> Connection:
    """Return a connection over which *call* may be sent."""
    return await connect(
        call.url.host,
        call.url.port,
        trust=route.trust,
        deadline=deadline,
        tls=route.tls if call.url.scheme == "https" else None,
        family=route.family,
        default_ports=DEFAULT_PORTS.values(),
        allowed_networks=route.networks,
        resolver=route.resolver,
    )


async def _converse(
    call: Call, connection: Connection, started: float, max_bytes: int
) -> Response:
    deadline = connection.deadline
    answer = _answer(call, connection, max_bytes)
    connected = deadline.passed_seconds()
    await connection.write(answer.outgoing())
    piece = await connection.read()
    began = deadline.passed_seconds()
    answer.feed(piece)
    while not answer.is_complete:
        if due := answer.outgoing():
            await connection.write(due)
        answer.feed(await connection.read())
    return Response(
        status=answer.status,
        headers=answer.headers,
        body=answer.body(),
        truncated=answer.truncated,
        timings=_timings(connection, started, connected, began),
        version=answer.version,
        address=connection.address,
        certificate_der=connection.certificate_der,
    )


def _answer(
    call: Call, connection: Connection, max_bytes: int
) -> Http1Answer | Http2Answer:
    """Return what reads the protocol that the server chose."""
    if connection.tls is None or connection.tls.selected_alpn_protocol() != "h2":
        return Http1Answer(call, max_bytes)
    from pulseboard.guard.http2 import Http2Answer  # an extra

    return Http2Answer(call, max_bytes)


def _timings(
    connection: Connection, started: float, connected: float, began: float
) -> Timings:
    """Return the parts of an exchange that ends now; they add up to all of it."""
    ended = connection.deadline.passed_seconds()
    phases = connection.phases
    known = phases.resolve_seconds + phases.connect_seconds + (phases.tls_seconds or 0)
    return Timings(
        resolve_seconds=phases.resolve_seconds,
        # What lies between the parts belongs to one of them.
        connect_seconds=phases.connect_seconds + connected - started - known,
        tls_seconds=phases.tls_seconds,
        wait_seconds=began - connected,
        body_seconds=ended - began,
        total_seconds=ended,
    )


def _placed(call: Call, response: Response) -> Response:
    """Return *response* with where it leads, in full where that can be read."""
    if response.status not in REDIRECTS or not response.header("location"):
        return response
    location = response.header("location")[:LOCATION_LENGTH]
    with contextlib.suppress(ConfigError):
        location = str(parse_url(join_url(call.url, location), Trust.CODE))
    return replace(response, location=location)


def _redirects(response: Response) -> bool:
    return response.status in REDIRECTS and bool(response.header("location"))


def _joined(before: Response, after: Response, followed: int) -> Response:
    return replace(
        after,
        timings=after.timings.after(before.timings),
        location=after.location or before.location,
        redirects=followed,
    )
