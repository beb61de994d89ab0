"""What a chart draws: one line of points, each a bucket of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from pulseboard.core.buckets import Grid, instant
from pulseboard.core.log_scale import value_of
from pulseboard.core.sketch import Sketch
from pulseboard.core.status import Status


class Point(NamedTuple):
    """
    One bucket. Values are None where nothing was measured: a gap, not a zero.

    Args:
        at: Where the bucket begins.
        values: How many values it stands for.
    """

    at: datetime
    values: int
    minimum: float | None
    median: float | None
    p95: float | None
    maximum: float | None


class Chart:
    """Buckets being filled from whatever form the values were kept in."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        # Single values are sorted at the end: most buckets hold a handful.
        self._codes: list[list[int]] = [[] for _ in range(grid.count)]
        self._sketches: dict[int, Sketch] = {}

    def add_codes(self, seconds: Iterable[int], codes: Iterable[int]) -> None:
        """Count single values, each at its second since 1970."""
        first, width, count = (
            self.grid.first_second,
            self.grid.width_seconds,
            self.grid.count,
        )
        buckets = self._codes
        for second, code in zip(seconds, codes, strict=True):
            place = (second - first) // width
            if 0 <= place < count:
                buckets[place].append(code)

    def add_sketch(self, second: int, sketch: Sketch) -> None:
        """Count what *sketch* holds, all of it in the bucket of *second*."""
        place = (second - self.grid.first_second) // self.grid.width_seconds
        if 0 <= place < self.grid.count:
            self._sketches.setdefault(place, Sketch()).merge(sketch)

    def points(self) -> list[Point]:
        """Return all buckets, oldest first."""
        return [
            _point(instant(start * 1000), codes, self._sketches.get(place))
            for place, (start, codes) in enumerate(
                zip(self.grid.starts(), self._codes, strict=True)
            )
        ]


def _point(at: datetime, codes: list[int], sketch: Sketch | None) -> Point:
    if sketch is not None:
        for code in codes:
            sketch.add_code(code)
        low, median, p95, high = sketch.quantiles((0.0, 0.5, 0.95, 1.0))
        return Point(at, sketch.count, low, median, p95, high)
    if not codes:
        return Point(at, 0, None, None, None, None)
    codes.sort()
    last = len(codes) - 1
    return Point(
        at,
        last + 1,
        value_of(codes[0]),
        value_of(codes[last // 2]),
        value_of(codes[last * 95 // 100]),
        value_of(codes[last]),
    )


class Recent(NamedTuple):
    """
    One run of the last minutes, as a small chart draws it.

    Args:
        value: None when the run did not measure what is drawn.
    """

    at: datetime
    value: float | None
    status: Status


def sources_for(span_seconds: float) -> Sequence[str]:
    """Return which forms to read for a chart of *span_seconds*, best first."""
    if span_seconds <= _SAMPLES_UP_TO_SECONDS:
        return ("samples", "hours", "days")
    return ("hours", "days") if span_seconds <= _HOURS_UP_TO_SECONDS else ("days",)


# So that a line costs some dozens of packed hours, or some hundred rows at most.
_SAMPLES_UP_TO_SECONDS = 49 * 3600
_HOURS_UP_TO_SECONDS = 32 * 86_400
