"""The documents, as other systems rely on them: percent and milliseconds, UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pulseboard.core.status import Status, worst
from pulseboard.healthpaths.snapshot import Known, Snapshot

HEALTH_JSON = "application/health+json"
WORDS = {
    Status.HEALTHY: "pass",
    Status.WARNING: "warn",
    Status.UNKNOWN: "warn",
    Status.CRITICAL: "fail",
}


def timestamp(at: datetime) -> str:
    """Return *at* as ISO 8601 with seconds and ``Z``."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def basic(status: Status, service: str, now: datetime) -> dict[str, str]:
    """Return what anyone may know: these three keys and no more."""
    return {"status": status.value, "timestamp": timestamp(now), "service": service}


def health_json(status: Status) -> dict[str, str]:
    """Return the same for callers that ask for ``application/health+json``."""
    return {"status": WORDS[status]}


def detailed(
    snapshot: Snapshot,
    now: datetime,
    *,
    uptime_seconds: float,
    performance: Mapping[str, Any],
) -> dict[str, Any]:
    """Return everything that staff may know."""
    statuses = [_shown(each, now) for each in snapshot.known]
    return {
        "overall_status": worst(statuses).value,
        "timestamp": timestamp(now),
        "uptime_seconds": round(uptime_seconds, 1),
        "health_checks": [_check(each, now) for each in snapshot.known],
        "active_alerts_count": snapshot.alerts,
        "performance_summary": dict(performance),
        "runner": _runner(snapshot, now),
    }


def _shown(each: Known, now: datetime) -> Status:
    return Status.UNKNOWN if each.is_stale(now) else each.status


def _check(each: Known, now: datetime) -> dict[str, Any]:
    status = _shown(each, now)
    milliseconds = each.duration_seconds and round(each.duration_seconds * 1000, 3)
    bad = each.status in (Status.WARNING, Status.CRITICAL)
    return {
        "service": each.name,
        "title": each.title,
        "status": status.value,
        "response_time_ms": milliseconds,
        "details": {
            "summary": each.summary,
            **dict(each.readings),
            **dict(each.details),
            "checked_at": timestamp(each.ran_at) if each.ran_at else None,
            "age_seconds": _age_seconds(each, now),
        },
        "error_message": each.summary if bad else None,
        **({"reference": each.reference} if each.reference else {}),
    }


def _age_seconds(each: Known, now: datetime) -> float | None:
    if each.ran_at is None:
        return None
    return round(max(0.0, (now - each.ran_at).total_seconds()), 1)


def _runner(snapshot: Snapshot, now: datetime) -> dict[str, Any]:
    pulse = snapshot.pulse
    return {
        "running": pulse.is_running(now) and pulse.stopped_at is None,
        "mode": pulse.mode,
        "last_tick": timestamp(pulse.ticked_at) if pulse.ticked_at else None,
        "stopped_at": timestamp(pulse.stopped_at) if pulse.stopped_at else None,
    }
