"""
The bars of a service as one drawing: one path for each status.

The shape alone tells them apart, in grey too: a day with trouble is cut, its upper
part as high as the trouble was long, in fixed steps; outages have a mark below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.snapshot import Bar
from pulseboard.statuspage.words import TOKENS

#: Units of the drawing; it is stretched to the width of the page.
PITCH = 4
WIDTH = 3
HEIGHT = 32
GAP = 2
STUB = 6
FULL_HEIGHT = 40

#: Seconds affected up to (and without) which the trouble is so high.
STEPS = ((5 * 60, 0.30), (30 * 60, 0.45), (2 * 3600, 0.65))
_CUT = frozenset(
    {
        PublicStatus.DEGRADED,
        PublicStatus.PARTIAL_OUTAGE,
        PublicStatus.MAJOR_OUTAGE,
    }
)
_MARKED = frozenset({PublicStatus.PARTIAL_OUTAGE, PublicStatus.MAJOR_OUTAGE})


@dataclass(frozen=True, slots=True)
class Strip:
    """
    A drawing.

    Args:
        paths: Token (as in ``op``) and path data, one for each status there is.
    """

    width: int
    paths: tuple[tuple[str, str], ...]
    height: int = FULL_HEIGHT


def strip_of(bars: Sequence[Bar]) -> Strip:
    """Return the drawing of *bars*, oldest first."""
    drawn: dict[PublicStatus, list[str]] = {}
    for place, bar in enumerate(bars):
        left = place * PITCH
        if bar.status in _CUT:
            _draw_cut(drawn, left, bar)
        else:
            top = _TOPS[bar.status]
            drawn.setdefault(bar.status, []).append(_box(left, top, HEIGHT))
    paths = tuple(
        (TOKENS[status], "".join(drawn[status]))
        for status in PublicStatus
        if status in drawn
    )
    return Strip(max(1, len(bars) * PITCH - (PITCH - WIDTH)), paths)


def share_of(affected_seconds: float) -> float:
    """Return how much of a bar's height so long a trouble takes."""
    for seconds, share in STEPS:
        if affected_seconds < seconds:
            return share
    return 1.0


_TOPS = {
    PublicStatus.OPERATIONAL: 0,
    PublicStatus.MAINTENANCE: HEIGHT // 2,
    PublicStatus.NO_DATA: HEIGHT - STUB,
}


def _draw_cut(drawn: dict[PublicStatus, list[str]], left: int, bar: Bar) -> None:
    cut = round(share_of(bar.affected_seconds) * HEIGHT)
    trouble = drawn.setdefault(bar.status, [])
    trouble.append(_box(left, 0, cut))
    if bar.status in _MARKED:
        trouble.append(f"M{left - 1} 40h5l-2.5-6z")
    if cut + GAP < HEIGHT:
        rest = drawn.setdefault(PublicStatus.OPERATIONAL, [])
        rest.append(_box(left, cut + GAP, HEIGHT))


def _box(left: int, top: int, bottom: int) -> str:
    return f"M{left} {top}h{WIDTH}v{bottom - top}h-{WIDTH}z"
