"""
The last hour of one reading as SVG path data. No chart library, no picture file.

    values  [4.1, 4.2, None, None, 3.9, …]     oldest first, one for each slice
    line    "M0 12.5L3.4 11.9M13.6 14 …"       None breaks the line, never a zero
    span    "M6.7 0H13.3V32H6.7z"              slices that failed, to be tinted
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pulseboard.core.status import Status, worst
from pulseboard.dashboard.observed import Slice
from pulseboard.history.points import Recent

HOUR = timedelta(hours=1)
WIDTH = 200
HEIGHT = 32
#: Room for the stroke, and for the eye: a line on the very edge looks cut off.
_MARGIN = 3

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Spark:
    """
    A drawn hour.

    Args:
        line: Path data of what was measured; empty when nothing was.
        critical: Path data of the slices that were, to be tinted; may be empty.
        warning: The same for warnings.
        label: The same in words, for those who do not see it.
    """

    line: str
    critical: str
    warning: str
    label: str
    width: int = WIDTH
    height: int = HEIGHT


def line_path(values: Values) -> str:
    """Return path data for *values*, broken where one is None."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    parts: list[str] = []
    pen_down = False
    for index, value in enumerate(values):
        if value is not None:
            at = f"{_across(index, len(values))} {_down(value, low, high)}"
            parts.append(f"L{at}" if pen_down else f"M{at}{_dot(values, index)}")
        pen_down = value is not None
    return "".join(parts)


def span_path(hour: Sequence[Slice], status: Status) -> str:
    """Return path data of the slices of *hour* that were *status*."""
    width = WIDTH / max(len(hour), 1)
    found, start = [], None
    for index, each in enumerate([*hour, Slice()]):
        if each.status is status and start is None:
            start = index
        elif each.status is not status and start is not None:
            left, right = _short(start * width), _short(index * width)
            found.append(f"M{left} 0H{right}V{HEIGHT}H{left}z")
            start = None
    return "".join(found)


def hour_of(
    runs: Iterable[Recent], now: datetime, interval: timedelta
) -> tuple[Slice, ...]:
    """
    Return the last hour of *runs* (oldest first) in even slices; empty without runs.

    A slice is a minute, or two intervals of what runs more rarely: so one late run
    tears no hole into the line, and two missing ones do. Slices begin on multiples
    of their width, so that the picture does not change from one look to the next.
    """
    width = max(timedelta(minutes=1), 2 * interval)
    count = max(math.ceil(HOUR / width), 1)
    seconds = width.total_seconds()
    last = int(now.timestamp() // seconds)
    slices = [Slice()] * count
    for run in runs:
        place = count - 1 - last + int(run.at.timestamp() // seconds)
        if 0 <= place < count:
            slices[place] = _joined(slices[place], run)
    return tuple(slices) if any(each.status for each in slices) else ()


def _joined(before: Slice, run: Recent) -> Slice:
    statuses = [before.status] if before.status else []
    value = before.value if run.value is None else run.value
    return Slice(value, worst([*statuses, run.status]))


def _across(index: int, count: int) -> str:
    return _short(WIDTH * index / max(count - 1, 1))


def _down(value: float, low: float, high: float) -> str:
    """Return the distance from the top; a flat line runs through the middle."""
    share = 0.5 if high == low else (value - low) / (high - low)
    return _short(HEIGHT - _MARGIN - share * (HEIGHT - 2 * _MARGIN))


def _dot(values: Values, index: int) -> str:
    """A lone minute between two gaps would be a path without length, so unseen."""
    followed = index + 1 < len(values) and values[index + 1] is not None
    return "" if followed else "h1"


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
