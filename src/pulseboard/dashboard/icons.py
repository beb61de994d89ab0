"""
Shapes of the statuses, as SVG path data in a box of 24.

Shape is the second signal after the word, colour only the third: every outline
differs, so the page also reads in grey. One path each, drawn with a 2 px stroke.
"""

from __future__ import annotations

import math

from pulseboard.dashboard.standing import Standing

_CIRCLE = "M21 12a9 9 0 1 1-18 0a9 9 0 1 1 18 0"
_DASHES = 8


def _dashed_circle() -> str:
    """Return the ring as separate arcs: a dash pattern would be style, not shape."""
    step = 2 * math.pi / _DASHES
    arcs = []
    for index in range(_DASHES):
        start, end = index * step, index * step + step * 0.6
        arcs.append(f"M{_point(start)}A9 9 0 0 1 {_point(end)}")
    return "".join(arcs)


def _point(angle: float) -> str:
    return f"{12 + 9 * math.cos(angle):.2f} {12 + 9 * math.sin(angle):.2f}"


ICONS: dict[Standing, str] = {
    # octagon with cross
    Standing.CRITICAL: (
        "M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3zM9 9l6 6M15 9l-6 6"
    ),
    # triangle with mark
    Standing.WARNING: "M12 3.5L22 20.5H2zM12 10v4.5M12 17.4v.2",
    # dashed circle with a question mark
    Standing.UNKNOWN: _dashed_circle()
    + "M9.6 9.6a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2 1-1.2 1.9M12 16.6v.2",
    # circle with check
    Standing.HEALTHY: _CIRCLE + "M8 12.4l2.7 2.7L16 9.6",
    # rounded square with clock hands
    Standing.MAINTENANCE: (
        "M7 3h10a4 4 0 0 1 4 4v10a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4z"
        "M12 7.5V12l3 2"
    ),
}
