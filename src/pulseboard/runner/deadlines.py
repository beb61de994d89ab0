"""Which deadline is next, without looking at every run."""

from __future__ import annotations

import heapq
import itertools

from pulseboard.runner.job import Run

#: So many that have ended may lie about before they are swept out.
MOST_STALE = 256


class Deadlines:
    """A heap of runs; one that ends in time is forgotten and swept out later."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Run]] = []
        self._awaited: set[Run] = set()
        self._numbers = itertools.count()

    def add(self, run: Run) -> None:
        """Await *run* from its start on for as long as it has."""
        deadline = run.started + run.limit_seconds
        heapq.heappush(self._heap, (deadline, next(self._numbers), run))
        self._awaited.add(run)

    def forget(self, run: Run) -> None:
        """Await *run* no more."""
        self._awaited.discard(run)
        if len(self._heap) > 2 * len(self._awaited) + MOST_STALE:
            self._heap = [each for each in self._heap if each[2] in self._awaited]
            heapq.heapify(self._heap)

    def next(self) -> float | None:
        """Return the next deadline by the monotonic clock, None without any."""
        while self._heap and self._heap[0][2] not in self._awaited:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def passed(self, now: float) -> list[Run]:
        """Return the runs whose deadline was at or before *now*, and forget them."""
        found: list[Run] = []
        while (deadline := self.next()) is not None and deadline <= now:
            run = heapq.heappop(self._heap)[2]
            self._awaited.discard(run)
            found.append(run)
        return found
