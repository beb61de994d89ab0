"""What a page says now, read in a dozen queries whatever it shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from pulseboard.core.buckets import epoch_ms
from pulseboard.core.intervals import Span
from pulseboard.history.store import intervals_of
from pulseboard.incidents import store as incidents
from pulseboard.maintenance import store as maintenance
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.monitors.components import Line, Watched, lines, visible
from pulseboard.monitors.store import read_pulse
from pulseboard.statuspage.assemble import LONGEST, Source, service_of
from pulseboard.statuspage.banner import active
from pulseboard.statuspage.calendar import Calendar
from pulseboard.statuspage.models import PageComponent, StatusPage
from pulseboard.statuspage.snapshot import Snapshot
from pulseboard.statuspage.store import figures
from pulseboard.statuspage.timeline import Track

#: Maintenance that is announced.
AHEAD = timedelta(days=7)
#: Stories on the page and in its history.
BACK = timedelta(days=90)


def build(page: StatusPage, now: datetime) -> Snapshot:
    """Return what *page* says at *now*, in a dozen queries whatever it shows."""
    look = page.as_look(_zone_name(), logo=page.logo_digest)
    zone = ZoneInfo(look.zone)
    found = shown(page)
    slugs = [line.slug for line in found]
    stories = tuple(incidents.stories(slugs, now - BACK))
    if not look.shows_history:
        stories = active(stories)
    windows = _windows(found, now)
    calendar = Calendar.at(now, zone, look.policy)
    tracks = _tracks(found, now)
    times = figures.response_seconds(found, now)
    services = tuple(
        service_of(
            _source(line, tracks, windows, times, now), calendar, look.policy, stories
        )
        for line in found
    )
    return Snapshot(
        look=look,
        built_at=now,
        observed_at=_observed_at(now),
        services=services,
        stories=stories,
        windows=tuple(_bare(each, slugs) for each in windows),
        performance=figures.performance(look, now),
    )


def source_of(line: Line, now: datetime) -> Source:
    """Return the component of *line* with its history alone, as far as it goes."""
    return _source(line, _tracks([line], now), (), {}, now)


def _zone_name() -> str:
    return timezone.get_default_timezone_name()


def shown(page: StatusPage) -> list[Line]:
    """Return the components of *page* that its readers may know of."""
    if page.shows_everything:
        return lines(visible())
    if page.pk is None:  # a preview of what is not stored yet
        return []
    order = list(
        PageComponent.objects.filter(page=page).values_list("component", flat=True)
    )
    return lines(visible(order, private=not page.is_public), order)


def _observed_at(now: datetime) -> datetime | None:
    """Return the last sign of life of whoever asks the monitors."""
    ticked_at = read_pulse().ticked_at
    return None if ticked_at is None else min(ticked_at, now)


def _windows(found: Sequence[Line], now: datetime) -> list[Occurrence]:
    """Return the maintenance that visitors are told of, in order of time."""
    occurrences = maintenance.occurrences(now, now + AHEAD)
    return [
        each
        for each in sorted(occurrences, key=lambda each: (each.starts_at, each.key))
        if each.shows and any(_concerns(each, line) for line in found)
    ]


def _concerns(window: Occurrence, line: Line) -> bool:
    return window.concerns(line.slug, [each.monitor for each in line.parts])


def _bare(window: Occurrence, slugs: Collection[str]) -> Occurrence:
    """Return *window* without what visitors may not know."""
    return replace(
        window,
        monitors=frozenset(),
        components=window.components.intersection(slugs),
    )


def _tracks(found: Sequence[Line], now: datetime) -> dict[str, Track]:
    """Return what is known of each monitor over the longest window, by its name."""
    parts = {part.monitor: part for line in found for part in line.parts}
    start = now - LONGEST
    spans = intervals_of(
        parts,
        start,
        now,
        known_until={name: _known_until(part, now) for name, part in parts.items()},
    )
    holes = maintenance.windows_for(list(parts), start, now) if parts else {}
    return {
        name: Track(spans.get(name, []), _spans(holes.get(name, ()))) for name in parts
    }


def _known_until(part: Watched, now: datetime) -> datetime:
    return min(part.known_until, now) if part.known_until else now


def _spans(pairs: Iterable[tuple[datetime, datetime]]) -> list[Span]:
    return [Span(epoch_ms(began), epoch_ms(ended)) for began, ended in pairs]


def _source(
    line: Line,
    tracks: Mapping[str, Track],
    windows: Iterable[Occurrence],
    times: Mapping[str, float],
    now: datetime,
) -> Source:
    answered = [times[p.monitor] for p in line.parts if p.monitor in times]
    return Source(
        slug=line.slug,
        name=line.name,
        description=line.description,
        group=line.group,
        tracks=[
            replace(tracks[part.monitor], decides=part.decides) for part in line.parts
        ],
        maintenance_since=min(_open_since(line, windows, now), default=None),
        response_seconds=max(answered, default=None),
        is_demo=line.is_demo,
    )


def _open_since(
    line: Line, windows: Iterable[Occurrence], now: datetime
) -> list[datetime]:
    """Return when those of *windows* began that are open for *line*."""
    return [
        each.starts_at
        for each in windows
        if each.is_open(now) and _concerns(each, line)
    ]
