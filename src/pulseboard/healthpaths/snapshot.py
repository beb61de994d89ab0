"""What is known of the monitors at one moment, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pulseboard.core.status import Status, worst
from pulseboard.monitors.pulse import Pulse

#: A result is too old to answer with after so many of its own intervals.
STALE_INTERVALS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The last result of one monitor; *ran_at* is None before the first."""

    name: str
    title: str
    status: Status
    summary: str
    ran_at: datetime | None
    interval: timedelta
    duration_seconds: float | None = None
    decides_readiness: bool = False
    readings: Mapping[str, float] = field(default_factory=dict)
    details: Mapping[str, object] = field(default_factory=dict)
    reference: str = ""

    def is_stale(self, now: datetime) -> bool:
        """Return whether the result is older than three of its intervals."""
        if self.ran_at is None:
            return True
        return now - self.ran_at > self.interval * STALE_INTERVALS


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """
    Args:
        trouble: Why the stored results could not be read; empty when they were.
    """

    known: Sequence[Known] = ()
    pulse: Pulse = field(default_factory=Pulse)
    alerts: int = 0
    trouble: str = ""

    @property
    def deciding(self) -> list[Known]:
        """The monitors that decide whether the application is ready."""
        return [each for each in self.known if each.decides_readiness]


def public_status(snapshot: Snapshot, now: datetime) -> Status:
    """
    Return the one word anyone may know.

    CRITICAL only when a deciding monitor is; other trouble is a WARNING. Results
    older than three intervals are no knowledge: UNKNOWN.
    """
    deciding = snapshot.deciding
    if not deciding or any(each.is_stale(now) for each in deciding):
        return Status.UNKNOWN
    if any(each.status is Status.CRITICAL for each in deciding):
        return Status.CRITICAL
    fresh = [each.status for each in snapshot.known if not each.is_stale(now)]
    overall = worst(fresh)
    return Status.WARNING if overall is Status.CRITICAL else _known_part(overall, fresh)


def is_ready(snapshot: Snapshot, now: datetime) -> bool:
    """Return whether every deciding monitor has a fresh result that is not critical."""
    return bool(snapshot.deciding) and not unready(snapshot, now)


def unready(snapshot: Snapshot, now: datetime) -> list[str]:
    """Return why the application is not ready, one sentence per deciding monitor."""
    reasons = []
    for each in snapshot.deciding:
        if each.status is Status.CRITICAL:
            reasons.append(f"{each.title}: {each.summary}")
        elif each.is_stale(now):
            reasons.append(f"{each.title}: no result for three intervals")
    return reasons


def _known_part(overall: Status, fresh: Sequence[Status]) -> Status:
    """One monitor that is unknown must not hide that the rest is healthy."""
    if overall is not Status.UNKNOWN:
        return overall
    known = [status for status in fresh if status is not Status.UNKNOWN]
    return worst(known) if known else Status.UNKNOWN
