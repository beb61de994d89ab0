"""
One hour of one series in about a byte a run.

::

    length of the head | head                               | one code per run
    varint             | numbers in few bits, see core.bits | 1 byte (2 if far apart)

    head: bytes per code, lowest code, first second, usual gap between runs,
          n, n times (length, gap - usual gap), then (length, status) to the end

Times are kept to the second and statuses as they were; values stand on the 2 %
scale. An hour is a *set* of samples: what arrives twice is there once, and the
packed form depends on the set alone, not on how it came together.
"""

from __future__ import annotations

import itertools
import struct
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from pulseboard.core.bits import (
    pack_numbers,
    read_varint,
    unpack_numbers,
    unzigzag,
    varint,
    zigzag,
)
from pulseboard.core.status import Status

#: A status is stored as its place here. Never reorder: packed hours hold the places.
STATUSES = (Status.HEALTHY, Status.WARNING, Status.CRITICAL, Status.UNKNOWN)


class Sample(NamedTuple):
    """
    One run within its hour.

    Args:
        second: 0 to 3599.
        code: The value on the scale of `core.log_scale`.
        status: Place in `STATUSES`.
    """

    second: int
    code: int
    status: int


class Columns(NamedTuple):
    """The samples of an hour by column, earliest first."""

    seconds: Sequence[int]
    codes: Sequence[int]
    statuses: Sequence[int]


def pack_hour(samples: Collection[Sample]) -> bytes:
    """Return the set of *samples* packed; empty for none."""
    if not samples:
        return b""
    seconds, codes, statuses = zip(*sorted(set(samples)), strict=True)
    lowest = min(codes)
    width = 1 if max(codes) - lowest < 256 else 2
    head = pack_numbers(
        [
            width - 1,
            zigzag(lowest),
            *_times_to_numbers(seconds),
            *(n for status, length in _runs(statuses) for n in (length - 1, status)),
        ]
    )
    form = f"<{len(codes)}{'B' if width == 1 else 'H'}"
    return varint(len(head)) + head + struct.pack(form, *(c - lowest for c in codes))


def unpack_hour(packed: bytes) -> set[Sample]:
    """Return the set of samples that `pack_hour` was given."""
    return set(itertools.starmap(Sample, zip(*unpack_columns(packed), strict=True)))


def unpack_columns(packed: bytes) -> Columns:
    """Return the samples in *packed* by column, which is quicker than one by one."""
    if not packed:
        return Columns((), (), ())
    length, start = read_varint(packed)
    numbers = unpack_numbers(packed[start : start + length])
    seconds, used = _times_from_numbers(numbers[2:])
    form = f"<{len(seconds)}{'H' if numbers[0] else 'B'}"
    lowest = unzigzag(numbers[1])
    codes = [lowest + n for n in struct.unpack_from(form, packed, start + length)]
    rest = numbers[2 + used :]
    statuses: list[int] = []
    for longer, status in zip(rest[::2], rest[1::2], strict=True):
        statuses += [status] * (longer + 1)
    return Columns(seconds, codes, statuses)


def _times_to_numbers(seconds: Sequence[int]) -> list[int]:
    gaps = [after - before for before, after in itertools.pairwise(seconds)]
    # Of two gaps that are as usual, the shorter: the same set packs the same way.
    tally = Counter(gaps)
    usual = min(tally, key=lambda gap: (-tally[gap], gap), default=0)
    runs = _runs([gap - usual for gap in gaps])
    numbers = [seconds[0], usual, len(runs)]
    for off, length in runs:
        numbers += (length - 1, zigzag(off))
    return numbers


def _times_from_numbers(numbers: Sequence[int]) -> tuple[list[int], int]:
    """Return the seconds, and how many of *numbers* they took."""
    first, usual, runs = numbers[:3]
    used = 3 + 2 * runs
    gaps = [first]
    for longer, off in zip(numbers[3:used:2], numbers[4:used:2], strict=True):
        gaps += [usual + unzigzag(off)] * (longer + 1)
    return list(itertools.accumulate(gaps)), used


def _runs(values: Iterable[int]) -> list[tuple[int, int]]:
    """Return each stretch of equal values as the value and its length."""
    return [(value, len(list(group))) for value, group in itertools.groupby(values)]
