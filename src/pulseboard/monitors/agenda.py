"""
Which monitors are due, without looking at each of them: a heap of due times.

Whoever takes an entry out hands it back, claimed or not, and it is due again when
its slot says so.

Many that missed a whole slot (the first start, an outage) would all be due in one
moment. Each of such a *crowd* gets a turn instead, within one interval.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pulseboard.monitors.schedule import due_slot, slot_at, slot_start

#: Due whatever the clock is set to meanwhile.
AT_ONCE = datetime.min.replace(tzinfo=UTC)
#: A clock that goes back no further was not set.
NOISE = timedelta(seconds=1)
#: More than so many that missed a slot are a crowd; fewer begin at once.
CROWD = 100
#: No turn of a crowd is later, however long the interval is.
LONGEST_TURN = timedelta(seconds=60)
#: The last turn, as a share of the interval: it takes some time to be asked, too.
TURNS_RATIO = 0.8


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

    def has_missed_a_slot(self, now: datetime) -> bool:
        """Return whether it has been due for longer than its interval."""
        return self.slot < slot_at(self.name, self.interval, now) - 1


class Agenda:
    """Entries by the time they are due."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._heap: list[tuple[datetime, str]] = []
        self._turns: dict[str, datetime] = {}
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
        self._give_turns(now)
        self._sort(now)

    def clear(self) -> None:
        """Forget all entries."""
        self._entries, self._heap, self._turns = {}, [], {}

    def take_due(self, now: datetime) -> list[Entry]:
        """Take out what is due at *now*; hand it back with `put`."""
        if self._seen_at is not None and now < self._seen_at - NOISE:
            self._turns.clear()
            self._sort(now)  # a clock set back: what was claimed lies far ahead
        # The latest: a clock may also be set back little by little.
        self._seen_at = max(now, self._seen_at or now)
        due: list[Entry] = []
        while self._heap and self._heap[0][0] <= now:
            name = heapq.heappop(self._heap)[1]
            self._turns.pop(name, None)
            due.append(self._entries[name])
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

    def _give_turns(self, now: datetime) -> None:
        """Give a crowd its turns; who has one keeps it, however often this is asked."""
        turns = {n: at for n, at in self._turns.items() if n in self._entries}
        late = [
            each
            for name, each in self._entries.items()
            if name not in turns and each.has_missed_a_slot(now)
        ]
        if len(late) > CROWD:
            for place, each in enumerate(late):
                turns[each.name] = _turn(each, place / len(late), now)
        self._turns = turns

    def _sort(self, now: datetime) -> None:
        self._seen_at = now
        self._heap = [
            (self._turns.get(each.name) or _due_at(each, now), each.name)
            for each in self._entries.values()
        ]
        heapq.heapify(self._heap)


def _due_at(entry: Entry, now: datetime) -> datetime:
    if entry.due_slot(now) is not None:
        return AT_ONCE
    return slot_start(entry.name, entry.interval, entry.slot + 1)


def _turn(entry: Entry, place_ratio: float, now: datetime) -> datetime:
    """Return when *entry* begins: with its next slot if that is soon, or by place."""
    longest = min(TURNS_RATIO * entry.interval, LONGEST_TURN)
    current = slot_at(entry.name, entry.interval, now)
    next_slot_at = slot_start(entry.name, entry.interval, current + 1)
    if next_slot_at - now <= longest:
        return next_slot_at
    return now + place_ratio * longest
