"""
What one process remembers of a database between two runs of its check.

Rates and growth need an earlier figure. It stays in memory and is bounded; a new
process collects anew and says so. Times are monotonic seconds, passed in.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS
SIZE_EVERY_SECONDS = 600


@dataclass(slots=True)
class SizeMemory:
    """The newest size, and one an hour for 25 hours."""

    size_bytes: int | None = None
    degraded: str = ""
    measured_at: float = 0.0
    _hourly: deque[tuple[float, int]] = field(
        default_factory=lambda: deque(maxlen=DAY_SECONDS // HOUR_SECONDS + 2)
    )

    def is_due(self, now: float) -> bool:
        """Return whether it is time to measure: that may walk every table's files."""
        return self.size_bytes is None or now - self.measured_at >= SIZE_EVERY_SECONDS

    def note(self, now: float, size_bytes: int, degraded: str = "") -> None:
        self.size_bytes, self.degraded, self.measured_at = size_bytes, degraded, now
        if not self._hourly or now - self._hourly[-1][0] >= HOUR_SECONDS:
            self._hourly.append((now, size_bytes))

    def growth_bytes(self, now: float) -> int | None:
        """Return the growth since a day ago, None while a day is not yet known."""
        old = [size for at, size in self._hourly if now - at >= DAY_SECONDS]
        if not old or self.size_bytes is None:
            return None
        return self.size_bytes - old[-1]


@dataclass(slots=True)
class CounterMemory:
    """The last value of a counter that only rises while its server runs."""

    _last: tuple[float, float] | None = None

    def per_second(self, now: float, total: float) -> float | None:
        """Return the rate since the last call, None at first and after a restart."""
        last, self._last = self._last, (now, total)
        if last is None or now <= last[0] or total < last[1]:
            return None
        return (total - last[1]) / (now - last[0])


@dataclass(slots=True)
class DatabaseMemory:
    size: SizeMemory = field(default_factory=SizeMemory)
    statements: CounterMemory = field(default_factory=CounterMemory)
    connections_limit: int | None = None


_MOST_DATABASES = 64
_by_place: dict[tuple[str, ...], DatabaseMemory] = {}


def memory_of(*place: str) -> DatabaseMemory:
    """Return the memory of the database at *place*: alias, name, host and port."""
    if place not in _by_place and len(_by_place) >= _MOST_DATABASES:
        _by_place.clear()  # somebody makes databases by the dozen: start over
    return _by_place.setdefault(place, DatabaseMemory())
