"""Small hostile servers on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Behavior = Callable[[socket.socket, bytes], None]


@dataclass
class Listener:
    """One listening address, what it does and what it has seen."""

    behavior: Behavior
    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


@contextlib.contextmanager
def listening(behavior: Behavior, host: str = "127.0.0.1") -> Iterator[Listener]:
    server = socket.create_server((host, 0))
    listener = Listener(behavior, server.getsockname()[1])
    thread = threading.Thread(target=_serve, args=(server, listener), daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        # Closing alone does not wake a thread that accepts.
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def _serve(server: socket.socket, listener: Listener) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        listener.connections += 1
        threading.Thread(target=_one, args=(client, listener), daemon=True).start()


def _one(client: socket.socket, listener: Listener) -> None:
    with client, contextlib.suppress(OSError):
        client.settimeout(20)
        received = b""
        while b"\r\n\r\n" not in received:
            piece = client.recv(65536)
            if not piece:
                return
            received += piece
        listener.requests.append(received)
        listener.behavior(client, received)


def answer(
    body: bytes = b"", status: str = "200 OK", headers: tuple[str, ...] = ()
) -> Behavior:
    """Return a behavior that answers at once."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    whole = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body

    return lambda client, received: client.sendall(whole)


def redirect(location: str, status: str = "302 Found") -> Behavior:
    return answer(status=status, headers=(f"Location: {location}",))
