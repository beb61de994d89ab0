"""How many runs failed, over time: what a chart of the error rate draws."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from pulseboard.core.buckets import DAY_SECONDS, HOUR_SECONDS, Grid, instant
from pulseboard.core.packing import STATUSES
from pulseboard.core.status import Status
from pulseboard.history.key import key_of, time_of
from pulseboard.history.models import DaySummary, HourSummaries, Run, Series
from pulseboard.history.store.series import RUNS, chunks
from pulseboard.history.summary import Summary, unpack_hours

_FAILED = STATUSES.index(Status.CRITICAL)
_UNKNOWN = STATUSES.index(Status.UNKNOWN)


class Failures(NamedTuple):
    """A bucket of time: runs that answered at all, and how many of them failed."""

    at: datetime
    failed: int
    runs: int

    @property
    def ratio(self) -> float | None:
        """Share that failed, 0 to 1; None when nothing ran."""
        return self.failed / self.runs if self.runs else None


def failures(monitor: str, start: datetime, end: datetime) -> list[Failures]:
    """Return the runs of *monitor* by hour up to three days, by UTC day beyond."""
    is_short = (end - start).total_seconds() <= 3 * DAY_SECONDS
    width = HOUR_SECONDS if is_short else DAY_SECONDS
    count = max(1, round((end - start).total_seconds() / width))
    grid = Grid.over(start, end, count, finest_seconds=width)
    tallies = [[0, 0] for _ in range(grid.count)]
    series = Series.objects.filter(monitor=monitor, reading=RUNS)
    pk = series.values_list("pk", flat=True).first()
    if pk is not None:
        counted = _by_hour(pk, grid) if is_short else _by_day(pk, grid)
        for second, failed, runs in (*counted, *_recent(pk, grid)):
            place = (second - grid.first_second) // grid.width_seconds
            if 0 <= place < grid.count:
                tallies[place][0] += failed
                tallies[place][1] += runs
    return [
        Failures(instant(second * 1000), failed, runs)
        for second, (failed, runs) in zip(grid.starts(), tallies, strict=True)
    ]


def _by_hour(series: int, grid: Grid) -> Iterable[tuple[int, int, int]]:
    for key, packed in _rows(HourSummaries, series, grid):
        for hour, summary in unpack_hours(packed).items():
            second = time_of(key) * DAY_SECONDS + hour * HOUR_SECONDS
            yield second, *_counted(summary)


def _by_day(series: int, grid: Grid) -> Iterable[tuple[int, int, int]]:
    for key, packed in _rows(DaySummary, series, grid):
        yield time_of(key) * DAY_SECONDS, *_counted(packed)


def _counted(packed: bytes) -> tuple[int, int]:
    statuses = Summary.from_bytes(packed).statuses
    return statuses[_FAILED], sum(statuses) - statuses[_UNKNOWN]


def _rows(
    model: type[HourSummaries] | type[DaySummary], series: int, grid: Grid
) -> Iterable[tuple[int, bytes]]:
    first = grid.first_second // DAY_SECONDS
    last = (grid.end_second - 1) // DAY_SECONDS
    for chunk in chunks(key_of(day, series) for day in range(first, last + 1)):
        rows = model._default_manager.filter(pk__in=chunk)
        for key, packed in rows.values_list("key", "packed"):
            yield key, bytes(packed)


def _recent(series: int, grid: Grid) -> Iterable[tuple[int, int, int]]:
    """Return what is not packed yet."""
    rows = Run.objects.filter(
        series_id=series,
        at_ms__gte=grid.first_second * 1000,
        at_ms__lt=grid.end_second * 1000,
    ).exclude(status=_UNKNOWN)
    for at_ms, status in rows.values_list("at_ms", "status"):
        yield at_ms // 1000, int(status == _FAILED), 1
