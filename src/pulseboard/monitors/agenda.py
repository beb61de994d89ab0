"""
Which monitors are due, without looking at each of them: a heap of due times.

Whoever takes an entry out hands it back, claimed or not, and it is due again when
its slot says so.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pulseboard.monitors.schedule import due_slot, slot_start

#: Due whatever the clock is set to meanwhile.
AT_ONCE = datetime.min.replace(tzinfo=UTC)
#: A clock that goes back no further was not set.
NOISE = timedelta(seconds=1)


@dataclass(slots=True)
class Entry:
    """One monitor of the schedule and the last slot that was claimed of it."""

    pk: int
    name: str
    interval: timedelta
    slot: int

    def due_slot(self, now: datetime) -> int | None:
        """Return the slot to claim at *now*, None when nothing is due."""
        return due_slot(self.name, self.interval, self.slot, now)


class Agenda:
    """Entries by the time they are due."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._heap: list[tuple[datetime, str]] = []
        self._seen_at: datetime | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    @property
    def ids(self) -> frozenset[int]:
        """The keys of the rows."""
        return frozenset(each.pk for each in self._entries.values())

    def fill(self, entries: Iterable[Entry], now: datetime) -> None:
        """Replace all entries."""
        self._entries = {each.name: each for each in entries}
        self._sort(now)

    def clear(self) -> None:
        """Forget all entries."""
        self._entries, self._heap = {}, []

    def take_due(self, now: datetime) -> list[Entry]:
        """Take out what is due at *now*; hand it back with `put`."""
        if self._seen_at is not None and now < self._seen_at - NOISE:
            self._sort(now)  # a clock set back: what was claimed lies far ahead
        # The latest: a clock may also be set back little by little.
        self._seen_at = max(now, self._seen_at or now)
        due: list[Entry] = []
        while self._heap and self._heap[0][0] <= now:
            due.append(self._entries[heapq.heappop(self._heap)[1]])
        return due

    def put(self, entries: Iterable[Entry], now: datetime) -> None:
        """Hand *entries* back; those that are still due are due at once."""
        for each in entries:
            if self._entries.get(each.name) is each:
                heapq.heappush(self._heap, (_due_at(each, now), each.name))

    def seconds_to_next(self, now: datetime) -> float | None:
        """Return how long nothing is due, 0 when something is; None without entries."""
        if not self._heap:
            return None
        return max(0.0, (self._heap[0][0] - now).total_seconds())

    def _sort(self, now: datetime) -> None:
        self._seen_at = now
        self._heap = [
            (_due_at(each, now), each.name) for each in self._entries.values()
        ]
        heapq.heapify(self._heap)


def _due_at(entry: Entry, now: datetime) -> datetime:
    if entry.due_slot(now) is not None:
        return AT_ONCE
    return slot_start(entry.name, entry.interval, entry.slot + 1)
