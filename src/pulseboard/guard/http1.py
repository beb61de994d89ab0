"""One answer of HTTP/1.1, read piece by piece and no further than wanted."""

from __future__ import annotations

import zlib

import httptools

from pulseboard.guard.answer import kept_headers
from pulseboard.guard.bounded import BoundedBody
from pulseboard.guard.call import Call
from pulseboard.guard.errors import ConnectFailed, Failure

#: Status line and headers together; those of answers before the answer count too.
HEAD_BYTES = 64 * 1024
HEADERS_COUNT = 256
#: Of everything: a body in chunks of one byte each is still read.
WIRE_BYTES_PER_BYTE = 8
WIRE_BYTES_SPARE = 1024 * 1024

SWITCHING_PROTOCOLS = 101
WITHOUT_BODY = (SWITCHING_PROTOCOLS, 204, 304)


class Http1Answer:
    """
    Fed with what a server sends; *is_complete* says when to stop.

    Args:
        max_bytes: Of the decoded body.

    Raises:
        ConnectFailed: PROTOCOL: not well-formed, or absurd; CLOSED: cut short.
    """

    def __init__(self, call: Call, max_bytes: int) -> None:
        self.is_complete = False
        self.has_headers = False
        self.headers: tuple[tuple[str, str], ...] = ()
        self.status = 0
        self._method = call.method
        self._unsent = call.as_http1
        self._max_bytes = max_bytes
        self._raw: list[tuple[bytes, bytes]] = []
        self._body = BoundedBody("", 0)
        self._is_delimited = False
        self._fed_bytes = 0
        self._parser = httptools.HttpResponseParser(self)

    @property
    def version(self) -> str:
        return self._parser.get_http_version()

    @property
    def truncated(self) -> bool:
        return self._body.truncated

    def outgoing(self) -> bytes:
        """Return what must be sent now."""
        unsent, self._unsent = self._unsent, b""
        return unsent

    def feed(self, piece: bytes) -> None:
        """Take what came next; empty: the server closed the connection."""
        if not piece:
            return self._end()
        self._fed_bytes += len(piece)
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserError:
            # Whatever follows a complete answer is not looked at.
            if not self.is_complete:
                raise ConnectFailed(Failure.PROTOCOL) from None
        if not self.is_complete and self._fed_bytes > self._allowed_bytes():
            raise ConnectFailed(Failure.PROTOCOL)

    def body(self) -> bytes:
        """Return the decoded body, as far as it is kept."""
        try:
            return self._body.found()
        except zlib.error:
            raise ConnectFailed(Failure.PROTOCOL) from None

    # What the parser calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        self._raw.append((name, value))
        if len(self._raw) > HEADERS_COUNT:
            raise ValueError("too many headers")

    def on_headers_complete(self) -> None:
        if self.has_headers:
            return  # of a second answer
        status = self._parser.get_status_code()
        if 100 <= status < 200 and status != SWITCHING_PROTOCOLS:
            return self._raw.clear()
        self._begin_body(status)

    def on_body(self, piece: bytes) -> None:
        if not self.is_complete:
            self._body.add(piece)
            self.is_complete = self._body.truncated

    def on_message_complete(self) -> None:
        self.is_complete = self.has_headers

    # Inside.

    def _begin_body(self, status: int) -> None:
        self.has_headers, self.status = True, status
        self.headers = kept_headers(self._raw)
        named = dict(reversed(self.headers))
        self._body = BoundedBody(named.get("content-encoding", ""), self._max_bytes)
        self._is_delimited = "content-length" in named or "transfer-encoding" in named
        self.is_complete = self._method == "HEAD" or status in WITHOUT_BODY

    def _end(self) -> None:
        if not self.has_headers or self._is_delimited:
            raise ConnectFailed(Failure.CLOSED)
        self.is_complete = True

    def _allowed_bytes(self) -> int:
        if not self.has_headers:
            return HEAD_BYTES
        return WIRE_BYTES_PER_BYTE * self._max_bytes + WIRE_BYTES_SPARE
