"""One try of a probe, and servers that do one thing to whoever comes."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support import certificates
from tests.support.process import free_port

from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.guard.verdict import Trust
from pulseboard.probes.facts import Facts
from pulseboard.probes.probe import Probe, Try

__all__ = ["ask", "authority", "delaying", "failure_of", "free_port", "scripted"]

Behavior = Callable[[socket.socket], None]


def ask(
    probe: Probe, *, timeout_seconds: float = 10, trust: Trust = Trust.CODE
) -> Facts:
    """Return what one try of *probe* sees."""
    return asyncio.run(probe.ask(Try(trust=trust, timeout_seconds=timeout_seconds)))


def failure_of(probe: Probe, *, timeout_seconds: float = 10) -> Failure | None:
    """Return how one try of *probe* fails, None when it does not."""
    try:
        ask(probe, timeout_seconds=timeout_seconds)
    except ConnectFailed as error:
        return error.failure
    return None


@contextlib.contextmanager
def scripted(behavior: Behavior) -> Iterator[int]:
    """Run *behavior* with each connection; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_accept, args=(listener, behavior))
        thread.daemon = True
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)  # closing alone wakes no accept
    thread.join(5)


def saying(words: bytes) -> Behavior:
    """Return what says *words* and leaves when the other side does."""

    def say(client: socket.socket) -> None:
        client.sendall(words)
        while client.recv(4096):
            pass

    return say


def silent(client: socket.socket) -> None:
    """Listen, and say nothing."""
    while client.recv(4096):
        pass


def leaving(client: socket.socket) -> None:
    """Leave at once."""


@contextlib.contextmanager
def delaying(port: int, seconds: float) -> Iterator[int]:
    """Stand before *port* and let each connection wait; yield the port to ask."""

    def forward(client: socket.socket) -> None:
        time.sleep(seconds)
        with socket.create_connection(("127.0.0.1", port)) as server:
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join(5)

    with scripted(forward) as asked:
        yield asked


def authority(folder: Path, name: str = "localhost", days: int = 60) -> tuple[str, str]:
    """Write a pair for *name* into *folder*; return the files' paths."""
    now = datetime.now(UTC)
    pair = certificates.write_pair(
        folder, now - timedelta(days=1), now + timedelta(days=days), name=name
    )
    return str(pair[0]), str(pair[1])


def _accept(listener: socket.socket, behavior: Behavior) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_one, args=(client, behavior), daemon=True).start()


def _one(client: socket.socket, behavior: Behavior) -> None:
    with client, contextlib.suppress(OSError):
        client.settimeout(20)
        behavior(client)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(4096):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
