"""Connections out of an event loop: judged, bounded, closed. A02 to A04, A09, A14"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.certificates import Authority
from tests.unit.guard.listeners import Listener, answer

from pulseboard.guard import dial, names
from pulseboard.guard.connection import Connection, connect
from pulseboard.guard.deadline import Deadline
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.ports import allowed_port
from pulseboard.guard.verdict import Trust, parse_networks

pytestmark = pytest.mark.usefixtures("event_loop_kind")

Serve = Callable[..., Listener]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

ONLY_ONE = parse_networks(("127.0.0.1/32",))


def _records(*addresses: str, port: int = 80) -> list[Any]:
    return [
        (socket.AF_INET6, (each, port, 0, 0))
        if ":" in each
        else (socket.AF_INET, (each, port))
        for each in addresses
    ]


async def _connect(host: str, port: int, **given: Any) -> Connection:
    settings: dict[str, Any] = {
        "trust": Trust.CODE,
        "timeout_seconds": 10,
        "allowed_networks": (),
        **given,
    }
    return await connect(host, port, **settings)


def _failure(host: str = "127.0.0.1", port: int = 80, **given: Any) -> Failure:
    with pytest.raises(ConnectFailed) as caught:
        asyncio.run(_connect(host, port, **given))
    return caught.value.failure


@contextlib.asynccontextmanager
async def _server(talk: Talk, tls: ssl.SSLContext | None = None) -> Any:
    """Serve *talk* in this event loop; yield the port."""

    tasks: set[asyncio.Task[None] | None] = set()

    async def quietly(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        tasks.add(asyncio.current_task())
        try:
            await talk(reader, writer)
            await writer.drain()
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            writer.close()

    server = await asyncio.start_server(quietly, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*filter(None, tasks), return_exceptions=True)
        await asyncio.sleep(0)


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1000):
        writer.write(data)


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    """A server's context, and the authority to trust it by."""
    authority = Authority()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue().write(tmp_path))
    return context, authority.pem


# Conversations


def test_lines_and_bytes_are_read_as_they_come() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hel")
        await reader.readline()
        writer.write(b"lo\r\n\nfive!rest")

    async def run() -> None:
        async with (
            _server(talk) as port,
            await _connect("127.0.0.1", port) as connection,
        ):
            await connection.write(b"EHLO\n")
            assert await connection.read_line() == b"220 hello"
            assert await connection.read_line() == b""
            assert await connection.read_exactly(5) == b"five!"
            assert await connection.read(2) == b"re"
            assert await connection.read(10) == b"st"
            assert await connection.read(10) == b""
            assert connection.address == "127.0.0.1"
            assert connection.phases.connect_seconds > 0
            assert connection.phases.tls_seconds is None
            assert connection.certificate_der is None

    asyncio.run(run())


@pytest.mark.parametrize(
    ("sent", "limit", "failure"),
    [
        (b"a" * 12, 10, Failure.PROTOCOL),
        (b"a" * 11 + b"\n", 10, Failure.PROTOCOL),
        (b"a" * 100_000, 10, Failure.PROTOCOL),
        (b"a" * 11, 10, Failure.CLOSED),
        (b"", 10, Failure.CLOSED),
    ],
)
def test_a_line_without_end_is_refused(
    sent: bytes, limit: int, failure: Failure
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)

    async def run() -> None:
        async with (
            _server(talk) as port,
            await _connect("127.0.0.1", port) as connection,
        ):
            with pytest.raises(ConnectFailed) as caught:
                await connection.read_line(limit)
            assert caught.value.failure is failure

    asyncio.run(run())


@pytest.mark.parametrize("verified", [True, False])
def test_tls_is_spoken_and_the_certificate_kept(
    tls: tuple[ssl.SSLContext, str], verified: bool
) -> None:
    """A17: also the one that nobody verified."""
    context = ssl.create_default_context(cadata=tls[1])
    if not verified:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    async def run() -> None:
        async with (
            _server(_echo, tls[0]) as port,
            await _connect(
                "127.0.0.1", port, tls=context, server_name="localhost"
            ) as connection,
        ):
            await connection.write(b"a" * 100_000)
            assert await connection.read_exactly(100_000) == b"a" * 100_000
            assert connection.certificate_der is not None
            assert connection.phases.tls_seconds is not None
            assert connection.tls is not None

    asyncio.run(run())


def test_tls_can_begin_later(tls: tuple[ssl.SSLContext, str]) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        await reader.readline()
        writer.write(b"220 go ahead\r\n")
        await writer.start_tls(tls[0])
        writer.write(await reader.readline())
        await writer.drain()

    async def run() -> None:
        context = ssl.create_default_context(cadata=tls[1])
        async with (
            _server(talk) as port,
            await _connect("127.0.0.1", port) as connection,
        ):
            await connection.read_line()
            await connection.write(b"STARTTLS\r\n")
            await connection.read_line()
            await connection.start_tls(context, "localhost")
            await connection.write(b"secret\n")
            assert await connection.read_line() == b"secret"

    asyncio.run(run())


def test_words_slipped_in_before_tls_are_refused() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 go ahead\r\n250 trust me\r\n")
        await reader.read()

    async def run() -> None:
        context = ssl.create_default_context()
        async with (
            _server(talk) as port,
            await _connect("127.0.0.1", port) as connection,
        ):
            await connection.read_line()
            with pytest.raises(ConnectFailed) as caught:
                await connection.start_tls(context, "localhost")
            assert caught.value.failure is Failure.PROTOCOL

    asyncio.run(run())


# Whom it dials


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
        ["8.8.8.8", "::1"],
        ["8.8.8.8"] * 20 + ["10.0.0.1"],
        [*(f"8.8.{n // 256}.{n % 256}" for n in range(1000)), "169.254.169.254"],
    ],
)
@pytest.mark.parametrize("family", [0, 4])
def test_one_forbidden_record_blocks_the_name(
    addresses: list[str], family: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A02, A04: whether or not it would be dialled; nothing is sent to the others."""
    tried: list[object] = []
    monkeypatch.setattr(
        "pulseboard.guard.connection._connect", lambda *args: tried.append(args)
    )
    with pytest.raises(Blocked):
        asyncio.run(
            _connect(
                "name.example",
                80,
                trust=Trust.PEOPLE,
                family=family,
                default_ports=(80,),
                resolver=lambda host, port: _records(*addresses),
            )
        )
    assert tried == []


def test_the_name_is_asked_once_and_the_judged_address_is_dialled(
    serve: Serve,
) -> None:
    """A03"""
    listener, asked = serve(answer()), []

    def resolver(host: str, port: int) -> list[Any]:
        asked.append(host)
        return _records("127.0.0.1", port=port)

    async def run() -> None:
        async with await _connect(
            "rebind.example", listener.port, resolver=resolver
        ) as connection:
            assert connection.address == "127.0.0.1"

    asyncio.run(run())
    assert asked == ["rebind.example"]


def test_an_ip_address_asks_no_resolver(serve: Serve) -> None:
    def resolver(host: str, port: int) -> list[Any]:
        raise AssertionError("asked")

    async def run() -> None:
        async with await _connect(
            "::ffff:127.0.0.1", serve(answer()).port, resolver=resolver
        ) as connection:
            assert connection.address == "127.0.0.1"

    asyncio.run(run())


def test_only_the_wanted_family_is_dialled(serve: Serve) -> None:
    listener = serve(answer())
    both = _records("::1", "127.0.0.1", port=listener.port)

    async def run() -> None:
        async with await _connect(
            "name.example", listener.port, family=4, resolver=lambda *_: both
        ) as connection:
            assert connection.address == "127.0.0.1"

    asyncio.run(run())
    only_4 = both[1:]
    assert _failure(family=6, host="a.example", resolver=lambda *_: only_4) is (
        Failure.NO_ADDRESS
    )


def test_the_next_address_is_tried_when_one_is_dead(serve: Serve) -> None:
    listener = serve(answer())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed_port = taken.getsockname()[1]
    records = [
        *_records("127.0.0.1", port=closed_port),
        *_records("127.0.0.1", port=listener.port),
    ]

    async def run() -> None:
        (await _connect("name.example", 80, resolver=lambda *_: records)).close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("trust", "port", "networks", "allowed"),
    [
        (Trust.PEOPLE, 80, (), True),
        (Trust.PEOPLE, 443, (), True),
        (Trust.PEOPLE, 22, (), False),
        (Trust.PEOPLE, 22, ("93.184.216.0/24",), True),
        (Trust.PEOPLE, 22, ("10.0.0.0/8",), False),
        (Trust.CODE, 22, (), True),
    ],
)
def test_people_may_ask_the_usual_ports(
    trust: Trust, port: int, networks: tuple[str, ...], allowed: bool
) -> None:
    """A09"""
    known = parse_networks(networks)
    assert allowed_port((80, 443), port, "93.184.216.34", trust, known) is allowed


def test_another_port_is_refused_like_another_address(serve: Serve) -> None:
    """A09: in the same words, before anything is sent."""
    with pytest.raises(Blocked, match="not allowed"):
        asyncio.run(
            _connect("93.184.216.34", 22, trust=Trust.PEOPLE, default_ports=(80,))
        )
    port = serve(answer()).port

    async def run() -> None:
        allowed = {"trust": Trust.PEOPLE, "allowed_networks": ONLY_ONE}
        (await _connect("127.0.0.1", port, **allowed)).close()

    asyncio.run(run())


# How it ends


def test_a_closed_port_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert _failure(port=port) is Failure.REFUSED


@pytest.mark.parametrize("port", [-1, 0, 65536, 65536 + 80])
def test_a_port_that_is_none_cannot_be_reached(port: int) -> None:
    assert _failure(port=port) is Failure.UNREACHABLE


def test_no_descriptor_left_is_our_own_trouble(serve: Serve) -> None:
    resource = pytest.importorskip("resource")
    port = serve(answer()).port

    async def run() -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with open("/dev/null") as last:
            resource.setrlimit(resource.RLIMIT_NOFILE, (last.fileno(), hard))
        try:
            await _connect("127.0.0.1", port)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    with pytest.raises(ConnectFailed) as caught:
        asyncio.run(run())
    assert caught.value.failure is Failure.EXHAUSTED


@pytest.mark.parametrize("step", ["read", "read_line", "read_exactly", "write"])
def test_every_step_ends_at_the_one_deadline(step: str) -> None:
    """A14: nobody answers, and nobody takes what is sent."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.Event().wait()

    steps: dict[str, Callable[[Connection], Awaitable[object]]] = {
        "read": lambda connection: connection.read(),
        "read_line": lambda connection: connection.read_line(),
        "read_exactly": lambda connection: connection.read_exactly(5),
        "write": lambda connection: connection.write(b"a" * 50_000_000),
    }

    async def run() -> None:
        async with _server(talk) as port:
            connection = await _connect("127.0.0.1", port, timeout_seconds=0.2)
            with pytest.raises(ConnectFailed) as caught:
                await steps[step](connection)
            assert caught.value.failure is Failure.TIMEOUT
            with pytest.raises(ConnectFailed):  # and stays closed
                await connection.write(b"a")

    asyncio.run(run())


def test_what_nobody_reads_is_not_taken_in() -> None:
    """A12: the sender waits; we hold little."""
    sent_bytes = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent_bytes
        opened: socket.socket = writer.get_extra_info("socket")
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        while True:
            writer.write(b"a" * 65536)
            await writer.drain()
            sent_bytes += 65536

    async def run() -> None:
        async with (
            _server(talk) as port,
            await _connect("127.0.0.1", port) as connection,
        ):
            await connection.read_exactly(1)
            before = -1
            while before != sent_bytes:
                before = sent_bytes
                for _ in range(100):
                    await asyncio.sleep(0)
            # What the kernel holds for both ends; without a bound it never stops.
            assert sent_bytes < 32 * 1024 * 1024
            await connection.read_exactly(sent_bytes)

    asyncio.run(run())


def test_a_cancelled_task_closes_its_socket() -> None:
    ended = asyncio.Event

    async def run() -> None:
        closed = ended()

        async def talk(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            assert await reader.read() == b"hello"
            closed.set()

        async with _server(talk) as port:
            connection = await _connect("127.0.0.1", port)
            await connection.write(b"hello")
            task = asyncio.create_task(connection.read())
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.wait_for(closed.wait(), 10)

    asyncio.run(run())


# Names


@pytest.fixture
def few_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only two names can be looked up at once."""
    monkeypatch.setattr(dial, "resolving", threading.BoundedSemaphore(2))
    monkeypatch.setattr(names, "_workers", names._Workers())


@pytest.fixture
def stuck() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_resolver_that_hangs_holds_up_nobody(
    few_threads: None, stuck: threading.Event
) -> None:
    """F9: the loop goes on; who had no turn is told that it was our fault."""

    def hang(host: str, port: int) -> list[Any]:
        stuck.wait(20)
        return []

    async def run() -> list[Failure]:
        deadlines = (Deadline(0.2), Deadline(0.2), Deadline(0.2))
        ended = await asyncio.gather(
            *(names.addresses("a.example", 80, each, hang) for each in deadlines),
            return_exceptions=True,
        )
        return [each.failure for each in ended if isinstance(each, ConnectFailed)]

    assert asyncio.run(run()) == [Failure.TIMEOUT, Failure.TIMEOUT, Failure.BUSY]


def test_lookups_wait_for_their_turn(few_threads: None) -> None:
    def resolver(host: str, port: int) -> list[Any]:
        return _records(f"10.0.0.{host}", port=port)

    async def run() -> None:
        found = await asyncio.gather(
            *(
                names.addresses(f"{number}", 80, Deadline(10), resolver)
                for number in range(200, 250)
            )
        )
        assert [each[0][1][0] for each in found] == [
            f"10.0.0.{number}" for number in range(200, 250)
        ]

    asyncio.run(run())
    asyncio.run(run())  # and again, in another loop


@pytest.mark.parametrize("error", [OSError, UnicodeError, KeyError])
def test_a_name_that_does_not_resolve_is_a_result(
    few_threads: None, error: type[Exception]
) -> None:
    def resolver(host: str, port: int) -> list[Any]:
        raise error

    for _ in range(5):  # no thread is lost over it
        assert _failure(host="a.example", resolver=resolver) is Failure.NAME


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), Failure.NAME),
        (socket.gaierror(socket.EAI_NODATA, "x"), Failure.NAME),
        (socket.gaierror(socket.EAI_AGAIN, "x"), Failure.RESOLVER),
        (socket.gaierror(socket.EAI_SYSTEM, "x"), Failure.RESOLVER),
        (TimeoutError(), Failure.RESOLVER),
    ],
)
def test_a_name_that_is_gone_is_told_from_a_resolver_that_is_silent(
    error: Exception, failure: Failure
) -> None:
    """X31"""

    def resolver(host: str, port: int) -> list[Any]:
        raise error

    assert _failure(host="a.example", resolver=resolver) is failure
