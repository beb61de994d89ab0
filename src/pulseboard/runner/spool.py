"""Results kept in memory while the database is away: the newest MiB of them."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable

from pulseboard.history.observed import Observed

MOST_BYTES = 2**20
#: What a kept result costs beside its text: object, dates, references.
OVERHEAD_BYTES = 1500


class Spool:
    """A bounded queue; the oldest go first when it is full, and are counted."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self.dropped_total = 0
        self._kept: deque[tuple[Observed, int]] = deque()

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, results: Iterable[Observed]) -> None:
        """Keep *results*, dropping the oldest beyond the limit."""
        for result in results:
            size = _size_bytes(result)
            self._kept.append((result, size))
            self.bytes += size
        while self.bytes > self.most_bytes and self._kept:
            self.bytes -= self._kept.popleft()[1]
            self.dropped_total += 1

    def first(self, count: int) -> list[Observed]:
        """Return the oldest *count* results; they stay until `forget`."""
        return [result for result, _ in list(self._kept)[:count]]

    def forget(self, count: int) -> None:
        """Drop the oldest *count*: they are stored now."""
        for _ in range(min(count, len(self._kept))):
            self.bytes -= self._kept.popleft()[1]


def _size_bytes(result: Observed) -> int:
    outcome = result.outcome
    text = json.dumps([outcome.summary, dict(outcome.readings), dict(outcome.details)])
    return len(text) + OVERHEAD_BYTES
