"""Bodies of answers, decoded no further than somebody reads them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

#: Decoded at a time: what a small compressed piece can become.
PIECE_BYTES = 16 * 1024
#: Compressed bytes that decode to nothing are still work; more than this over twice
#: the limit are not looked at.
SPARE_BYTES = 64 * 1024


class BoundedBody:
    """
    Collects a body piece by piece.

    Args:
        coding: ``Content-Encoding``: gzip and deflate are decoded, others stay as
            they are.
        max_bytes: Kept at most, decoded.
    """

    def __init__(self, coding: str, max_bytes: int) -> None:
        self._coding = coding.strip().lower()
        self._max_bytes = max_bytes
        self._left_bytes = 2 * max_bytes + SPARE_BYTES
        self._decoder: zlib._Decompress | None = None
        self._found = bytearray()
        self.truncated = False

    def add(self, piece: bytes) -> None:
        """
        Take what fits of *piece*; *truncated* says that there was more.

        Raises:
            zlib.error: It is not what it says.
        """
        if self.truncated or not piece:
            return
        self._left_bytes -= len(piece)
        if self._coding in ("gzip", "x-gzip", "deflate"):
            self._decode(piece)
        else:
            self._keep(piece)
        self.truncated = self.truncated or self._left_bytes < 0

    def found(self) -> bytes:
        """Return what was kept."""
        if self._decoder is not None and not self.truncated:
            self._keep(self._decoder.flush())
        return bytes(self._found)

    def _decode(self, piece: bytes) -> None:
        """Decode little by little: 1 kB can become 1 MB."""
        decoder = self._decoder = self._decoder or _decoder(self._coding, piece)
        while piece and not decoder.eof and not self.truncated:
            self._keep(decoder.decompress(piece, PIECE_BYTES))
            piece = decoder.unconsumed_tail

    def _keep(self, piece: bytes) -> None:
        room = self._max_bytes - len(self._found)
        self._found += piece[:room]
        self.truncated = self.truncated or len(piece) > room


def read_bounded(
    pieces: Iterable[bytes], coding: str, max_bytes: int
) -> tuple[bytes, bool]:
    """
    Return up to *max_bytes* of the decoded body, and whether there was more.

    Raises:
        zlib.error: It is not what it says.
    """
    body = BoundedBody(coding, max_bytes)
    for piece in pieces:
        body.add(piece)
        if body.truncated:
            break
    return body.found(), body.truncated


def _decoder(coding: str, start: bytes) -> zlib._Decompress:
    """Return a decoder; "deflate" is sent with and without the header of zlib."""
    if coding != "deflate":
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    # No block of bare deflate begins like the header of zlib.
    has_header = start[0] & 0x0F == 8
    return zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
