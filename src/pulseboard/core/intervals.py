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
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Uptime:
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
        self._whole: dict[_Part, list[Uptime]] = {}

    def whole(self, part: _Part) -> list[Uptime]:
        """Return each window as if it were *part* from end to end."""
        if part not in self._whole:
            self._whole[part] = [_counted({part: ms}, ms) for ms in self.lengths_ms]
        return self._whole[part]


def uptimes(
    spans: Iterable[StatusSpan], windows: Windows, excluded: Iterable[Span] = ()
) -> list[Uptime]:
    """Return how each of *windows* divides. *spans* must not overlap each other."""
    holes = merge(excluded)
    parts = [
        (began, ended, _PARTS[status])
        for began, ended, status in (subtract(spans, holes) if holes else spans)
    ]
    parts += [(began, ended, _EXCLUDED) for began, ended in holes]
    divided = windows.whole(_UNKNOWN).copy()
    tallies: dict[int, dict[_Part, int]] = {}
    for began, ended, part in parts if divided else ():
        _place(began, ended, part, windows, divided, tallies)
    for place, tally in tallies.items():
        divided[place] = _counted(tally, windows.lengths_ms[place])
    return divided


_Part = str
_UP, _WARNING, _DOWN, _UNKNOWN, _EXCLUDED = (
    "up", "warning", "down", "unknown", "excluded",
)  # fmt: skip

_PARTS = {
    Status.HEALTHY: _UP,
    Status.WARNING: _WARNING,
    Status.CRITICAL: _DOWN,
    Status.UNKNOWN: _UNKNOWN,
}


def _place(
    began: int,
    ended: int,
    part: _Part,
    windows: Windows,
    divided: list[Uptime],
    tallies: dict[int, dict[_Part, int]],
) -> None:
    """Enter one part: whole windows at once, the two at its ends by their share."""
    edges = windows.edges_ms
    began, ended = max(began, edges[0]), min(ended, edges[-1])
    if began >= ended:
        return
    first, last = (
        bisect.bisect_left(edges, began),
        bisect.bisect_right(edges, ended) - 1,
    )
    if first < last:
        divided[first:last] = windows.whole(part)[first:last]
    if first > last:  # within one window, touching neither end
        _tally(tallies, last, part, ended - began)
        return
    if began < edges[first]:
        _tally(tallies, first - 1, part, edges[first] - began)
    if ended > edges[last]:
        _tally(tallies, last, part, ended - edges[last])


def _tally(
    tallies: dict[int, dict[_Part, int]], place: int, part: _Part, ms: int
) -> None:
    tally = tallies.setdefault(place, {})
    tally[part] = tally.get(part, 0) + ms


def _counted(tally: dict[_Part, int], length_ms: int) -> Uptime:
    """Return *tally* as an Uptime; what it does not account for is unknown."""
    covered = sum(tally.values()) - tally.get(_UNKNOWN, 0)
    warning = tally.get(_WARNING, 0)
    return Uptime(
        up_seconds=(tally.get(_UP, 0) + warning) / 1000,
        down_seconds=tally.get(_DOWN, 0) / 1000,
        unknown_seconds=(length_ms - covered) / 1000,
        excluded_seconds=tally.get(_EXCLUDED, 0) / 1000,
        warning_seconds=warning / 1000,
    )
