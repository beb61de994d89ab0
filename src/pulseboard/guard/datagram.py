"""One question and one answer in datagrams, as `connection` for UDP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence

from pulseboard.guard.deadline import Deadline
from pulseboard.guard.dial import Resolver
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.guard.judged import judged_addresses
from pulseboard.guard.ticket import ticket
from pulseboard.guard.verdict import Network, Trust


async def exchange(
    host: str,
    port: int,
    data: bytes,
    *,
    trust: Trust,
    timeout_seconds: float | None = None,
    deadline: Deadline | None = None,
    fits: Callable[[bytes], bool] = bool,
    family: int = 0,
    default_ports: Collection[int] = (),
    allowed_networks: Sequence[Network] | None = None,
    resolver: Resolver | None = None,
) -> bytes:
    """
    Send *data* to the first address of *host* and return the answer.

    Args:
        fits: Whether a datagram is the answer; others are ignored.

    The other arguments, and what is raised, are those of `connection.connect`.
    """
    deadline = deadline or Deadline(timeout_seconds or 0)
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
    chosen, address = records[0]
    loop = asyncio.get_running_loop()
    try:
        with ticket():
            transport, asked = await loop.create_datagram_endpoint(
                lambda: _Asked(fits), remote_addr=address[:2], family=chosen
            )
    except OSError:
        raise ConnectFailed(Failure.UNREACHABLE) from None
    try:
        transport.sendto(data)
        async with asyncio.timeout(deadline.left_seconds()):
            return await asked.answer
    except TimeoutError:
        raise ConnectFailed(Failure.TIMEOUT) from None
    finally:
        transport.abort()


class _Asked(asyncio.DatagramProtocol):
    """Waits for the one answer; the socket lets only the asked address in."""

    def __init__(self, fits: Callable[[bytes], bool]) -> None:
        self._fits = fits
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, address: object) -> None:
        if not self.answer.done() and self._fits(data):
            self.answer.set_result(data)

    def error_received(self, error: Exception) -> None:
        refused = isinstance(error, ConnectionRefusedError)
        self._fail(Failure.REFUSED if refused else Failure.UNREACHABLE)

    def _fail(self, failure: Failure) -> None:
        if not self.answer.done():
            self.answer.set_exception(ConnectFailed(failure))
