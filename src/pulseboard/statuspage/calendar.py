"""
The bars of a page as stretches of time: 90 days and 24 hours, in the page's zone.

Most bars are one thing from end to end. Those are one value for all services.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from pulseboard.core.buckets import day_edges_ms, epoch_ms, instant, local_days
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.policy import Policy, Tally
from pulseboard.statuspage.snapshot import Bar
from pulseboard.statuspage.timeline import PLACE_OF

DAYS = 90
HOURS = 24
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one bar lies: its date, its hour (None for a whole day), its edges."""

    day: date
    hour: int | None
    began_ms: int
    ended_ms: int


class Row:
    """
    Bars that follow one another.

    Args:
        cells: Oldest first, without gaps.
        policy: What their uptime counts.
    """

    def __init__(self, cells: Sequence[Cell], policy: Policy) -> None:
        self.cells = cells
        self.policy = policy
        self._starts = [each.began_ms for each in cells]
        self._whole: dict[tuple[int, PublicStatus], Bar] = {}

    def place_of(self, at_ms: int) -> int:
        """Return the number of the bar in which *at_ms* lies."""
        return max(0, bisect.bisect_right(self._starts, at_ms) - 1)

    def whole(self, place: int, status: PublicStatus) -> Bar:
        """Return the bar at *place* as if it were *status* from end to end."""
        found = self._whole.get((place, status))
        if found is None:
            cell = self.cells[place]
            seconds = [0.0] * len(Tally._fields)
            seconds[PLACE_OF[status]] = (cell.ended_ms - cell.began_ms) / 1000
            found = bar(cell, Tally(*seconds), status, self.policy)
            self._whole[place, status] = found
        return found


def bar(cell: Cell, divided: Tally, status: PublicStatus, policy: Policy) -> Bar:
    """Return the bar of *cell*, which divides as *divided*."""
    return Bar(
        day=cell.day,
        hour=cell.hour,
        began_at=instant(cell.began_ms),
        ended_at=instant(cell.ended_ms),
        status=status,
        up_seconds=divided.up_seconds,
        degraded_seconds=divided.degraded_seconds,
        down_seconds=divided.down_seconds,
        maintenance_seconds=divided.maintenance_seconds,
        unknown_seconds=divided.unknown_seconds,
        ratio=policy.ratio(divided),
    )


@dataclass(frozen=True, slots=True)
class Calendar:
    """The two rows of bars that end now."""

    days: Row
    hours: Row
    now_ms: int

    @classmethod
    def at(cls, now: datetime, zone: tzinfo, policy: Policy) -> Calendar:
        """Return the bars up to *now*: the last ones have only just begun."""
        days, hours = day_cells(now, zone), hour_cells(now, zone)
        return cls(Row(days, policy), Row(hours, policy), epoch_ms(now))


def day_cells(now: datetime, zone: tzinfo) -> list[Cell]:
    """Return the last 90 days of *zone*, today up to *now*; 23 to 25 hours each."""
    days = local_days(now.astimezone(zone).date(), DAYS)
    edges = day_edges_ms(days, zone)
    edges[-1] = max(edges[-2] + 1, min(edges[-1], epoch_ms(now)))
    return [
        Cell(day, None, edges[place], edges[place + 1])
        for place, day in enumerate(days)
    ]


def hour_cells(now: datetime, zone: tzinfo) -> list[Cell]:
    """Return the last 24 hours by the clock of *zone*, this one up to *now*."""
    now_ms = epoch_ms(now)
    local = now.astimezone(zone)
    into = timedelta(minutes=local.minute, seconds=local.second)
    began = epoch_ms((now - into).replace(microsecond=0))
    cells = []
    for back in range(HOURS - 1, -1, -1):
        start = began - back * HOUR_MS
        at = instant(start).astimezone(zone)
        end = start + HOUR_MS if back else max(start + 1, now_ms)
        cells.append(Cell(at.date(), at.hour, start, end))
    return cells
