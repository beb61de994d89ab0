"""
How a component was over time, from how its monitors were.

    monitor 1   healthy ────────── critical ── healthy ─────
    monitor 2   healthy ──────────────── critical ── healthy
    component   operational ────── partial ─ major ─ partial ─ operational

Half-open, in milliseconds since 1970 UTC, without gaps: what nobody measured is no
data. A monitor in maintenance says nothing; when all are, the component is.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pulseboard.core.intervals import Span, StatusSpan, merge
from pulseboard.core.status import Status
from pulseboard.monitors.public_status import Part, PublicStatus, public_status
from pulseboard.statuspage.policy import Tally


class Stretch(NamedTuple):
    """Time with one public status."""

    began_ms: int
    ended_ms: int
    status: PublicStatus


@dataclass(frozen=True, slots=True)
class Track:
    """
    What is known of one monitor.

    Args:
        spans: Its confirmed statuses; they do not overlap.
        holes: When it was in maintenance that is left out of uptime.
        decides: The component is down when it is.
    """

    spans: Sequence[StatusSpan]
    holes: Sequence[Span] = ()
    decides: bool = False


def timeline(tracks: Sequence[Track], window: Span) -> list[Stretch]:
    """Return how the component of *tracks* was all through *window*."""
    if len(tracks) == 1 and not tracks[0].holes:
        return _joined(_alone(tracks[0], window))
    readers = [_Reader(each) for each in tracks]
    edges = itertools.pairwise(_edges(readers, window))
    return _joined(
        Stretch(began, ended, _status_at(began, readers)) for began, ended in edges
    )


def within(stretches: Iterable[Stretch], window: Span) -> Iterator[Stretch]:
    """Return the parts of *stretches* inside *window*."""
    for began, ended, status in stretches:
        began, ended = max(began, window.began_ms), min(ended, window.ended_ms)
        if began < ended:
            yield Stretch(began, ended, status)


def tally(stretches: Iterable[Stretch], window: Span) -> Tally:
    """Return how *window* divides."""
    lengths_ms = [0] * len(Tally._fields)
    first, last = window
    # Not `within`: this runs for every window of every service.
    for began, ended, status in stretches:
        if ended > first and began < last:
            began = began if began > first else first
            ended = ended if ended < last else last
            lengths_ms[PLACE_OF[status]] += ended - began
    return Tally(*(each / 1000 for each in lengths_ms))


#: Where in a `Tally` the time of a status goes.
PLACE_OF = {
    PublicStatus.OPERATIONAL: 0,
    PublicStatus.DEGRADED: 1,
    PublicStatus.PARTIAL_OUTAGE: 2,
    PublicStatus.MAJOR_OUTAGE: 2,
    PublicStatus.MAINTENANCE: 3,
    PublicStatus.NO_DATA: 4,
}


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return *stretches*, which touch, with neighbours of one status made one."""
    joined: list[Stretch] = []
    for stretch in stretches:
        if joined and joined[-1].status is stretch.status:
            joined[-1] = joined[-1]._replace(ended_ms=stretch.ended_ms)
        else:
            joined.append(stretch)
    return joined


_ALONE = {status: public_status([Part(status)]) for status in Status}


def _alone(track: Track, window: Span) -> Iterator[Stretch]:
    """Yield what one monitor says by itself: most components have no other."""
    at = window.began_ms
    for began, ended, status in sorted(track.spans):
        began, ended = max(began, at), min(ended, window.ended_ms)
        if began >= ended:
            continue
        if began > at:
            yield Stretch(at, began, PublicStatus.NO_DATA)
        yield Stretch(began, ended, _ALONE[status])
        at = ended
    if at < window.ended_ms:
        yield Stretch(at, window.ended_ms, PublicStatus.NO_DATA)


class _Reader:
    """A track, ready to be asked what it says at a time."""

    def __init__(self, track: Track) -> None:
        self.decides = track.decides
        self.spans = sorted(track.spans)
        self.holes = merge(track.holes)
        self._span_starts = [each.began_ms for each in self.spans]
        self._hole_starts = [each.began_ms for each in self.holes]

    def status_at(self, at_ms: int) -> Status:
        place = bisect.bisect_right(self._span_starts, at_ms) - 1
        if place < 0 or self.spans[place].ended_ms <= at_ms:
            return Status.UNKNOWN
        return self.spans[place].status

    def is_excluded_at(self, at_ms: int) -> bool:
        place = bisect.bisect_right(self._hole_starts, at_ms) - 1
        return place >= 0 and at_ms < self.holes[place].ended_ms


def _edges(readers: Sequence[_Reader], window: Span) -> list[int]:
    edges = {window.began_ms, window.ended_ms}
    for reader in readers:
        for began, ended, _ in reader.spans:
            edges.update((began, ended))
        for hole in reader.holes:
            edges.update(hole)
    return sorted(at for at in edges if window.began_ms <= at <= window.ended_ms)


def _status_at(at_ms: int, readers: Sequence[_Reader]) -> PublicStatus:
    heard = [each for each in readers if not each.is_excluded_at(at_ms)]
    return public_status(
        [Part(each.status_at(at_ms), each.decides) for each in heard],
        in_maintenance=bool(readers) and not heard,
    )
