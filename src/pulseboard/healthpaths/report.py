"""The stored state as lines for a terminal, and as one document for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pulseboard.core.door import call
from pulseboard.core.status import READING_ORDER, Status
from pulseboard.core.text import duration_text
from pulseboard.healthpaths.answers import timestamp
from pulseboard.healthpaths.snapshot import Known
from pulseboard.history.observed import Observed
from pulseboard.monitors.pulse import Pulse

#: Names that a sentence holds before it starts to count.
NAMED = 3
MODES = {
    "embedded": "inside the web process",
    "process": "as a process of its own",
    "called": "called by the host",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One monitor. *paused* keeps it out of the verdict.

    Args:
        known: Its last result.
    """

    known: Known
    paused: bool = False

    def status(self, now: datetime) -> Status:
        """Return what may still be believed: UNKNOWN when the result is stale."""
        return Status.UNKNOWN if self.known.is_stale(now) else self.known.status


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlert:
    """An alert that is open, as far as a line shows it."""

    severity: str
    title: str
    message: str
    began_at: datetime
    acknowledged_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Everything `status` reports, read at *now*."""

    now: datetime
    pulse: Pulse
    lines: Sequence[Line] = ()
    alerts: Sequence[OpenAlert] = ()
    outbox: Mapping[str, float] = field(default_factory=dict)

    @property
    def ticks(self) -> bool:
        """Whether a runner ticks and nobody stopped it."""
        return self.pulse.is_running(self.now) and self.pulse.stopped_at is None

    @property
    def is_bad(self) -> bool:
        """Whether something is critical, or nobody would notice."""
        return not self.ticks or any(
            line.status(self.now) is Status.CRITICAL
            for line in self.lines
            if not line.paused
        )


def sentence(standing: Standing) -> str:
    """Return the overall verdict: ``Critical: Disk, Cache.``"""
    active = [line for line in standing.lines if not line.paused]
    if not active:
        return "Nothing is monitored yet."
    for status in (Status.CRITICAL, Status.WARNING):
        titles = [e.known.title for e in active if e.status(standing.now) is status]
        if titles:
            return f"{status.value.capitalize()}: {_named(titles)}."
    if all(line.status(standing.now) is Status.UNKNOWN for line in active):
        return "Unknown: there is no result that is recent enough."
    return "All systems healthy."


def runner_line(standing: Standing) -> str:
    """Return whether checks run, since when not, and by whom."""
    pulse, now = standing.pulse, standing.now
    if pulse.stopped_at is not None:
        by = f" by {pulse.stopped_by}" if pulse.stopped_by else ""
        return (
            f"Runner: stopped{by} {_ago(pulse.stopped_at, now)}; "
            f"{call('start')} lifts it"
        )
    if pulse.ticked_at is None:
        return f"Runner: none has ever run; start one with {call('start')}"
    if not pulse.is_running(now):
        return (
            f"Runner: silent since {timestamp(pulse.ticked_at)} "
            f"({_ago(pulse.ticked_at, now)}); start one with {call('start')}"
        )
    how = MODES.get(pulse.mode, pulse.mode)
    return (
        f"Runner: running {how}, process {pulse.pid}, "
        f"last tick {_ago(pulse.ticked_at, now)}"
    )


def monitor_lines(standing: Standing) -> list[str]:
    """Return one line per monitor, what needs a person first."""
    now = standing.now
    ordered = sorted(
        standing.lines,
        key=lambda e: (e.paused, READING_ORDER.index(e.status(now)), e.known.title),
    )
    width = max((len(line.known.title) for line in ordered), default=0)
    return [_monitor_line(line, min(width, 40), now) for line in ordered]


def alert_lines(standing: Standing) -> list[str]:
    """Return how many alerts are open, and one line for each."""
    head = f"Alerts: {len(standing.alerts)} open"
    return [head, *(_alert_line(alert, standing.now) for alert in standing.alerts)]


def outbox_line(standing: Standing) -> str:
    """Return what waits to be sent."""
    waiting = int(standing.outbox.get("outbox_waiting", 0))
    dead = int(standing.outbox.get("outbox_dead", 0))
    line = f"Outbox: {waiting} waiting, {dead} given up"
    age = standing.outbox.get("outbox_age_seconds", 0.0)
    return f"{line}, the oldest for {duration_text(age)}" if waiting else line


def document(standing: Standing) -> dict[str, Any]:
    """Return the same for programs."""
    now, pulse = standing.now, standing.pulse
    return {
        "sentence": sentence(standing),
        "bad": standing.is_bad,
        "timestamp": timestamp(now),
        "runner": {
            "running": standing.ticks,
            "mode": pulse.mode,
            "pid": pulse.pid,
            "last_tick": _maybe(pulse.ticked_at),
            "stopped_at": _maybe(pulse.stopped_at),
            "stopped_by": pulse.stopped_by,
        },
        "monitors": [_monitor_entry(line, now) for line in standing.lines],
        "alerts": [_alert_entry(alert) for alert in standing.alerts],
        "outbox": dict(standing.outbox),
    }


def observed_line(observed: Observed) -> str:
    """Return one answer that was given just now."""
    outcome = observed.outcome
    return f"{observed.monitor}: {outcome.status.value} ({outcome.summary})"


def observed_entry(observed: Observed) -> dict[str, Any]:
    """Return the same for programs."""
    outcome = observed.outcome
    return {
        "name": observed.monitor,
        "status": outcome.status.value,
        "summary": outcome.summary,
        "readings": dict(outcome.readings),
        "duration_seconds": round(observed.duration_seconds, 6),
    }


def _named(titles: Sequence[str]) -> str:
    shown = ", ".join(titles[:NAMED])
    more = len(titles) - NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def _monitor_line(line: Line, width: int, now: datetime) -> str:
    known = line.known
    word = "paused" if line.paused else line.status(now).value
    if known.ran_at is None:
        return f"  {word:<9} {known.title:<{width}}  no result yet"
    said = f"{known.summary} ({_ago(known.ran_at, now)})"
    if not line.paused and known.is_stale(now):
        said = f"stale; last {known.status.value}: {said}"
    return f"  {word:<9} {known.title:<{width}}  {said}"


def _monitor_entry(line: Line, now: datetime) -> dict[str, Any]:
    known = line.known
    age = (now - known.ran_at).total_seconds() if known.ran_at else None
    return {
        "name": known.name,
        "title": known.title,
        "status": line.status(now).value,
        "paused": line.paused,
        "summary": known.summary,
        "readings": dict(known.readings),
        "checked_at": _maybe(known.ran_at),
        "age_seconds": None if age is None else round(max(0.0, age), 1),
    }


def _alert_line(alert: OpenAlert, now: datetime) -> str:
    seen = f", seen by {alert.acknowledged_by}" if alert.acknowledged_by else ""
    age = duration_text(now - alert.began_at)
    return f"  {alert.severity:<9} {alert.title}: {alert.message} (for {age}{seen})"


def _alert_entry(alert: OpenAlert) -> dict[str, Any]:
    return {
        "severity": alert.severity,
        "title": alert.title,
        "message": alert.message,
        "began_at": timestamp(alert.began_at),
        "acknowledged_by": alert.acknowledged_by,
    }


def _ago(at: datetime, now: datetime) -> str:
    return f"{duration_text(now - at.astimezone(UTC))} ago"


def _maybe(at: datetime | None) -> str | None:
    return timestamp(at) if at else None
