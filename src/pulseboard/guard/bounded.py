"""Bodies of answers, decoded no further than somebody reads them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

#: Decoded at a time: what a small compressed piece can become.
PIECE_BYTES = 16 * 1024


def read_bounded(
    pieces: Iterable[bytes], coding: str, max_bytes: int
) -> tuple[bytes, bool]:
    """
    Return up to *max_bytes* of the decoded body, and whether there was more.

    Args:
        coding: ``Content-Encoding``; another one than gzip stays as it is.

    Raises:
        zlib.error: It is not what it says.
    """
    found = bytearray()
    for piece in _decoded(pieces, coding):
        found += piece[: max_bytes - len(found) + 1]
        if len(found) > max_bytes:
            return bytes(found[:max_bytes]), True
    return bytes(found), False


def _decoded(pieces: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """Decode piece by piece, never much at once: 1 kB can become 1 MB."""
    if coding.strip().lower() not in ("gzip", "x-gzip"):
        yield from pieces
        return
    decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
    for piece in pieces:
        while piece and not decoder.eof:
            yield decoder.decompress(piece, PIECE_BYTES)
            piece = decoder.unconsumed_tail
    yield decoder.flush()
