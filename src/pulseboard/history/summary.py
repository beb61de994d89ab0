"""What is left of many runs: how values were distributed, how often each status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pulseboard.core.bits import (
    pack_numbers,
    read_varint,
    unpack_numbers,
    varint,
)
from pulseboard.core.packing import STATUSES, Sample
from pulseboard.core.sketch import Sketch


@dataclass(slots=True)
class Summary:
    """
    An hour or a day of one series.

    Count, minimum, maximum, sum and every quantile come from the sketch, each within
    2 %: held beside it they would take more room than the sketch itself.

    Args:
        statuses: Runs by status, in the order of `STATUSES`.
    """

    sketch: Sketch = field(default_factory=Sketch)
    statuses: list[int] = field(default_factory=lambda: [0] * len(STATUSES))

    @classmethod
    def of(cls, samples: Iterable[Sample]) -> Summary:
        """Return the summary of *samples*."""
        summary = cls()
        for sample in samples:
            summary.sketch.add_code(sample.code)
            summary.statuses[sample.status] += 1
        return summary

    def merge(self, other: Summary) -> None:
        """Count what *other* counted."""
        self.sketch.merge(other.sketch)
        self.statuses = [
            a + b for a, b in zip(self.statuses, other.statuses, strict=True)
        ]

    def to_bytes(self) -> bytes:
        """Return the packed form."""
        return pack_numbers([*self.statuses, *self.sketch.to_numbers()])

    @classmethod
    def from_bytes(cls, packed: bytes) -> Summary:
        """Return what `to_bytes` packed."""
        numbers = unpack_numbers(packed)
        cut = len(STATUSES)
        return cls(Sketch.from_numbers(numbers[cut:]), numbers[:cut])


def pack_hours(hours: Mapping[int, bytes]) -> bytes:
    """
    Return the packed summaries of the hours of a day, by hour, as one.

    A row of its own would cost some databases more than the twenty bytes in it.
    """
    return b"".join(
        varint(hour) + varint(len(hours[hour])) + hours[hour] for hour in sorted(hours)
    )


def unpack_hours(packed: bytes) -> dict[int, bytes]:
    """Return the summaries that `pack_hours` was given, each still packed."""
    hours, place = {}, 0
    while place < len(packed):
        hour, place = read_varint(packed, place)
        length, place = read_varint(packed, place)
        hours[hour] = packed[place : place + length]
        place += length
    return hours
