"""
Arithmetic of time with a status: what was up, for how long, out of how much.

Spans are half-open, in milliseconds since 1970 UTC, so no clock change reaches
them. Healthy and warning count as up, critical as down. Unknown time, time that no
span covers, and time left out on purpose (maintenance) are counted and shown, but
the ratio is taken over up and down alone.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pulseboard.core.status import Status


class Span(NamedTuple):
    """Time from *began_ms* up to, but without, *ended_ms*."""

    began_ms: int
    ended_ms: int


class StatusSpan(NamedTuple):
    """Time with one status."""

    began_ms: int
    ended_ms: int
    status: Status


class Uptime(NamedTuple):
    """
    How a stretch of time divides. The four parts add up to its real length.

    Args:
        up_seconds: Healthy or warning.
        down_seconds: Critical.
        unknown_seconds: Unknown, or nothing was recorded.
        excluded_seconds: Left out on purpose, whatever was measured.
        warning_seconds: The part of *up_seconds* that was a warning.
    """

    up_seconds: float = 0.0
    down_seconds: float = 0.0
    unknown_seconds: float = 0.0
    excluded_seconds: float = 0.0
    warning_seconds: float = 0.0

    @property
    def ratio(self) -> float | None:
        """Up out of what was measured, 0 to 1; None when nothing was."""
        measured = self.up_seconds + self.down_seconds
        return self.up_seconds / measured if measured else None


def clip(spans: Iterable[StatusSpan], window: Span) -> list[StatusSpan]:
    """Return the parts of *spans* inside *window*."""
    start, end = window
    return [
        StatusSpan(max(began, start), min(ended, end), status)
        for began, ended, status in spans
        if max(began, start) < min(ended, end)
    ]


def merge(spans: Iterable[Span]) -> list[Span]:
    """Return *spans* sorted, with those that touch or overlap made one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if span.ended_ms <= span.began_ms:
            continue
        if merged and span.began_ms <= merged[-1].ended_ms:
            longest = max(merged[-1].ended_ms, span.ended_ms)
            merged[-1] = Span(merged[-1].began_ms, longest)
        else:
            merged.append(span)
    return merged


def subtract(spans: Iterable[StatusSpan], excluded: Iterable[Span]) -> list[StatusSpan]:
    """Return what is left of *spans* outside *excluded*."""
    holes = merge(excluded)
    left: list[StatusSpan] = []
    for began, ended, status in spans:
        at = began
        for hole in holes:
            if hole.began_ms >= ended:
                break
            if hole.began_ms > at:
                left.append(StatusSpan(at, hole.began_ms, status))
            at = max(at, hole.ended_ms)
        if at < ended:
            left.append(StatusSpan(at, ended, status))
    return left


def uptime(
    spans: Iterable[StatusSpan], window: Span, excluded: Iterable[Span] = ()
) -> Uptime:
    """Return how *window* divides. *spans* must not overlap each other."""
    return uptimes(spans, Windows((window.began_ms, window.ended_ms)), excluded)[0]


class Windows:
    """
    Stretches of time that follow one another, such as the days of a month.

    Most days are one thing all day. Those days share one `Uptime`, so that ninety
    days of a hundred monitors do not make nine thousand.
    """

    def __init__(self, edges_ms: Sequence[int]) -> None:
        """*edges_ms*: where each begins, and where the last one ends; rising."""
        self.edges_ms = edges_ms
        self.lengths_ms = [
            after - before for before, after in itertools.pairwise(edges_ms)
        ]
        self._whole: dict[int, list[Uptime]] = {}

    def whole(self, part: int) -> list[Uptime]:
        """Return each window as if it were *part* from end to end."""
        if part not in self._whole:
            self._whole[part] = [
                _counted([ms * (part == each) for each in range(_PARTS)], ms)
                for ms in self.lengths_ms
            ]
        return self._whole[part]


def uptimes(
    spans: Iterable[StatusSpan], windows: Windows, excluded: Iterable[Span] = ()
) -> list[Uptime]:
    """Return how each of *windows* divides. *spans* must not overlap each other."""
    if not windows.lengths_ms:
        return []
    division = _Division(windows)
    holes = merge(excluded)
    for began, ended, status in subtract(spans, holes) if holes else spans:
        division.enter(began, ended, _PART_OF[status])
    for began, ended in holes:
        division.enter(began, ended, _EXCLUDED)
    return division.uptimes()


# Places in a tally of milliseconds.
_UP, _WARNING, _DOWN, _UNKNOWN, _EXCLUDED = range(5)
_PARTS = 5

_PART_OF = {
    Status.HEALTHY: _UP,
    Status.WARNING: _WARNING,
    Status.CRITICAL: _DOWN,
    Status.UNKNOWN: _UNKNOWN,
}


class _Division:
    """Windows while spans are being entered: whole ones at once, the rest by share."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._uptimes = windows.whole(_UNKNOWN).copy()
        self._tallies: dict[int, list[int]] = {}

    def enter(self, began: int, ended: int, part: int) -> None:
        edges = self._windows.edges_ms
        # Not max() and min(): this runs for every interval of every monitor.
        began = began if began > edges[0] else edges[0]
        ended = ended if ended < edges[-1] else edges[-1]
        if began >= ended:
            return
        first = bisect.bisect_left(edges, began)
        last = bisect.bisect_right(edges, ended) - 1
        if first > last:  # within one window, touching neither end
            self._tally(last)[part] += ended - began
            return
        if first < last:
            self._uptimes[first:last] = self._windows.whole(part)[first:last]
        if began < edges[first]:
            self._tally(first - 1)[part] += edges[first] - began
        if ended > edges[last]:
            self._tally(last)[part] += ended - edges[last]

    def uptimes(self) -> list[Uptime]:
        lengths_ms = self._windows.lengths_ms
        for place, tally in self._tallies.items():
            self._uptimes[place] = _counted(tally, lengths_ms[place])
        return self._uptimes

    def _tally(self, place: int) -> list[int]:
        tally = self._tallies.get(place)
        if tally is None:
            tally = self._tallies[place] = [0] * _PARTS
        return tally


def _counted(tally: list[int], length_ms: int) -> Uptime:
    """Return *tally* as an Uptime; what it does not account for is unknown."""
    healthy, warning, down, _, excluded = tally
    up = healthy + warning
    return Uptime(
        up / 1000,
        down / 1000,
        (length_ms - up - down - excluded) / 1000,
        excluded / 1000,
        warning / 1000,
    )
