"""Bodies are decoded no further than they are read. Fact 8, A12"""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.guard.bounded import read_bounded


def test_a_bomb_in_one_piece_takes_little_memory() -> None:
    bomb = gzip.compress(b"\x00" * 50_000_000)
    tracemalloc.start()

    found, truncated = read_bounded([bomb], "gzip", 1000)

    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(found), truncated) == (1000, True)
    assert peak_bytes < 1_000_000


def test_nothing_is_read_beyond_the_limit() -> None:
    taken = []

    def pieces() -> Iterator[bytes]:
        for number in range(100):
            taken.append(number)
            yield b"a" * 10

    assert read_bounded(pieces(), "", 25) == (b"a" * 25, True)
    assert len(taken) == 3


@given(st.binary(max_size=5000), st.integers(1, 700))
def test_pieces_of_any_size_give_the_same_body(body: bytes, size: int) -> None:
    packed = gzip.compress(body)
    pieces = [packed[place : place + size] for place in range(0, len(packed), size)]

    assert read_bounded(pieces, "gzip", 10_000) == (body, False)


@pytest.mark.parametrize("bits", [zlib.MAX_WBITS, -zlib.MAX_WBITS])
@pytest.mark.parametrize("size", [1, 7, 5000])
def test_deflate_is_decoded_with_and_without_a_header(bits: int, size: int) -> None:
    """A12"""
    packer = zlib.compressobj(wbits=bits)
    body = bytes(range(256)) * 20
    packed = packer.compress(body) + packer.flush()
    pieces = [packed[place : place + size] for place in range(0, len(packed), size)]

    assert read_bounded(pieces, "Deflate", 5119) == (body[:5119], True)
    assert read_bounded(pieces, "Deflate", 5120) == (body, False)


def test_compressed_bytes_that_decode_to_nothing_are_not_read_for_ever() -> None:
    """A12: an empty block after the other, without end."""
    read = 0

    def pieces() -> Iterator[bytes]:
        nonlocal read
        yield gzip.compress(b"")[:10]
        while True:
            read += 5000
            yield b"\x00\x00\x00\xff\xff" * 1000

    assert read_bounded(pieces(), "gzip", 1000) == (b"", True)
    assert read < 100_000


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "nonsense"])
def test_what_was_not_asked_for_stays_as_it_is(coding: str) -> None:
    assert read_bounded([b"abc"], coding, 10) == (b"abc", False)
