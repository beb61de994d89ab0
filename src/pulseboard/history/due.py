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

    def take(self, at: datetime, status: Status) -> bool:
        """Return whether the run gets a row, and if so count it as there."""
        place = bisect.bisect_right(self._seen, at, key=lambda row: row.at)
        before = self._seen[place - 1] if place else None
        if before and (
            before.at == at or (before.status is status and at - before.at < EVERY)
        ):
            return False
        self._seen.insert(place, Seen(at, status))
        return True
