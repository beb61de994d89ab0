"""
The page as one JSON document: for programs, and for an open page that looks again.

Bars are one letter each, as in ``"codes": "ooooxoon"``; what was affected stands
beside them by place. So a hundred services are a few kilobytes on the wire.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pulseboard.incidents.story import Note, Story
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.snapshot import Bar, Service, Snapshot

CODES: Mapping[PublicStatus, str] = {
    PublicStatus.OPERATIONAL: "o",
    PublicStatus.DEGRADED: "d",
    PublicStatus.PARTIAL_OUTAGE: "p",
    PublicStatus.MAJOR_OUTAGE: "x",
    PublicStatus.MAINTENANCE: "m",
    PublicStatus.NO_DATA: "n",
}


def document(
    snapshot: Snapshot,
    *,
    status: PublicStatus,
    headline: str,
    stale: bool,
    language: str,
) -> bytes:
    """
    Return *snapshot* as JSON.

    Args:
        status: Of the banner, and so is *headline*.
        stale: Whether the one who answers knows that it is too old.
        language: In which *headline* is said.
    """
    found = {
        "page": _page(snapshot, language),
        "status": status.value,
        "headline": headline,
        "stale": stale,
        "built_at": _time(snapshot.built_at),
        "observed_at": _time(snapshot.observed_at),
        "stale_after_seconds": snapshot.stale_after_seconds,
        "services": [_service(each, snapshot) for each in snapshot.services],
        "incidents": [_story(each) for each in snapshot.stories],
        "maintenance": [_window(each) for each in snapshot.windows],
    }
    if snapshot.look.shows_performance and snapshot.performance is not None:
        found["performance"] = _known(asdict(snapshot.performance))
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def _page(snapshot: Snapshot, language: str) -> dict[str, Any]:
    look = snapshot.look
    return {
        "slug": look.slug,
        "title": look.title,
        "description": look.description,
        "zone": look.zone,
        "language": language,
        "refresh_seconds": look.refresh_seconds,
    }


def _service(service: Service, snapshot: Snapshot) -> dict[str, Any]:
    look = snapshot.look
    found: dict[str, Any] = {
        "slug": service.slug,
        "name": service.name,
        "group": service.group,
        "status": service.status.value,
        "since": _time(service.since),
        "days": _bars(service.days),
        "hours": _bars(service.hours),
    }
    if service.description:
        found["description"] = service.description
    if look.shows_uptime:
        found["uptimes"] = {
            window: _floored(ratio) for window, ratio in service.uptimes.items()
        }
    if look.shows_response_times and service.response_seconds is not None:
        found["response_seconds"] = round(service.response_seconds, 4)
    if service.is_demo:
        found["demo"] = True
    return found


def _bars(bars: Sequence[Bar]) -> dict[str, Any] | None:
    if not bars:
        return None
    affected = {
        str(place): round(bar.affected_seconds)
        for place, bar in enumerate(bars)
        if bar.affected_seconds
    }
    codes = "".join(CODES[bar.status] for bar in bars)
    return {
        "from": _time(bars[0].began_at),
        "codes": codes,
        "affected_seconds": affected,
    }


def _story(story: Story) -> dict[str, Any]:
    return {
        "key": story.key,
        "title": story.title,
        "impact": story.impact.value,
        "phase": story.phase.value,
        "services": list(story.components),
        "started_at": _time(story.started_at),
        "resolved_at": _time(story.resolved_at),
        "next_update_at": _time(story.next_update_at),
        "updates": [_note(each) for each in story.notes],
    }


def _note(note: Note) -> dict[str, Any]:
    return {"phase": note.phase.value, "at": _time(note.at), "text": note.text}


def _window(window: Occurrence) -> dict[str, Any]:
    return {
        "key": window.key,
        "title": window.title,
        "description": window.description,
        "starts_at": _time(window.starts_at),
        "ends_at": _time(window.ends_at),
        "services": sorted(window.components),
    }


def _known(values: Mapping[str, float | None]) -> dict[str, float]:
    return {
        name: round(value, 4) for name, value in values.items() if value is not None
    }


def _floored(ratio: float | None) -> float | None:
    """Return *ratio* with six decimals, never rounded up to 1."""
    return None if ratio is None else int(ratio * 1_000_000) / 1_000_000


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
