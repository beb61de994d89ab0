"""Which runs become rows of HealthMetric: every change, and one in five minutes."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from pulseboard.core.status import Status

#: A metric that does not change still has a row this often.
EVERY = timedelta(minutes=5)


class Seen(NamedTuple):
    """A row that is there, or about to be."""

    at: datetime
    status: Status


class Rows:
    """
    The rows of one metric around the runs to be judged.

    Judged against the row before it *in time*, a run that arrives late (kept aside
    while the database was away) is treated as if it had arrived then.
    """

    def __init__(self, seen: Iterable[Seen] = ()) -> None:
        self._seen = sorted(seen, key=lambda row: row.at)

    @property
    def newest(self) -> Seen | None:
        """The last row in time, None without any."""
        return self._seen[-1] if self._seen else None

    def take(self, at: datetime, status: Status) -> bool:
        """Return whether the run gets a row, and if so count it as there."""
        place = bisect.bisect_right(self._seen, at, key=lambda row: row.at)
        if place and not follows(self._seen[place - 1], at, status):
            return False
        self._seen.insert(place, Seen(at, status))
        return True


def follows(before: Seen, at: datetime, status: Status) -> bool:
    """Return whether the run of *at* gets a row of its own after *before*."""
    is_change = before.status is not status
    return at != before.at and (is_change or at - before.at >= EVERY)
