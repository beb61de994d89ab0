"""
How values are distributed: a sparse histogram on the 2 % scale.

Any quantile is at most 2 % from the measured value of that rank, at any age and
after any number of merges, because merging only adds counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from pulseboard.core.bits import pack_numbers, unpack_numbers, unzigzag, zigzag
from pulseboard.core.log_scale import code_of, value_of


class Sketch:
    """Counts of codes. Two sketches are equal when they counted the same."""

    __slots__ = ("counts",)

    def __init__(self, values: Iterable[float] = ()) -> None:
        self.counts: dict[int, int] = {}
        for value in values:
            self.add(value)

    def add(self, value: float, times: int = 1) -> None:
        """Count *value*; raises ValueError when it is not finite."""
        self.add_code(code_of(value), times)

    def add_code(self, code: int, times: int = 1) -> None:
        """Count a value already on the scale."""
        self.counts[code] = self.counts.get(code, 0) + times

    def merge(self, other: Sketch) -> None:
        """Count what *other* counted, exactly, in any order."""
        counts = self.counts
        for code, times in other.counts.items():
            counts[code] = counts.get(code, 0) + times

    @property
    def count(self) -> int:
        """How many values were counted."""
        return sum(self.counts.values())

    @property
    def total(self) -> float:
        """The sum of all values, at most 2 % off when they have one sign."""
        return sum(value_of(code) * times for code, times in self.counts.items())

    @property
    def minimum(self) -> float | None:
        """The smallest value, None without any."""
        return value_of(min(self.counts)) if self.counts else None

    @property
    def maximum(self) -> float | None:
        """The largest value, None without any."""
        return value_of(max(self.counts)) if self.counts else None

    def quantile(self, rank: float) -> float | None:
        """Return the value at *rank* (0 to 1, 0.95 for p95), None without any."""
        return self.quantiles((rank,))[0]

    def quantiles(self, ranks: Sequence[float]) -> list[float | None]:
        """Return the values at *ranks*, which must rise, in one walk."""
        if not self.counts:
            return [None] * len(ranks)
        places = [rank * (self.count - 1) for rank in ranks]
        found: list[float | None] = []
        seen = 0
        for code in sorted(self.counts):
            seen += self.counts[code]
            while len(found) < len(places) and seen > places[len(found)]:
                found.append(value_of(code))
        return found

    def to_numbers(self) -> list[int]:
        """Return the counts as small numbers of 0 or more, by rising code."""
        codes = sorted(self.counts)
        if not codes:
            return []
        numbers = [zigzag(codes[0]), self.counts[codes[0]] - 1]
        for before, code in itertools.pairwise(codes):
            numbers += (code - before - 1, self.counts[code] - 1)
        return numbers

    @classmethod
    def from_numbers(cls, numbers: Sequence[int]) -> Sketch:
        """Return what `to_numbers` described."""
        sketch = cls()
        if numbers:
            code = unzigzag(numbers[0])
            sketch.counts[code] = numbers[1] + 1
            for gap, times in zip(numbers[2::2], numbers[3::2], strict=True):
                code += gap + 1
                sketch.counts[code] = times + 1
        return sketch

    def to_bytes(self) -> bytes:
        """Return the packed form: about 20 bytes for 60 values of one endpoint."""
        return pack_numbers(self.to_numbers())

    @classmethod
    def from_bytes(cls, packed: bytes) -> Sketch:
        """Return what `to_bytes` packed."""
        return cls.from_numbers(unpack_numbers(packed))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sketch) and self.counts == other.counts

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"Sketch({self.count} values)"
