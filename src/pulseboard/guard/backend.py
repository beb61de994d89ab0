"""The client library's network, led through the guard."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpcore2

from pulseboard.guard.deadline import Deadline
from pulseboard.guard.dial import Dialed, Resolver, dial, secure
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.verdict import Network, Trust


@dataclass(frozen=True, slots=True)
class Way:
    """
    How to get out: the same over all redirects of a request.

    Args:
        resolver: None: the system's.
        tls: None: certificates are verified with the usual authorities.
    """

    deadline: Deadline
    trust: Trust
    networks: Sequence[Network]
    resolver: Resolver | None
    tls: ssl.SSLContext | None


class GuardedStream(httpcore2.NetworkStream):
    """A connection whose every read and write ends at the one deadline."""

    def __init__(self, dialed: Dialed, deadline: Deadline) -> None:
        self.dialed = dialed
        self._socket = dialed.socket
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._socket.settimeout(self._deadline.left_seconds())
        try:
            return self._socket.recv(max_bytes)
        except TimeoutError:
            raise ConnectFailed(Failure.TIMEOUT) from None
        except OSError:
            raise ConnectFailed(Failure.CLOSED) from None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        while view:
            self._socket.settimeout(self._deadline.left_seconds())
            try:
                view = view[self._socket.send(view) :]
            except TimeoutError:
                raise ConnectFailed(Failure.TIMEOUT) from None
            except OSError:
                raise ConnectFailed(Failure.CLOSED) from None

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> GuardedStream:
        started = self._deadline.passed_seconds()
        secured = secure(
            self._socket, ssl_context, server_hostname or "", self._deadline
        )
        took = self._deadline.passed_seconds() - started
        return GuardedStream(
            replace(self.dialed, socket=secured, tls_seconds=took), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return {"socket": self._socket, "dialed": self.dialed}.get(info)


class GuardedBackend(httpcore2.NetworkBackend):
    """Dials through the guard; whatever the client library wants, this is its door."""

    def __init__(self, way: Way) -> None:
        self._way = way

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> GuardedStream:
        dialed = dial(
            host,
            port,
            trust=self._way.trust,
            deadline=self._way.deadline,
            allowed_networks=self._way.networks,
            resolver=self._way.resolver,
        )
        return GuardedStream(dialed, self._way.deadline)

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> GuardedStream:
        raise Blocked
