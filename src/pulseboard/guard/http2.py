"""One request and its answer over HTTP/2; the package ``h2`` is the extra ``http2``."""

from __future__ import annotations

import functools
import zlib

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from pulseboard.guard.answer import kept_headers
from pulseboard.guard.bounded import BoundedBody
from pulseboard.guard.call import Call
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.guard.http1 import WIRE_BYTES_PER_BYTE, WIRE_BYTES_SPARE

CONFIGURATION = h2.config.H2Configuration(header_encoding=None)
#: The connection's, not the stream's: those of HTTP/1.1.
DROPPED = ("connection", "host", "transfer-encoding", "keep-alive", "upgrade")


#: Frames that say nothing cost time to read.
EVENTS_LIMIT = 10_000


class Http2Answer:
    """
    As `Http1Answer`; *outgoing* also acknowledges and sends the rest of the request.

    Raises:
        ConnectFailed: PROTOCOL: not well-formed, or absurd; CLOSED: cut short.
    """

    version = "2"

    def __init__(self, call: Call, max_bytes: int) -> None:
        self.is_complete = False
        self.headers: tuple[tuple[str, str], ...] = ()
        self.status = 0
        self._max_bytes = max_bytes
        self._left_events = EVENTS_LIMIT
        self._left_bytes = WIRE_BYTES_PER_BYTE * max_bytes + WIRE_BYTES_SPARE
        self._body = BoundedBody("", 0)
        self._unsent = call.body
        self._state = h2.connection.H2Connection(CONFIGURATION)
        self._state.initiate_connection()
        self._stream = self._state.get_next_available_stream_id()
        self._state.send_headers(self._stream, _headers(call), end_stream=not call.body)

    @property
    def truncated(self) -> bool:
        return self._body.truncated

    def outgoing(self) -> bytes:
        """Return what must be sent now."""
        while self._unsent and (room := self._room()) > 0:
            piece, self._unsent = self._unsent[:room], self._unsent[room:]
            self._state.send_data(self._stream, piece, end_stream=not self._unsent)
        return self._state.data_to_send()

    def feed(self, piece: bytes) -> None:
        """Take what came next; empty: the server closed the connection."""
        if not piece:
            raise ConnectFailed(Failure.CLOSED)
        self._left_bytes -= len(piece)
        try:
            events = self._state.receive_data(piece)
            self._left_events -= len(events)
            for event in events:
                self._take(event)
        except (h2.exceptions.H2Error, ValueError, zlib.error):
            if not self.is_complete:
                raise ConnectFailed(Failure.PROTOCOL) from None
        if not self.is_complete and min(self._left_bytes, self._left_events) < 0:
            raise ConnectFailed(Failure.PROTOCOL)

    def body(self) -> bytes:
        """Return the decoded body, as far as it is kept."""
        try:
            return self._body.found()
        except zlib.error:
            raise ConnectFailed(Failure.PROTOCOL) from None

    @functools.singledispatchmethod
    def _take(self, event: h2.events.Event) -> None:
        """Other events are none of ours."""

    @_take.register
    def _(self, event: h2.events.ResponseReceived) -> None:
        raw = [(bytes(name), bytes(value)) for name, value in event.headers or ()]
        self.status = int(dict(raw)[b":status"])
        self.headers = kept_headers(each for each in raw if each[0][:1] != b":")
        named = dict(reversed(self.headers))
        self._body = BoundedBody(named.get("content-encoding", ""), self._max_bytes)

    @_take.register
    def _(self, event: h2.events.DataReceived) -> None:
        self._state.acknowledge_received_data(
            event.flow_controlled_length or 0, self._stream
        )
        self._body.add(event.data or b"")
        self.is_complete = self.is_complete or self._body.truncated

    @_take.register
    def _(self, event: h2.events.StreamEnded) -> None:
        self.is_complete = True

    @_take.register(h2.events.StreamReset)
    @_take.register(h2.events.ConnectionTerminated)
    def _(self, event: h2.events.StreamReset | h2.events.ConnectionTerminated) -> None:
        if not self.is_complete:
            raise ConnectFailed(Failure.CLOSED)

    def _room(self) -> int:
        """Return how many bytes of the request the server takes now."""
        return min(
            self._state.local_flow_control_window(self._stream),
            self._state.max_outbound_frame_size,
        )


def _headers(call: Call) -> list[tuple[str, str]]:
    sent = dict(call.sent_headers)
    return [
        (":method", call.method),
        (":scheme", call.url.scheme),
        (":authority", sent["host"]),
        (":path", call.url.path),
        *((name, value) for name, value in sent.items() if name not in DROPPED),
    ]
