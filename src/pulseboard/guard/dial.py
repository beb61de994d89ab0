"""
Connections out, the only place that opens them.

    name --resolve once--> addresses --judge all--> dial the judged ones --> TLS
    `---------------------------- one deadline ----------------------------'
"""

from __future__ import annotations

import contextlib
import queue
import selectors
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pulseboard.conf import get_settings
from pulseboard.guard.deadline import Deadline
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.name_failure import name_failure
from pulseboard.guard.ticket import ticket
from pulseboard.guard.verdict import (
    Network,
    Trust,
    judge_address,
    parse_address,
    parse_networks,
)

#: Family and socket address, as `getaddrinfo` gives them.
Record = tuple[int, tuple[Any, ...]]
Resolver = Callable[[str, int], Sequence[Record]]

#: A name with more addresses is not worth more attempts.
RECORDS_DIALLED = 16
#: A resolver that hangs keeps its thread until it gives up; no more than these.
resolving = threading.BoundedSemaphore(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialed:
    """
    A connected socket and how long it took.

    Args:
        tls_seconds: None without TLS.
    """

    socket: socket.socket
    resolve_seconds: float
    connect_seconds: float
    tls_seconds: float | None = None


def open_connection(
    host: str,
    port: int,
    *,
    trust: Trust,
    timeout_seconds: float,
    tls: ssl.SSLContext | None = None,
    server_name: str = "",
) -> socket.socket:
    """
    Return a socket connected to *host*, with a timeout of what is left.

    Args:
        timeout_seconds: For resolving, connecting and TLS together.
        tls: Makes it a TLS connection, verified for *server_name* or else *host*.

    Raises:
        Blocked: Any address of the name is forbidden; nothing was sent to any.
        ConnectFailed: It did not come about in time.
    """
    deadline = Deadline(timeout_seconds)
    dialed = dial(host, port, trust=trust, deadline=deadline)
    if tls is None:
        return dialed.socket
    return secure(dialed.socket, tls, server_name or host, deadline)


def dial(
    host: str,
    port: int,
    *,
    trust: Trust,
    deadline: Deadline,
    allowed_networks: Sequence[Network] | None = None,
    resolver: Resolver | None = None,
) -> Dialed:
    """
    As `open_connection` without TLS, told how long each part took.

    Args:
        allowed_networks: None: those of the settings.
        resolver: Asked once. None: the system's.
    """
    if allowed_networks is None:
        allowed_networks = configured_networks()
    started = deadline.passed_seconds()
    records = resolve(host, port, deadline, resolver or system_resolver)
    for _, address in records:
        if not judge_address(str(address[0]), trust, allowed_networks).allowed:
            raise Blocked
    resolved = deadline.passed_seconds()
    connected = _connect_first(records[:RECORDS_DIALLED], deadline)
    return Dialed(
        socket=connected,
        resolve_seconds=resolved - started,
        connect_seconds=deadline.passed_seconds() - resolved,
    )


def configured_networks() -> tuple[Network, ...]:
    """Return `ALLOWED_NETWORKS`; raises ConfigError when one is malformed."""
    return parse_networks(tuple(get_settings().allowed_networks))


def resolve(
    host: str, port: int, deadline: Deadline, resolver: Resolver
) -> list[Record]:
    """
    Return the records of *host*, each once.

    The resolver has no timeout of its own, so it runs in a thread that is left
    behind at the deadline.

    Raises:
        ConnectFailed: No answer in time, or the name does not exist.
    """
    slots = resolving
    if not slots.acquire(blocking=False):
        raise ConnectFailed(Failure.BUSY)
    answers: queue.SimpleQueue[Sequence[Record] | Failure] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(host, port))
        except (OSError, UnicodeError, ValueError) as error:
            answers.put(name_failure(error))
        finally:
            slots.release()

    threading.Thread(target=ask, name="pulseboard-resolve", daemon=True).start()
    try:
        records = answers.get(timeout=deadline.left_seconds())
    except queue.Empty:
        raise ConnectFailed(Failure.TIMEOUT) from None
    if isinstance(records, Failure):
        raise ConnectFailed(records)
    if not records:
        raise ConnectFailed(Failure.NAME)
    return list(dict.fromkeys(records))


def system_resolver(host: str, port: int) -> list[Record]:
    """Ask the system; an IP address is read without asking anybody."""
    flags = 0 if parse_address(host) is None else socket.AI_NUMERICHOST
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, address) for family, _, _, _, address in found]


def secure(
    plain: socket.socket, tls: ssl.SSLContext, server_name: str, deadline: Deadline
) -> ssl.SSLSocket:
    """
    Return *plain* with TLS; it is closed when that fails.

    Raises:
        ConnectFailed: The certificate does not fit, or no handshake in time.
    """
    with _closed_on_error(plain):
        try:
            wrapped = tls.wrap_socket(
                plain, server_hostname=server_name, do_handshake_on_connect=False
            )
        except (OSError, ValueError):
            raise ConnectFailed(Failure.TLS) from None
    with _closed_on_error(wrapped):
        _shake_hands(wrapped, deadline)
        wrapped.settimeout(deadline.left_seconds())
    return wrapped


def _connect_first(records: Sequence[Record], deadline: Deadline) -> socket.socket:
    """Return the first that connects; each gets its share of the time left."""
    last = ConnectFailed(Failure.UNREACHABLE)
    for place, (family, address) in enumerate(records):
        share_seconds = deadline.left_seconds() / (len(records) - place)
        try:
            return _connect(family, address, share_seconds, deadline)
        except ConnectFailed as error:
            last = error
    raise last


def _connect(
    family: int, address: tuple[Any, ...], share_seconds: float, deadline: Deadline
) -> socket.socket:
    try:
        made = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        raise ConnectFailed(Failure.UNREACHABLE) from None
    with _closed_on_error(made):
        made.settimeout(share_seconds)
        try:
            with ticket():
                made.connect(address)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except TimeoutError:
            raise ConnectFailed(Failure.TIMEOUT) from None
        except ConnectionRefusedError:
            raise ConnectFailed(Failure.REFUSED) from None
        except (OSError, OverflowError):
            raise ConnectFailed(Failure.UNREACHABLE) from None
        made.settimeout(deadline.left_seconds())
    return made


def _shake_hands(wrapped: ssl.SSLSocket, deadline: Deadline) -> None:
    # Without blocking: a timeout of the socket begins anew with every byte.
    wrapped.setblocking(False)
    with selectors.DefaultSelector() as selector:
        key = selector.register(wrapped, selectors.EVENT_READ)
        while True:
            try:
                return wrapped.do_handshake()
            except ssl.SSLWantReadError:
                wanted = selectors.EVENT_READ
            except ssl.SSLWantWriteError:
                wanted = selectors.EVENT_WRITE
            except ssl.SSLCertVerificationError:
                raise ConnectFailed(Failure.CERTIFICATE) from None
            except (OSError, ValueError):
                raise ConnectFailed(Failure.TLS) from None
            key = selector.modify(key.fileobj, wanted)
            selector.select(deadline.left_seconds())


@contextlib.contextmanager
def _closed_on_error(opened: socket.socket) -> Any:
    try:
        yield
    except BaseException:
        opened.close()
        raise
