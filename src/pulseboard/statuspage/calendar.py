"""
The bars of a page as stretches of time: 90 days and 24 hours, in the page's zone.

Most bars are one thing from end to end. Those are one value for all services.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from pulseboard.core.buckets import day_edges_ms, epoch_ms, instant, local_days
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.policy import Policy, Tally
from pulseboard.statuspage.snapshot import Bar, Trouble
from pulseboard.statuspage.timeline import PLACE_OF

DAYS = 90
HOURS = 24
HOUR_MS = 3_600_000
#: Statuses that are no trouble.
QUIET = frozenset({PublicStatus.OPERATIONAL, PublicStatus.NO_DATA})


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
        self._edges = [each.began_ms for each in cells]
        self._edges += [each.ended_ms for each in cells[-1:]]
        self._whole: dict[PublicStatus, list[Bar]] = {}

    def places_within(self, began_ms: int, ended_ms: int) -> tuple[int, int]:
        """Return the numbers of the first bar all inside, and of the one after."""
        first = bisect.bisect_left(self._edges, began_ms)
        last = bisect.bisect_right(self._edges, ended_ms) - 1
        return first, max(first, last)

    def places_cut(self, began_ms: int, ended_ms: int) -> set[int]:
        """Return the numbers of the bars that are inside only in part."""
        ends = (began_ms, ended_ms)
        places = (bisect.bisect_left(self._edges, at) - 1 for at in ends)
        return {
            place
            for at, place in zip(ends, places, strict=True)
            if 0 <= place < len(self.cells)
            and self.cells[place].began_ms < at < self.cells[place].ended_ms
        }

    def whole_row(self, status: PublicStatus) -> list[Bar]:
        """Return every bar as if it were *status* from end to end."""
        found = self._whole.get(status)
        if found is None:
            found = [self._whole_bar(cell, status) for cell in self.cells]
            self._whole[status] = found
        return found

    def _whole_bar(self, cell: Cell, status: PublicStatus) -> Bar:
        seconds = [0.0] * len(Tally._fields)
        seconds[PLACE_OF[status]] = (cell.ended_ms - cell.began_ms) / 1000
        found = bar(cell, Tally(*seconds), status, self.policy)
        if status in QUIET:
            return found
        trouble = Trouble(
            status=status, began_at=found.began_at, ended_at=found.ended_at
        )
        return replace(found, troubles=(trouble,))


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
