"""What the page is built from: plain values, read by `store`, judged by nobody yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pulseboard.core.status import Status
from pulseboard.monitors.pulse import Pulse


@dataclass(frozen=True, slots=True)
class Slice:
    """
    What was found in one of the even parts of the last hour.

    Args:
        value: The last one measured; None when nothing was.
        status: The worst found; None when nothing ran.
    """

    value: float | None = None
    status: Status | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedMonitor:
    """
    One monitor as its row has it.

    Args:
        status_since: Start of the present status; None before the first result.
        ran_at: End of the last run; None before the first.
        due_at: When the next run is due; None when nobody will run it.
        paused_until: None when it is not paused.
        drawn: Name of the reading that `hour` is of.
        hour: The last hour in even slices, oldest first; empty without any run.
    """

    name: str
    title: str
    status: Status = Status.UNKNOWN
    confirmed: bool = True
    status_since: datetime | None = None
    reason: str = ""
    summary: str = ""
    readings: Mapping[str, float] = field(default_factory=dict)
    details: Mapping[str, object] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    reference: str = ""
    degraded: str = ""
    group: str = ""
    source: str = ""
    kind: str = "check"
    interval: timedelta = timedelta(seconds=30)
    timeout: timedelta = timedelta(seconds=2)
    ran_at: datetime | None = None
    duration_seconds: float | None = None
    due_at: datetime | None = None
    good_at: datetime | None = None
    good_summary: str = ""
    enabled: bool = True
    paused_until: datetime | None = None
    drawn: str = ""
    hour: Sequence[Slice] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedAlert:
    """One open alert as its row has it."""

    id: int
    severity: str
    title: str
    message: str
    began_at: datetime
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedResult:
    """One earlier result of a monitor."""

    status: Status
    at: datetime
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedRun:
    """
    A run by hand under way.

    Args:
        who: Name of who started it; may be empty.
        done: How many checks have answered; None when that is not known.
    """

    who: str
    started_at: datetime
    done: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """
    Everything one page shows, read at one moment.

    Args:
        monitors: In the order of their declaration.
        pulse: None when no runner ever came.
        waiting: Notifications in the outbox that are still to be sent.
        given_up: Those that nobody received within a day.
        run: The run by hand that is under way; None when there is none.
    """

    monitors: Sequence[ObservedMonitor] = ()
    alerts: Sequence[ObservedAlert] = ()
    pulse: Pulse | None = None
    waiting: int = 0
    given_up: int = 0
    run: ObservedRun | None = None
