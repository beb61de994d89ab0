"""Subscribers told of planned windows: ahead, when one begins, ends or is moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pulseboard.incidents.models import Announcement
from pulseboard.incidents.plan import AHEAD, Told, is_called_off, step_of
from pulseboard.incidents.store.announcing import announce
from pulseboard.incidents.store.links import accepts_subscribers
from pulseboard.incidents.store.lock import writing
from pulseboard.incidents.zone import page_zone
from pulseboard.maintenance import store as maintenance
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.monitors.components import lines, visible

#: A runner that was away tells of an end this late, and of no older one.
LATE = timedelta(hours=12)
WINDOWS_LIMIT = 200
#: How far a window may be moved and still be known as the same.
FAR = timedelta(days=366)
#: What was told longer ago is forgotten; so is all but the newest.
REMEMBERED_FOR = timedelta(days=60)
REMEMBERED_LIMIT = 2_000
PREFIX = "maintenance-"

Row = Announcement


def announce_maintenance(now: datetime) -> None:
    """Tell subscribers of planned windows whatever they need to know by *now*."""
    if not accepts_subscribers():
        return
    last = _last_told(now)
    near = {each.key: each for each in _windows(now, now + AHEAD)}
    moved = [key for key in last if key not in near and _told(last[key]).is_open]
    if moved:
        far = {each.key: each for each in _windows(now, now + FAR)}
        near |= {key: far[key] for key in moved if key in far}
    for key, row in last.items():
        if is_called_off(near.get(key), _told(row), now):
            _call_off(row, now)
    coming = [each for each in near.values() if each.shows and not each.is_cancelled]
    for window in coming[:WINDOWS_LIMIT]:
        _tell(window, last.get(window.key), now)


def _windows(now: datetime, end: datetime) -> list[Occurrence]:
    return maintenance.occurrences(now - LATE, end, cancelled=True)


def _last_told(now: datetime) -> dict[str, Row]:
    """Return the last announcement of each window, by its key."""
    recent = Announcement.objects.filter(
        key__startswith=PREFIX, created_at__gt=now - REMEMBERED_FOR
    )
    newest = recent.order_by("-pk")[:REMEMBERED_LIMIT]
    return {row.facts["window"]: row for row in reversed(newest)}


def _told(row: Row) -> Told:
    return Told.read(row.facts, row.created_at)


def _tell(window: Occurrence, last: Row | None, now: datetime) -> None:
    told = _told(last) if last else None
    if step := step_of(window, told, now):
        names = _components(window)
        facts = _facts(window, step, [] if window.everything else list(names.values()))
        if step == "moved" and told is not None:
            facts["began_before"] = told.starts_at.isoformat()
        key = _key(window.key, window.starts_at, f"{step}{_again(window, step)}")
        _announce(key, facts, names, window.everything, now)


def _call_off(last: Row, now: datetime) -> None:
    """Tell those who heard of it that it will not be."""
    facts = {**last.facts, "what": "cancelled", "status": "operational"}
    facts.pop("began_before", None)
    key = _key(facts["window"], _told(last).starts_at, f"cancelled-{last.pk}")
    _announce(key, facts, last.components, last.everything, now)


def _announce(
    key: str,
    facts: Mapping[str, Any],
    slugs: Iterable[str],
    everything: bool,
    now: datetime,
) -> None:
    with writing():
        announce(key, dict(facts), list(slugs), everything, now)


def _again(window: Occurrence, step: str) -> str:
    """Return what tells one move from the next."""
    return f"-{window.sequence}" if step == "moved" else ""


def _key(window: str, starts_at: datetime, step: str) -> str:
    return f"{PREFIX}{window}"[:75] + f":{starts_at:%Y%m%dT%H%M}:{step}"


def _components(window: Occurrence) -> dict[str, str]:
    """Return the names of the components that *window* concerns, by slug."""
    return {
        line.slug: line.name
        for line in lines(visible())
        if window.concerns(line.slug, [each.monitor for each in line.parts])
    }


def _facts(window: Occurrence, step: str, names: list[str]) -> dict[str, Any]:
    return {
        "what": step,
        "status": "operational" if step == "ended" else "maintenance",
        "title": window.title,
        "names": names,
        "text": window.description,
        "began_at": window.starts_at.isoformat(),
        "ended_at": window.ends_at.isoformat(),
        "zone": page_zone() or window.zone,
        "window": window.key,
    }
