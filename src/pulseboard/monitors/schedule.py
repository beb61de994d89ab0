"""
When a monitor is due.

Time is cut into slots of the monitor's interval. A run belongs to one slot, and the
row remembers the last slot that was claimed; whoever raises it owns the run. So no
slot runs twice, no drift adds up, and a pause is followed by one run, not a burst.
Every monitor has its own offset, taken from its name, so that they spread.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta

#: How old a *now* may be when it meets a row; less is no clock that was set back.
BEHIND = timedelta(seconds=60)

#: A take-over, a deploy and a slow start make no gap.
GRACE = timedelta(seconds=30)


def slot_at(name: str, interval: timedelta, now: datetime) -> int:
    """Return the number of the slot of *name* that *now* lies in."""
    seconds = interval.total_seconds()
    return int((now.timestamp() - _offset_seconds(name, seconds)) // seconds)


def slot_start(name: str, interval: timedelta, slot: int) -> datetime:
    """Return when *slot* begins."""
    seconds = interval.total_seconds()
    return datetime.fromtimestamp(slot * seconds + _offset_seconds(name, seconds), UTC)


def due_slot(name: str, interval: timedelta, claimed: int, now: datetime) -> int | None:
    """
    Return the slot to claim now, None when *claimed* is still current.

    A claimed slot far ahead means that the clock was set back since: waiting for it
    could take years, so the run is due at once. A little ahead means only that *now*
    was read a moment before the row: going back there would run a slot twice.
    """
    current = slot_at(name, interval, now)
    a_little = 1 + BEHIND // interval
    return current if claimed < current or claimed > current + a_little else None


def unwatched_since(
    ran_at: datetime | None, interval: timedelta, at: datetime
) -> datetime | None:
    """
    Return from when on nobody knew how it was, *ran_at* being the run before *at*.

    Returns:
        When the next run would have been due; None when the runs follow one another
        closely enough, or there was none before.
    """
    if ran_at is None or at - ran_at <= 2 * interval + GRACE:
        return None
    return ran_at + interval


def _offset_seconds(name: str, interval_seconds: float) -> float:
    return (zlib.crc32(name.encode()) % 1000) / 1000 * interval_seconds
