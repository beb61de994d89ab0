"""
Requests counted in this process, without lock or query on the request's path.

A request appends one tuple to a deque, which is atomic; the flush folds them into
counters. Both are bounded, and what does not fit is counted as dropped.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from pulseboard.core.sketch import Sketch

MOST_PENDING = 100_000
MOST_ROUTES = 300
OTHER_ROUTES = "(other routes)"
#: Clients choose the method freely; each unknown one would cost a row.
METHODS = frozenset(
    ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
)
OTHER_METHOD = "(other)"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What is counted together."""

    route: str
    method: str
    status_class: int  # 2 for 2xx


@dataclass(slots=True)
class Cell:
    """The requests of one key in one minute."""

    count: int = 0
    total_seconds: float = 0.0
    slowest_seconds: float = 0.0
    sketch: Sketch = field(default_factory=Sketch)

    def add(self, seconds: float) -> None:
        """Count one request that took *seconds*."""
        self.count += 1
        self.total_seconds += seconds
        self.slowest_seconds = max(self.slowest_seconds, seconds)
        self.sketch.add(seconds)

    def merge(self, other: Cell) -> None:
        """Count what *other* counted."""
        self.count += other.count
        self.total_seconds += other.total_seconds
        self.slowest_seconds = max(self.slowest_seconds, other.slowest_seconds)
        self.sketch.merge(other.sketch)


Minute = dict[Key, Cell]


class Recorder:
    """What this process has seen and not flushed."""

    def __init__(self) -> None:
        self.dropped_total = 0
        self._pending: deque[tuple[str, str, int, float, float]] = deque()
        self._routes: set[str] = set()

    def note(
        self, route: str, method: str, status: int, seconds: float, at: float
    ) -> None:
        """Remember one request; *at* is the epoch time of its end in seconds."""
        if len(self._pending) >= MOST_PENDING:
            self.dropped_total += 1
            return
        self._pending.append((route, method, status, seconds, at))

    def fold(self, minutes: dict[int, Minute]) -> set[int]:
        """
        Move what was noted into *minutes* (epoch minute to cells).

        Returns:
            The minutes that changed.
        """
        changed = set()
        for _ in range(len(self._pending)):
            route, method, status, seconds, at = self._pending.popleft()
            minute = int(at // 60)
            known = method if method in METHODS else OTHER_METHOD
            key = Key(self._bounded(route), known, status // 100)
            cells = minutes.setdefault(minute, {})
            cells.setdefault(key, Cell()).add(seconds)
            changed.add(minute)
        return changed

    def _bounded(self, route: str) -> str:
        """Return *route*, or the common name once there are too many of them."""
        if route not in self._routes:
            if len(self._routes) >= MOST_ROUTES:
                return OTHER_ROUTES
            self._routes.add(route)
        return route
