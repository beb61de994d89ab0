"""
The last hour of one reading as SVG path data. No chart library, no picture file.

    points  [4.1, 4.2, None, None, 3.9, …]     oldest first, one for each minute
    line    "M0 12.5L3.4 11.9M13.6 14 …"       None breaks the line, never a zero
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pulseboard.dashboard.standing import Standing

MINUTES = 60
WIDTH = 200
HEIGHT = 32
#: Room for the stroke, and for the eye: a line on the very edge looks cut off.
_MARGIN = 3

Points = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Spark:
    """
    A drawn hour.

    Args:
        line: Path data of what was measured; empty when nothing was.
        span: Path data of the failing part, to be tinted; empty without one.
        label: The same in words, for those who do not see it.
    """

    line: str
    span: str
    label: str
    width: int = WIDTH
    height: int = HEIGHT


def line_path(points: Points) -> str:
    """Return path data for *points*, broken where one is None."""
    known = [point for point in points if point is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    parts: list[str] = []
    pen_down = False
    for index, point in enumerate(points):
        if point is not None:
            at = f"{_across(index, len(points))} {_down(point, low, high)}"
            parts.append(f"L{at}" if pen_down else f"M{at}{_dot(points, index)}")
        pen_down = point is not None
    return "".join(parts)


def failing_span(
    standing: Standing, since: datetime | None, now: datetime, minutes: int = MINUTES
) -> str:
    """Return path data of the part of the last hour in which it fails now."""
    if not standing.fails or since is None:
        return ""
    age_minutes = min(max((now - since).total_seconds() / 60, 1), minutes)
    start = WIDTH * (1 - age_minutes / minutes)
    return f"M{_short(start)} 0H{WIDTH}V{HEIGHT}H{_short(start)}z"


def _across(index: int, count: int) -> str:
    return _short(WIDTH * index / max(count - 1, 1))


def _down(point: float, low: float, high: float) -> str:
    """Return the distance from the top; a flat line runs through the middle."""
    share = 0.5 if high == low else (point - low) / (high - low)
    return _short(HEIGHT - _MARGIN - share * (HEIGHT - 2 * _MARGIN))


def _dot(points: Points, index: int) -> str:
    """A lone minute between two gaps would be a path without length, so unseen."""
    followed = index + 1 < len(points) and points[index + 1] is not None
    return "" if followed else "h1"


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
