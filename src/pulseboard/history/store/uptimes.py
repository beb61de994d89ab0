"""How long monitors were up: intervals read once, divided in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from pulseboard.core.buckets import day_edges_ms, epoch_ms, local_days
from pulseboard.core.intervals import (
    Span,
    StatusSpan,
    Uptime,
    Windows,
    clip,
    uptimes,
)
from pulseboard.core.packing import STATUSES
from pulseboard.history.models import OPEN_MS, StatusInterval
from pulseboard.history.store.series import chunks

#: Time to leave out, by monitor: pairs of began and ended.
Excluded = Mapping[str, Sequence[tuple[datetime, datetime]]]


@dataclass(frozen=True, slots=True)
class DayBars:
    """
    Uptime by day.

    Args:
        days: Dates in the zone asked for, oldest first; the last is today.
        uptimes: For each monitor one for each of *days*. The part of today that is
            still to come is in none of the figures.
    """

    days: Sequence[date]
    uptimes: Mapping[str, Sequence[Uptime]]


def uptime_of(
    monitors: Collection[str],
    start: datetime,
    end: datetime,
    *,
    excluded: Excluded | None = None,
    known_until: Mapping[str, datetime] | None = None,
) -> dict[str, Uptime]:
    """
    Return how the time from *start* to *end* divides for each of *monitors*.

    Args:
        end: Not in the future: what has not been is not up.
        excluded: Maintenance, by monitor.
        known_until: When each was last observed; a status goes no further than that,
            what follows is unknown. A monitor that is missing is known all along.
    """
    edges = [epoch_ms(start), epoch_ms(end)]
    divided = _divided(monitors, edges, excluded or {}, known_until or {})
    return {monitor: each[0] for monitor, each in divided.items()}


def day_bars(
    monitors: Collection[str],
    days: int,
    zone: tzinfo,
    *,
    now: datetime,
    excluded: Excluded | None = None,
    known_until: Mapping[str, datetime] | None = None,
) -> DayBars:
    """
    Return the uptime of each of the last *days* days, today up to *now*.

    Args:
        zone: Whose days; those with a clock change have 23 or 25 hours.
        excluded: As for `uptime_of`, and so is *known_until*.
    """
    dates = local_days(now.astimezone(zone).date(), days)
    edges = day_edges_ms(dates, zone)
    edges[-1] = min(edges[-1], epoch_ms(now))
    divided = _divided(monitors, edges, excluded or {}, known_until or {})
    return DayBars(dates, divided)


def intervals_of(
    monitors: Collection[str],
    start: datetime,
    end: datetime,
    *,
    known_until: Mapping[str, datetime] | None = None,
) -> dict[str, list[StatusSpan]]:
    """
    Return the intervals between *start* and *end*, cut to them, earliest first.

    They are the receipt of a percentage: `uptime_of` adds up the same ones.
    """
    window = Span(epoch_ms(start), epoch_ms(end))
    spans = _spans(monitors, window, known_until or {})
    return {monitor: clip(sorted(each), window) for monitor, each in spans.items()}


def _divided(
    monitors: Collection[str],
    edges: list[int],
    excluded: Excluded,
    known_until: Mapping[str, datetime],
) -> dict[str, list[Uptime]]:
    windows = Windows(edges)
    spans = _spans(monitors, Span(edges[0], edges[-1]), known_until)
    return {
        monitor: uptimes(each, windows, _holes(excluded.get(monitor, ())))
        for monitor, each in spans.items()
    }


def _spans(
    monitors: Collection[str], window: Span, known_until: Mapping[str, datetime]
) -> dict[str, list[StatusSpan]]:
    """Return the intervals that overlap *window*, by monitor, in no order."""
    known_ms = {monitor: epoch_ms(at) for monitor, at in known_until.items()}
    spans: dict[str, list[StatusSpan]] = {monitor: [] for monitor in monitors}
    for monitor, status, began, ended in _rows(monitors, window):
        if ended == OPEN_MS:
            ended = max(began, known_ms.get(monitor, window.ended_ms))
        # MariaDB also answers with names that differ in case alone.
        if monitor in spans:
            spans[monitor].append(StatusSpan(began, ended, STATUSES[status]))
    return spans


def _rows(
    monitors: Collection[str], window: Span
) -> Iterable[tuple[str, int, int, int]]:
    for chunk in chunks(monitors):
        yield from StatusInterval.objects.filter(
            series__monitor__in=chunk,
            series__reading="",
            began_ms__lt=window.ended_ms,
            ended_ms__gt=window.began_ms,
        ).values_list("series__monitor", "status", "began_ms", "ended_ms")


def _holes(pairs: Iterable[tuple[datetime, datetime]]) -> list[Span]:
    return [Span(epoch_ms(began), epoch_ms(ended)) for began, ended in pairs]
