"""TLS over a wire."""

from __future__ import annotations

import contextlib
import ssl

from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.guard.tls_failure import tls_failure
from pulseboard.guard.wire import PIECE_BYTES, Wire


class Secured:
    """
    The client's end of TLS. Call `shake_hands` first.

    Args:
        server_name: Sent, and verified unless the context says otherwise.

    Raises:
        ConnectFailed: No name that could be asked for.
    """

    def __init__(self, wire: Wire, context: ssl.SSLContext, server_name: str) -> None:
        self._wire = wire
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        try:
            self._tls = context.wrap_bio(
                self._incoming, self._outgoing, server_hostname=server_name
            )
        except (OSError, ValueError):
            raise ConnectFailed(Failure.TLS) from None

    @property
    def certificate_der(self) -> bytes | None:
        """The server's certificate, verified or not."""
        return self._tls.getpeercert(binary_form=True)

    @property
    def object(self) -> ssl.SSLObject:
        return self._tls

    async def shake_hands(self) -> None:
        """
        Raises:
            ConnectFailed: The certificate does not fit, or nobody speaks TLS there.
        """
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                await self._feed()
            except (OSError, ValueError) as error:
                raise await self._failed(error) from None
            else:
                return await self._flush()

    async def receive(self) -> bytes:
        """Return what came next, empty at the end."""
        while True:
            try:
                return self._tls.read(PIECE_BYTES)
            except ssl.SSLWantReadError:
                await self._flush()
                await self._feed()
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                return b""  # many close without a farewell
            except (OSError, ValueError) as error:
                raise await self._failed(error) from None

    async def send(self, data: bytes | memoryview) -> None:
        """Send *data*; wait while too much of it is not taken."""
        view = memoryview(data)
        while view:
            try:
                view = view[self._tls.write(view) :]
            except (OSError, ValueError) as error:
                raise await self._failed(error) from None
            await self._flush()

    def farewell(self) -> None:
        """Say that nothing more comes, without waiting for an answer."""
        with contextlib.suppress(OSError, ValueError):
            self._tls.unwrap()
        self._wire.post(self._outgoing.read())

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._wire.send(self._outgoing.read())

    async def _feed(self) -> None:
        piece = await self._wire.receive()
        if piece:
            self._incoming.write(piece)
        else:
            self._incoming.write_eof()

    async def _failed(self, error: Exception) -> ConnectFailed:
        """Return what *error* means, once the server was told."""
        with contextlib.suppress(ConnectFailed):
            await self._flush()
        return ConnectFailed(tls_failure(error))
