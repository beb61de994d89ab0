"""
Lines and bars of a service over time, as path data.

The drawing is stretched to any width, so it holds no text: labels are HTML around it.
A gap in the data breaks the line; it never falls to zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 600
HEIGHT = 120
#: Bars fill this much of their place.
_FILLED = 0.8

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Drawing:
    """
    Args:
        paths: Class of the path and its data.
        top: The value at the upper edge; the lower one is zero.
    """

    paths: tuple[tuple[str, str], ...]
    top: float
    width: int = WIDTH
    height: int = HEIGHT


def lines(median: Values, p95: Values) -> Drawing | None:
    """Return two lines over one another, None when nothing was measured."""
    known = [value for value in (*median, *p95) if value is not None]
    if not known:
        return None
    top = round_up(max(known))
    return Drawing((("b", _line(p95, top)), ("a", _line(median, top))), top)


def bars(shares: Values) -> Drawing | None:
    """Return a bar for each share that is above zero, None without any data."""
    known = [share for share in shares if share is not None]
    if not known:
        return None
    top = min(1.0, round_up(max(known))) or 0.01
    step = WIDTH / max(1, len(shares))
    boxes = [
        f"M{_short(place * step)} {HEIGHT}v-{_short(share / top * HEIGHT)}"
        f"h{_short(step * _FILLED)}V{HEIGHT}z"
        for place, share in enumerate(shares)
        if share
    ]
    return Drawing((("bar", "".join(boxes)),), top)


def round_up(value: float) -> float:
    """Return the next of 1, 2, 5 times a power of ten: a number fit for an axis."""
    if value <= 0:
        return 0.0
    power = 1.0
    while power > value:
        power /= 10
    while power * 10 <= value:
        power *= 10
    return next(power * step for step in (1, 2, 5, 10) if power * step >= value)


def _line(values: Values, top: float) -> str:
    step = WIDTH / max(1, len(values) - 1)
    parts: list[str] = []
    pen_is_down = False
    for place, value in enumerate(values):
        if value is None:
            pen_is_down = False
            continue
        down = HEIGHT - (value / top * HEIGHT if top else 0)
        parts.append(
            f"{'L' if pen_is_down else 'M'}{_short(place * step)} {_short(down)}"
        )
        followed = place + 1 < len(values) and values[place + 1] is not None
        # A lone point between two gaps would be a path without length, so unseen.
        parts.append("" if pen_is_down or followed else "h2")
        pen_is_down = True
    return "".join(parts)


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
