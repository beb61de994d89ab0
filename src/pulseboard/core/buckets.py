"""
Time cut into pieces by whole numbers since 1970 UTC.

Databases disagree about truncating times (and some need zone tables for it), so
hours and days are counted, never formatted. Only day bars know a time zone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

HOUR_SECONDS = 3600
DAY_SECONDS = 86_400

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def epoch_ms(at: datetime) -> int:
    """Return *at* as milliseconds since 1970 UTC, without rounding through floats."""
    return (at - _EPOCH) // _MILLISECOND


def instant(ms: int) -> datetime:
    """Return the aware UTC time of *ms* milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=ms)


def epoch_hour(at: datetime) -> int:
    """Return the number of the hour that *at* lies in."""
    return epoch_ms(at) // (HOUR_SECONDS * 1000)


def local_days(last: date, count: int) -> list[date]:
    """Return *count* dates up to and with *last*, oldest first."""
    return [last - timedelta(days=back) for back in range(count - 1, -1, -1)]


def day_edges_ms(days: Sequence[date], zone: tzinfo) -> list[int]:
    """
    Return where each of *days* begins in *zone*, and where the last one ends.

    A day on which the clock is changed has 23 or 25 hours here, as it had there.
    """
    after = [*days, days[-1] + timedelta(days=1)] if days else []
    return [
        epoch_ms(datetime(day.year, day.month, day.day, tzinfo=zone)) for day in after
    ]


@dataclass(frozen=True, slots=True)
class Grid:
    """Equal buckets over a stretch of time, on multiples of their width."""

    first_second: int
    width_seconds: int
    count: int

    @classmethod
    def over(
        cls, start: datetime, end: datetime, buckets: int, *, finest_seconds: int = 1
    ) -> Grid:
        """
        Return at most *buckets* (and one for the edges) from *start* to *end*.

        Args:
            finest_seconds: Widths are multiples of it. What is known by the hour
                cannot be drawn by the minute.
        """
        first, last = epoch_ms(start) // 1000, math.ceil(epoch_ms(end) / 1000)
        span = max(1, last - first)
        steps = math.ceil(span / max(1, buckets) / finest_seconds)
        width = steps * finest_seconds
        aligned = first - first % width
        return cls(aligned, width, max(1, math.ceil((last - aligned) / width)))

    @property
    def end_second(self) -> int:
        """Where the last bucket ends."""
        return self.first_second + self.width_seconds * self.count

    def starts(self) -> range:
        """Return the second at which each bucket begins."""
        return range(self.first_second, self.end_second, self.width_seconds)
