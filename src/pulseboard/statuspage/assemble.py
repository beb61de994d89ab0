"""
What was remembered of a component, made into a line of the page.

    monitors' intervals + maintenance ──timeline──▶ stretches ──▶ bars, uptimes, status

Pure: every figure follows from the arguments, and `receipt` adds up the same ones.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pulseboard.core.buckets import epoch_ms, instant
from pulseboard.core.intervals import Span
from pulseboard.incidents.story import Story
from pulseboard.monitors.public_status import BADNESS, PublicStatus
from pulseboard.statuspage.calendar import QUIET, Calendar, Cell, Row, bar
from pulseboard.statuspage.policy import Policy
from pulseboard.statuspage.snapshot import Bar, Service, Trouble
from pulseboard.statuspage.texts import WINDOWS
from pulseboard.statuspage.timeline import Stretch, Track, tally, timeline, within

#: Troubles that a bar tells of; the rest is in its figures.
MOST_TROUBLES = 4
LONGEST = max(WINDOWS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    A component as it was read.

    Args:
        maintenance_since: When the window began that is open for it now and that
            visitors may see; None without one.
    """

    slug: str
    name: str
    description: str = ""
    group: str = ""
    tracks: Sequence[Track] = ()
    maintenance_since: datetime | None = None
    response_seconds: float | None = None
    is_demo: bool = False


def service_of(
    source: Source, calendar: Calendar, policy: Policy, stories: Iterable[Story] = ()
) -> Service:
    """Return the line of *source* on a page."""
    stretches = history_of(source, calendar.now_ms)
    known_ms = _known_from(stretches)
    status, since = _present(source, stretches)
    told = tuple(each for each in stories if each.concerns(source.slug))
    return Service(
        slug=source.slug,
        name=source.name,
        description=source.description,
        group=source.group,
        status=status,
        since=since,
        response_seconds=source.response_seconds,
        uptimes=uptimes(stretches, calendar.now_ms, policy),
        days=_bars(stretches, calendar.days, told),
        hours=_bars(stretches, calendar.hours, told),
        collecting_since=_collecting_since(known_ms, calendar),
        known_from=_known_within(known_ms, stretches),
        is_demo=source.is_demo,
    )


def history_of(source: Source, now_ms: int) -> list[Stretch]:
    """Return how *source* was over the longest window, without gaps."""
    start_ms = now_ms - int(LONGEST.total_seconds() * 1000)
    return timeline(source.tracks, Span(start_ms, now_ms))


def uptimes(
    stretches: Sequence[Stretch], now_ms: int, policy: Policy
) -> dict[str, float | None]:
    """Return the share that was up in each of `WINDOWS`."""
    return {
        name: policy.ratio(tally(stretches, window_of(name, stretches, now_ms)))
        for name in WINDOWS
    }


def window_of(name: str, stretches: Sequence[Stretch], now_ms: int) -> Span:
    """
    Return the time that the window *name* is about.

    It does not begin before anything was known: what is young has a short window,
    whatever is said of unknown time.
    """
    began_ms = now_ms - int(WINDOWS[name].total_seconds() * 1000)
    known_ms = _known_from(stretches)
    return Span(max(began_ms, known_ms) if known_ms else began_ms, now_ms)


def _present(
    source: Source, stretches: Sequence[Stretch]
) -> tuple[PublicStatus, datetime | None]:
    """Return the status now, and since when it is so, None when unknown."""
    is_left_out = stretches[-1].status is PublicStatus.MAINTENANCE
    if source.maintenance_since is not None and not is_left_out:
        return PublicStatus.MAINTENANCE, source.maintenance_since
    if source.maintenance_since is None and is_left_out:
        # What visitors may not know of is left out of uptime, and announced nowhere.
        stretches = _measured(source, stretches)
    last = stretches[-1]
    began_in_sight = last.began_ms > stretches[0].began_ms
    return last.status, instant(last.began_ms) if began_in_sight else None


def _measured(source: Source, stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return how *source* was, whatever was planned meanwhile."""
    tracks = [replace(each, holes=()) for each in source.tracks]
    return timeline(tracks, Span(stretches[0].began_ms, stretches[-1].ended_ms))


def _known_from(stretches: Iterable[Stretch]) -> int | None:
    """Return when the first thing was known, None when nothing ever was."""
    for began, _, status in stretches:
        if status is not PublicStatus.NO_DATA:
            return began
    return None


def _known_within(
    known_ms: int | None, stretches: Sequence[Stretch]
) -> datetime | None:
    """Return *known_ms* unless the longest window began with something known."""
    if known_ms is None or known_ms <= stretches[0].began_ms:
        return None
    return instant(known_ms)


def _collecting_since(known_ms: int | None, calendar: Calendar) -> datetime | None:
    if known_ms is None or known_ms <= calendar.days.cells[0].began_ms:
        return None
    return instant(known_ms)


def _bars(
    stretches: Sequence[Stretch], row: Row, stories: Sequence[Story]
) -> tuple[Bar, ...]:
    bars = row.whole_row(PublicStatus.NO_DATA).copy()
    mixed: dict[int, list[Stretch]] = {}
    began_ms = row.cells[0].began_ms
    for stretch in stretches:
        if stretch.ended_ms <= began_ms:
            continue
        first, last = row.places_within(stretch.began_ms, stretch.ended_ms)
        bars[first:last] = row.whole_row(stretch.status)[first:last]
        for place in row.places_cut(stretch.began_ms, stretch.ended_ms):
            mixed.setdefault(place, []).append(stretch)
    for place, pieces in mixed.items():
        bars[place] = _mixed(row.cells[place], pieces, row.policy)
    _tell(bars, row, stories)
    return tuple(bars)


def _mixed(cell: Cell, stretches: Sequence[Stretch], policy: Policy) -> Bar:
    window = Span(cell.began_ms, cell.ended_ms)
    pieces = list(within(stretches, window))
    found = bar(cell, tally(pieces, window), _worst(pieces), policy)
    troubles = [each for each in pieces if each.status not in QUIET]
    longest = heapq.nlargest(
        MOST_TROUBLES, troubles, key=lambda each: each.ended_ms - each.began_ms
    )
    return replace(
        found,
        troubles=tuple(
            _trouble(each) for each in sorted(longest, key=lambda each: each.began_ms)
        ),
    )


def _worst(pieces: Iterable[Stretch]) -> PublicStatus:
    """Return the worst; not knowing counts only when nothing was known."""
    known = [p.status for p in pieces if p.status is not PublicStatus.NO_DATA]
    return max(known, key=BADNESS.index, default=PublicStatus.NO_DATA)


def _trouble(stretch: Stretch) -> Trouble:
    return Trouble(
        status=stretch.status,
        began_at=instant(stretch.began_ms),
        ended_at=instant(stretch.ended_ms),
    )


def _tell(bars: list[Bar], row: Row, stories: Iterable[Story]) -> None:
    """Write into *bars* the keys of the stories that touch them."""
    for story in stories:
        began_ms = epoch_ms(story.started_at)
        ended_ms = epoch_ms(story.resolved_at) if story.resolved_at else None
        for place, cell in enumerate(row.cells):
            over = ended_ms is not None and ended_ms <= cell.began_ms
            if began_ms < cell.ended_ms and not over:
                keys = (*bars[place].incidents, story.key)
                bars[place] = replace(bars[place], incidents=keys)
