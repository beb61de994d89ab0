"""gRPC: what a server says of its health, by the usual service for that."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from pulseboard.core.errors import ConfigError
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.probes.checked import check_line
from pulseboard.probes.conversing import Conversation, Conversing
from pulseboard.probes.facts import Facts
from pulseboard.probes.probe import kind
from pulseboard.probes.protobuf import field_bytes, first_number

if TYPE_CHECKING:
    from h2.connection import H2Connection

PATH = "/grpc.health.v1.Health/Check"
#: Of the answer's message, which has one small number.
MESSAGE_BYTES = 1024
#: Of all that is read. The library waits for a whole frame, however long it claims.
ANSWER_BYTES = 64 * 1024

FRAME_HEAD_BYTES, SETTINGS = 9, 4

SERVING = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")
NOT_FOUND = 5
CODES = (
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
    "UNAUTHENTICATED",
)  # fmt: skip


@kind("grpc")
@dataclass(frozen=True, kw_only=True)
class Grpc(Conversing):
    """
    Args:
        service: Whose health is asked for; empty: the whole server's.
        tls: Whether TLS comes first.
    """

    port: int = 50051
    service: str = ""
    tls: bool = False

    usual_ports: ClassVar[frozenset[int]] = frozenset({443, 50051})
    protocols: ClassVar[tuple[str, ...]] = ("h2",)
    presumed: ClassVar[tuple[str, ...]] = ("grpc.status == SERVING",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_line(self.service, "service", 200)
        if importlib.util.find_spec("h2") is None:
            raise ConfigError(
                "host: gRPC needs the extra http2 (pip install 'pulseboard[http2]')"
            )

    @property
    def begins_with_tls(self) -> bool:
        return self.tls

    async def converse(self, talk: Conversation) -> Facts:
        heard = _Heard()
        await _call(talk, self._headers(), _message(self.service), heard)
        status = heard.verdict()
        return talk.facts(
            f"answered {status}",
            status=heard.status,
            values={"grpc.status": status, "grpc.code": float(heard.code)},
        )

    def _headers(self) -> list[tuple[str, str]]:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return [
            (":method", "POST"),
            (":scheme", "https" if self.tls else "http"),
            (":authority", f"{host}:{self.port}"),
            (":path", PATH),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
            ("user-agent", "pulseboard"),
        ]


@dataclass
class _Heard:
    """The answer so far."""

    status: int = 0
    code: int = 2
    message: bytearray = field(default_factory=bytearray)
    has_ended: bool = False

    def take_headers(self, headers: object) -> None:
        """Read the few headers and trailers that matter."""
        for name, value in headers:  # type: ignore[attr-defined]
            if name == b":status":
                self.status = int(value)
            elif name == b"grpc-status":
                self.code = int(value)

    def take_data(self, contents: bytes) -> None:
        """Keep *contents*, within bounds."""
        self.message += contents
        if len(self.message) > MESSAGE_BYTES:
            raise ConnectFailed(Failure.PROTOCOL)

    def verdict(self) -> str:
        """Return what is said of the service, or why nothing is."""
        if self.code == NOT_FOUND:
            return "SERVICE_UNKNOWN"
        if self.code:
            return CODES[self.code] if 0 < self.code < len(CODES) else "UNKNOWN"
        if len(self.message) < 5 or self.message[0]:
            raise ConnectFailed(Failure.PROTOCOL)
        number = first_number(bytes(self.message[5:]), 1)
        return SERVING[number] if number < len(SERVING) else "UNKNOWN"


async def _call(
    talk: Conversation, headers: list[tuple[str, str]], message: bytes, heard: _Heard
) -> None:
    """Make one call over HTTP/2 and fill *heard*."""
    from h2.config import H2Configuration
    from h2.connection import H2Connection
    from h2.exceptions import H2Error
    from h2.settings import SettingCodes

    h2 = H2Connection(H2Configuration(client_side=True, header_encoding=None))
    h2.local_settings[SettingCodes.ENABLE_PUSH] = 0
    try:
        h2.initiate_connection()
        h2.send_headers(1, headers)
        h2.send_data(1, message, end_stream=True)
        left = ANSWER_BYTES
        await talk.line.write(h2.data_to_send())
        _take(h2, await _first_head(talk), heard)
        while not heard.has_ended:
            await talk.line.write(h2.data_to_send())
            piece = await _piece(talk, left)
            left -= len(piece)
            _take(h2, piece, heard)
    except H2Error:
        raise ConnectFailed(Failure.PROTOCOL) from None


async def _first_head(talk: Conversation) -> bytes:
    """Return the head of the first frame, which tells who speaks HTTP/2 at all."""
    head = await talk.line.read_exactly(FRAME_HEAD_BYTES)
    talk.heard()
    if head[3] != SETTINGS or int.from_bytes(head[:3], "big") > ANSWER_BYTES:
        raise ConnectFailed(Failure.PROTOCOL)
    return head


async def _piece(talk: Conversation, left: int) -> bytes:
    """Return what came next, at most *left* bytes."""
    if not left:
        raise ConnectFailed(Failure.PROTOCOL)
    piece = await talk.line.read(left)
    if not piece:
        raise ConnectFailed(Failure.CLOSED)
    talk.heard()
    return piece


def _take(h2: H2Connection, piece: bytes, heard: _Heard) -> None:
    from h2 import events

    for event in h2.receive_data(piece):
        match event:
            case events.ResponseReceived() | events.TrailersReceived():
                heard.take_headers(event.headers)
            case events.DataReceived():
                heard.take_data(event.data or b"")
                h2.acknowledge_received_data(event.flow_controlled_length or 0, 1)
            case events.StreamEnded():
                heard.has_ended = True
            case events.StreamReset() | events.ConnectionTerminated():
                raise ConnectFailed(Failure.CLOSED)


def _message(service: str) -> bytes:
    """Return the question, uncompressed, with its length before it."""
    contents = field_bytes(1, service.encode()) if service else b""
    return b"\0" + len(contents).to_bytes(4, "big") + contents
