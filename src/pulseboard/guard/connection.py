"""
Connections out of an event loop; as `dial`, which is for threads.

    name --resolve once--> addresses --judge all--> dial the judged ones --> TLS
    `---------------------------- one deadline ----------------------------'
"""

from __future__ import annotations

import asyncio
import errno
import ssl
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from pulseboard.guard.deadline import Deadline
from pulseboard.guard.dial import Record, Resolver
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.guard.judged import judged_addresses
from pulseboard.guard.secured import Secured
from pulseboard.guard.ticket import ticket
from pulseboard.guard.verdict import Network, Trust
from pulseboard.guard.wire import Wire

#: The trouble is here: no descriptor, no memory, no port left.
OURS_ERRNOS = (
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOBUFS,
    errno.ENOMEM,
    errno.EADDRNOTAVAIL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectPhases:
    """
    How long each part took.

    Args:
        tls_seconds: None without TLS.
    """

    resolve_seconds: float
    connect_seconds: float
    tls_seconds: float | None = None


class Connection:
    """
    A connection to a judged address, for one task; ``async with`` closes it.

    Every read and write raises `ConnectFailed`: with TIMEOUT at the deadline, with
    CLOSED or what is wrong with TLS before. A task that is cancelled in one of them
    leaves a closed connection behind.

    Args:
        address: That was connected to, as the resolver gave it.
    """

    def __init__(
        self, wire: Wire, address: str, phases: ConnectPhases, deadline: Deadline
    ) -> None:
        self.address = address
        self.phases = phases
        self.deadline = deadline
        self._wire = wire
        self._layer: Wire | Secured = wire
        self._left = b""

    @property
    def certificate_der(self) -> bytes | None:
        """What the server showed, verified or not; None without TLS."""
        return getattr(self._layer, "certificate_der", None)

    @property
    def tls(self) -> ssl.SSLObject | None:
        """Version, cipher and protocol that were agreed on; None without TLS."""
        return getattr(self._layer, "object", None)

    async def read(self, max_bytes: int = 65536) -> bytes:
        """Return what has come, at most *max_bytes*; empty at the end."""
        piece = self._left or await self._layer.receive()
        self._left = piece[max_bytes:]
        return piece[:max_bytes]

    async def read_line(self, limit: int = 8192) -> bytes:
        """
        Return one line without the line break at its end.

        Raises:
            ConnectFailed: PROTOCOL: longer than *limit* bytes; CLOSED: no whole line.
        """
        line = bytearray()
        while b"\n" not in line and len(line) <= limit + 1:
            line += await self._more()
        found, line_break, left = bytes(line).partition(b"\n")
        found = found.removesuffix(b"\r")
        if not line_break or len(found) > limit:
            raise ConnectFailed(Failure.PROTOCOL)
        self._left = left
        return found

    async def read_exactly(self, count: int) -> bytes:
        """Return *count* bytes; raise CLOSED when the end comes first."""
        found = bytearray()
        while len(found) < count:
            piece = await self._more()
            wanted = count - len(found)
            found += piece[:wanted]
            self._left = piece[wanted:]
        return bytes(found)

    async def write(self, data: bytes) -> None:
        """Send *data*; wait while too much of it is not taken."""
        await self._layer.send(data)

    async def start_tls(self, context: ssl.SSLContext, server_name: str) -> None:
        """
        Go on with TLS, verified for *server_name* unless *context* says otherwise.

        Raises:
            ConnectFailed: It did not come about; PROTOCOL: something was sent ahead,
                which nobody could tell from the secure part.
        """
        if self._left or self._layer is not self._wire or self._wire.has_more:
            raise ConnectFailed(Failure.PROTOCOL)
        started = self.deadline.passed_seconds()
        secured = Secured(self._wire, context, server_name)
        await secured.shake_hands()
        self._layer = secured
        took = self.deadline.passed_seconds() - started
        self.phases = replace(self.phases, tls_seconds=took)

    def close(self) -> None:
        """Close at once."""
        if isinstance(self._layer, Secured):
            self._layer.farewell()
        self._wire.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    async def _more(self) -> bytes:
        piece, self._left = self._left, b""
        piece = piece or await self._layer.receive()
        if not piece:
            raise ConnectFailed(Failure.CLOSED)
        return piece


async def connect(
    host: str,
    port: int,
    *,
    trust: Trust,
    timeout_seconds: float | None = None,
    deadline: Deadline | None = None,
    tls: ssl.SSLContext | None = None,
    server_name: str = "",
    family: int = 0,
    default_ports: Collection[int] = (),
    allowed_networks: Sequence[Network] | None = None,
    resolver: Resolver | None = None,
) -> Connection:
    """
    Return a connection to *host*.

    Args:
        timeout_seconds: For all of it: resolving, connecting, TLS and the
            conversation after. Or give *deadline*, which may have begun before.
        tls: Makes it a TLS connection, verified for *server_name* or else *host*.
        family: 4 or 6 dials only such addresses; 0 any. All of them are judged.
        default_ports: That this kind of target usually has. People may have asked
            no other ones, but for addresses in `ALLOWED_NETWORKS`.
        allowed_networks: None: those of the settings.
        resolver: Asked once. None: the system's.

    Raises:
        Blocked: Any address of the name, or the port, is forbidden; nothing was sent.
        ConnectFailed: It did not come about in time.
    """
    deadline = deadline or Deadline(timeout_seconds or 0)
    started = deadline.passed_seconds()
    records = await judged_addresses(
        host,
        port,
        trust=trust,
        deadline=deadline,
        family=family,
        default_ports=default_ports,
        allowed_networks=allowed_networks,
        resolver=resolver,
    )
    resolved = deadline.passed_seconds()
    wire, address = await _connect_first(records, deadline)
    phases = ConnectPhases(
        resolve_seconds=resolved - started,
        connect_seconds=deadline.passed_seconds() - resolved,
    )
    connection = Connection(wire, address, phases, deadline)
    try:
        wire.end_in(deadline.left_seconds())
        if tls is not None:
            await connection.start_tls(tls, server_name or host)
    except BaseException:
        connection.close()
        raise
    return connection


async def _connect_first(
    records: Sequence[Record], deadline: Deadline
) -> tuple[Wire, str]:
    """Return the first that connects; each gets its share of the time left."""
    last = ConnectFailed(Failure.UNREACHABLE)
    for place, (family, address) in enumerate(records):
        share_seconds = deadline.left_seconds() / (len(records) - place)
        try:
            wire = await _connect(family, address[0], address[1], share_seconds)
        except ConnectFailed as error:
            last = error
        else:
            return wire, str(address[0])
    raise last


async def _connect(family: int, host: str, port: int, share_seconds: float) -> Wire:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(share_seconds):
            with ticket():
                _, wire = await loop.create_connection(Wire, host, port, family=family)
    except TimeoutError:
        raise ConnectFailed(Failure.TIMEOUT) from None
    except ConnectionRefusedError:
        raise ConnectFailed(Failure.REFUSED) from None
    except OSError as error:
        raise ConnectFailed(_unreachable(error)) from None
    return wire


def _unreachable(error: OSError) -> Failure:
    """Return whose fault it is: another address would not help us either."""
    return Failure.EXHAUSTED if error.errno in OURS_ERRNOS else Failure.UNREACHABLE
