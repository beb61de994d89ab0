"""
Servers that do their worst to whoever asks them, each by a name.

    with HostileServer(tmp_path) as server:
        server.url("endless body")      # http://127.0.0.1:PORT/
        server.url("expired")           # https://localhost:PORT/

All run in one event loop in a thread of their own.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import struct
import threading
import warnings
import zlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from tests.support.certificates import Authority, Issued, certificate, key_pem, weak_key

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Behavior = Callable[[Reader, Writer], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\n"
PAUSE_SECONDS = 0.02
#: Nobody may be led there; it is loopback, so even a mistake stays in the machine.
FORBIDDEN = "127.0.0.2"


def sends(*pieces: bytes) -> Behavior:
    """Return a behavior that hears the request, sends *pieces* and closes."""

    async def behave(reader: Reader, writer: Writer) -> None:
        await _request(reader)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    return behave


def repeats(start: bytes, piece: bytes, pause_seconds: float = 0.0) -> Behavior:
    """Return a behavior that sends *start*, then *piece* without end."""

    async def behave(reader: Reader, writer: Writer) -> None:
        await _request(reader)
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_seconds)

    return behave


def answers(body: bytes = b"", *headers: str, status: str = "200 OK") -> Behavior:
    """Return a behavior that answers as it should."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return sends("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def redirects(location: str, status: int = 302) -> Behavior:
    """Return a behavior that sends every visitor to *location*."""
    return answers(b"", f"Location: {location}", status=f"{status} Elsewhere")


async def silence(reader: Reader, writer: Writer) -> None:
    """Take everything and say nothing."""
    while await reader.read(65536):
        pass


async def reset(reader: Reader, writer: Writer) -> None:
    """Slam the door in the middle of the answer."""
    await _request(reader)
    writer.write(OK + b"Content-Length: 100\r\n\r\nabc")
    await writer.drain()
    opened: socket.socket = writer.get_extra_info("socket")
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def garbage(reader: Reader, writer: Writer) -> None:
    """Answer the first bytes of TLS with something else."""
    await reader.read(1024)
    writer.write(bytes(range(256)) * 4)
    await writer.drain()


async def plain_words(reader: Reader, writer: Writer) -> None:
    """Complain, as web servers do when they are asked for TLS on the wrong port."""
    await reader.read(1024)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()


async def half_handshake(reader: Reader, writer: Writer) -> None:
    """Begin a record of TLS and send it byte by byte."""
    await reader.read(1024)
    writer.write(b"\x16\x03\x03\x40\x00\x02")
    while True:
        writer.write(b"\x00")
        await writer.drain()
        await asyncio.sleep(PAUSE_SECONDS)


def _bomb(size_bytes: int = 60_000_000) -> bytes:
    return gzip.compress(b"\x00" * size_bytes, compresslevel=9)


def _headers(count: int) -> bytes:
    return b"".join(b"X-%d: a\r\n" % number for number in range(count))


#: Over plain HTTP.
PLAIN: dict[str, Behavior] = {
    "well": answers(b'{"status": "healthy"}'),
    # redirects
    **{
        f"{status} to a forbidden address": redirects(f"http://{FORBIDDEN}/", status)
        for status in (301, 302, 303, 307, 308)
    },
    "loop": redirects("/again"),
    "protocol-relative": redirects(f"//{FORBIDDEN}/"),
    "to metadata": redirects("http://169.254.169.254/latest/meta-data/"),
    "to a mapped address": redirects("http://[::ffff:10.0.0.1]/"),
    "to a number": redirects("http://2130706434/"),
    "to a file": redirects("file:///etc/passwd"),
    "to gopher": redirects(f"gopher://{FORBIDDEN}/_a"),
    "to a user": redirects("http://user:word@127.0.0.1/"),
    "to a backslash": redirects(f"http://127.0.0.1\\@{FORBIDDEN}/"),
    "refresh": answers(b"a", f"Refresh: 0; url=http://{FORBIDDEN}/"),
    "meta refresh": answers(
        b'<meta http-equiv="refresh" content="0; url=http://127.0.0.2/">'
    ),
    # bodies
    "endless body": repeats(OK + b"\r\n", b"a" * 65536),
    "endless chunks": repeats(
        OK + b"Transfer-Encoding: chunked\r\n\r\n",
        b"4000\r\n" + b"a" * 0x4000 + b"\r\n",
    ),
    "chunks of one byte": repeats(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 1000
    ),
    "gzip bomb": answers(_bomb(), "Content-Encoding: gzip"),
    "deflate bomb": answers(
        zlib.compress(b"\x00" * 60_000_000, 9), "Content-Encoding: deflate"
    ),
    "endless empty gzip": repeats(
        OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10],
        b"\x00\x00\x00\xff\xff" * 1000,
    ),
    "broken gzip": answers(b"no gzip at all", "Content-Encoding: gzip"),
    "markup": answers(b"<script>alert(1)</script>" * 100, "X-A: <script>"),
    "invalid UTF-8": answers(b"\xff\xfe\x00" * 100, "X-A: caf\xe9"),
    # time
    "silence": silence,
    "trickling head": repeats(b"HTTP/1.1 200 ", b"a", PAUSE_SECONDS),
    "trickling headers": repeats(OK, b"X-A: b\r\n", PAUSE_SECONDS),
    "trickling body": repeats(
        OK + b"Content-Length: 100000\r\n\r\n", b"a", PAUSE_SECONDS
    ),
    "trickling chunks": repeats(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", PAUSE_SECONDS
    ),
    # nonsense
    "long header": sends(OK + b"X-A: " + b"a" * 102_400 + b"\r\n\r\n"),
    "thousand headers": sends(OK + _headers(1000) + b"\r\n"),
    "endless headers": repeats(OK, _headers(100)),
    "long status line": sends(b"HTTP/1.1 200 " + b"a" * 1_048_576 + b"\r\n\r\n"),
    "interim answers": repeats(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 10),
    "bad chunk": sends(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "huge chunk": sends(
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 20 + b"\r\n"
    ),
    "endless chunk extension": repeats(
        OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a" * 65536
    ),
    "two lengths": sends(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
    "negative length": sends(OK + b"Content-Length: -1\r\n\r\n"),
    "endless length": sends(OK + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n"),
    "NUL in a header": sends(OK + b"X-A: a\x00b\r\n\r\n"),
    "no HTTP": sends(b"220 mail.example.org ESMTP\r\n"),
    "a status beyond": sends(b"HTTP/1.1 99999 OK\r\n\r\n"),
    "bytes": sends(bytes(range(256)) * 100),
    # ends
    "nothing": sends(),
    "half a head": sends(OK + b"X-A: b"),
    "half a body": sends(OK + b"Content-Length: 100\r\n\r\nabc"),
    "half a chunk": sends(OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nabc"),
    "reset": reset,
    # no TLS where TLS was asked for
    "TLS with silence": silence,
    "TLS with garbage": garbage,
    "TLS byte by byte": half_handshake,
    "TLS answered in plain": plain_words,
}

MARKUP = "<script>alert(1)</script>"


class HostileServer:
    """
    All of it, started on free ports of 127.0.0.1.

    Args:
        folder: For certificates.
    """

    def __init__(self, folder: Path) -> None:
        self.authority = Authority()
        self.client_authority = Authority("Clients of the test")
        self._folder = folder
        self._ports: dict[str, int] = {}
        self._secure = self._contexts()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = threading.Event()
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        for name, context in self._secure.items():
            self._ports[name] = self._stack.enter_context(_speaking_tls(context))
        self._thread.start()
        assert self._started.wait(30)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._stack.close()

    @property
    def names(self) -> list[str]:
        return list(self._ports)

    def url(self, name: str) -> str:
        if name in self._secure or name.startswith("TLS "):
            return f"https://localhost:{self._ports[name]}/"
        return f"http://127.0.0.1:{self._ports[name]}/"

    def _contexts(self) -> dict[str, ssl.SSLContext]:
        issue = self.authority.issue
        day = timedelta(days=1)
        names = [f"{number:05}.names.example.org" for number in range(10_000)]
        return {
            "secure": self._context(issue()),
            "expired": self._context(issue(ends_in=-day)),
            "not yet valid": self._context(issue(starts_in=day)),
            "self-signed": self._context(_self_signed()),
            "unknown authority": self._context(Authority("Nobody").issue()),
            "wrong host": self._context(issue(names=["other.example.org"])),
            "wildcard of another": self._context(issue(names=["*.localhost"])),
            "ten thousand names": self._context(issue(names=["localhost", *names])),
            "markup in its name": self._context(issue(common_name=MARKUP)),
            "NUL in its name": self._context(
                issue(common_name="localhost\x00.evil", names=["localhost\x00.evil"])
            ),
            "weak key": self._context(issue(key=weak_key()), is_weak=True),
            "TLS 1.0": self._old_context(issue()),
            "client certificate": self._asking_context(issue()),
        }

    def _context(self, issued: Issued, *, is_weak: bool = False) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if is_weak:
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(issued.write(self._folder))
        return context

    def _old_context(self, issued: Issued) -> ssl.SSLContext:
        context = self._context(issued, is_weak=True)
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1
        return context

    def _asking_context(self, issued: Issued) -> ssl.SSLContext:
        context = self._context(issued)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=self.client_authority.pem)
        return context

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(lambda loop, context: None)
        servers = self._loop.run_until_complete(self._listen())
        self._started.set()
        self._loop.run_forever()
        for server in servers:
            server.close()
        self._loop.run_until_complete(_end_all())
        self._loop.close()

    async def _listen(self) -> list[asyncio.Server]:
        servers = []
        for name, behave in PLAIN.items():
            server = await asyncio.start_server(_careless(behave), "127.0.0.1", 0)
            self._ports[name] = server.sockets[0].getsockname()[1]
            servers.append(server)
        return servers


def _self_signed() -> Issued:
    now = datetime.now(UTC)
    made = certificate(now - timedelta(days=1), now + timedelta(days=1))
    return Issued(made.pem, key_pem())


@contextlib.contextmanager
def _speaking_tls(context: ssl.SSLContext) -> Iterator[int]:
    """
    Answer well over TLS; yield the port.

    In threads: an event loop closes without telling the client what was wrong.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_accept, args=(listening, context), daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(10)


def _accept(listening: socket.socket, context: ssl.SSLContext) -> None:
    with contextlib.suppress(OSError):
        while True:
            opened, _ = listening.accept()
            opened.settimeout(10)
            with contextlib.suppress(OSError), opened:
                _serve_one(opened, context)


def _serve_one(opened: socket.socket, context: ssl.SSLContext) -> None:
    secured = context.wrap_socket(
        opened, server_side=True, do_handshake_on_connect=False
    )
    with secured:
        try:
            secured.do_handshake()
        except ssl.SSLError:
            return _linger(secured)
        secured.recv(65536)
        secured.sendall(OK + b"Content-Length: 4\r\n\r\nwell")
        secured.unwrap()


def _linger(secured: ssl.SSLSocket) -> None:
    """Let the client read what was wrong; closing at once takes it back."""
    with socket.socket(fileno=secured.detach()) as plain:
        plain.settimeout(10)
        plain.shutdown(socket.SHUT_WR)
        while plain.recv(65536):
            pass


def _careless(behave: Behavior) -> Behavior:
    async def careless(reader: Reader, writer: Writer) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError, ValueError):
            await behave(reader, writer)
        with contextlib.suppress(OSError, RuntimeError):
            writer.close()

    return careless


async def _request(reader: Reader) -> bytes:
    with contextlib.suppress(asyncio.IncompleteReadError):
        return await reader.readuntil(b"\r\n\r\n")
    return b""


async def _end_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
