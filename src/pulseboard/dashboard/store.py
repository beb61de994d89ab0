"""Reads what the page shows: six queries, whatever the number of monitors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Case, Count, IntegerField, Value, When

from pulseboard.alerts.models import SystemAlert
from pulseboard.core.errors import ConfigError
from pulseboard.core.intervals import Uptime
from pulseboard.core.status import Status
from pulseboard.dashboard.observed import (
    Observed,
    ObservedAlert,
    ObservedMonitor,
    ObservedResult,
    ObservedRun,
    Slice,
)
from pulseboard.dashboard.spark import hour_of
from pulseboard.history.models import HealthMetric
from pulseboard.history.points import Recent
from pulseboard.history.store import recent_points, uptime_of
from pulseboard.maintenance.store import windows_of
from pulseboard.monitors.models import Monitor, RunnerLease
from pulseboard.monitors.registry import definitions
from pulseboard.monitors.schedule import slot_start
from pulseboard.monitors.store import read_pulse
from pulseboard.notifiers.models import Notification

#: More lines than this are for the list of alerts, not for a page to be taken in.
MOST_ALERTS = 50
#: Results in the table of one monitor.
RESULTS = 20
#: Name of the lease that a run by hand holds while it lasts.
MANUAL = "manual"
#: What is drawn of a monitor without readings: how long its runs took.
DURATION = "run_time_seconds"
_UNSENT = (Notification.State.PENDING, Notification.State.SENDING)


#: Over which stretches the page of a component says how it was.
WINDOWS = (
    ("24 hours", timedelta(hours=24)),
    ("7 days", timedelta(days=7)),
    ("30 days", timedelta(days=30)),
)


def read(now: datetime) -> Observed:
    """Return everything the page shows, as it stands in the database."""
    rows = _declared_rows()
    hours = _hours(rows, now)
    waiting, given_up = _outbox()
    manual = RunnerLease.objects.filter(name=MANUAL).first()
    return Observed(
        monitors=[_monitor(row, hours.get(row.name, ()), now) for row in rows],
        alerts=_open_alerts(),
        pulse=read_pulse(),
        waiting=waiting,
        given_up=given_up,
        run=_run_by_hand(manual, now),
    )


def read_monitor(name: str, now: datetime) -> ObservedMonitor | None:
    """Return the monitor called *name*, None when there is none."""
    row = Monitor.objects.filter(name=name, declared=True).first()
    if row is None:
        return None
    return _monitor(row, _hours([row], now).get(name, ()), now)


def read_uptime(name: str, now: datetime) -> list[tuple[str, Uptime]]:
    """Return the uptime of the monitor called *name* over each of `WINDOWS`."""
    row = Monitor.objects.filter(name=name).first()
    # Two intervals after its last result nobody knows how it is.
    known_until = (
        {name: min(row.ran_at + 2 * row.interval, now)} if row and row.ran_at else {}
    )
    found = []
    for words, length in WINDOWS:
        window = (now - length, now)
        excluded = {name: windows_of(name, *window)}
        uptimes = uptime_of([name], *window, excluded=excluded, known_until=known_until)
        if name in uptimes:
            found.append((words, uptimes[name]))
    return found


def recent_results(name: str) -> list[ObservedResult]:
    """Return the last kept results of the monitor called *name*, newest first."""
    rows = HealthMetric.objects.filter(metric_name=name).order_by("-timestamp")
    return [
        ObservedResult(
            status=Status(row.status),
            at=row.timestamp,
            summary=str(row.metric_value.get("summary", "")),
        )
        for row in rows[:RESULTS]
    ]


def _declared_rows() -> list[Monitor]:
    """Return the rows in the order of declaration; that of their making otherwise."""
    rows = list(Monitor.objects.filter(declared=True).order_by("pk"))
    try:
        order = {name: place for place, name in enumerate(definitions())}
    except ConfigError:  # `manage.py check` reports it; the page still shows the rows
        order = {}
    return sorted(rows, key=lambda row: order.get(row.name, len(order)))


def _hours(rows: Sequence[Monitor], now: datetime) -> dict[str, tuple[Slice, ...]]:
    """Return the last hour of what each card draws."""
    drawn = {row.name: next(iter(_readings(row)), "") for row in rows}
    found = recent_points([row.name for row in rows], drawn, now=now)
    return {
        row.name: hour_of(
            found[row.name] if drawn[row.name] else map(_answered, found[row.name]),
            now,
            row.interval,
        )
        for row in rows
    }


def _answered(run: Recent) -> Recent:
    """Return *run* without its duration unless it was well: a timeout is no speed."""
    return run if run.status is Status.HEALTHY else run._replace(value=None)


def _run_by_hand(row: RunnerLease | None, now: datetime) -> ObservedRun | None:
    if row is None or row.until is None or row.until <= now:
        return None
    done = row.figures.get("done")
    return ObservedRun(
        who=row.stopped_by,  # this row is never stopped; the column names who asked
        started_at=row.started_at or now,
        done=int(done) if isinstance(done, int | float) else None,
    )


def _outbox() -> tuple[int, int]:
    """Return how many notifications wait, and how many were given up."""
    counts = dict(
        Notification.objects.exclude(state=Notification.State.SENT)
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    waiting = sum(counts.get(state, 0) for state in _UNSENT)
    return waiting, counts.get(Notification.State.DEAD, 0)


def _open_alerts() -> list[ObservedAlert]:
    worst_first = Case(
        When(severity=SystemAlert.Severity.CRITICAL, then=Value(0)),
        When(severity=SystemAlert.Severity.WARNING, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    rows = SystemAlert.objects.filter(resolved=False).order_by(worst_first, "began_at")
    return [
        ObservedAlert(
            id=row.pk,
            severity=row.severity,
            title=row.title,
            message=row.message,
            began_at=row.began_at,
            acknowledged_by=row.acknowledged_by,
            acknowledged_at=row.acknowledged_at,
        )
        for row in rows[:MOST_ALERTS]
    ]


def _monitor(row: Monitor, hour: Sequence[Slice], now: datetime) -> ObservedMonitor:
    confirmed = row.confirmed == row.status
    return ObservedMonitor(
        name=row.name,
        title=row.title,
        status=Status(row.status),
        confirmed=confirmed,
        # Confirmed trouble is back-dated to the first result that spoke of it.
        status_since=(row.confirmed_since if confirmed else None) or row.status_since,
        reason=row.reason,
        summary=row.summary,
        readings=_readings(row),
        details=row.details,
        options=row.options,
        reference=row.reference,
        degraded=row.degraded,
        group=row.group,
        source=row.source,
        kind=row.get_kind_display(),
        interval=row.interval,
        timeout=timedelta(seconds=row.timeout_seconds),
        ran_at=row.ran_at,
        duration_seconds=row.duration_seconds,
        due_at=_due_at(row, now),
        good_at=row.good_at,
        good_summary=row.good_summary,
        enabled=row.enabled,
        paused_until=row.paused_until,
        drawn=next(iter(_readings(row)), DURATION),
        hour=hour,
    )


def _readings(row: Monitor) -> dict[str, float]:
    """Return the readings of *row*, the one to be shown first."""
    first = row.first_reading
    if first not in row.readings:
        return dict(row.readings)
    return {first: row.readings[first], **row.readings}


def _due_at(row: Monitor, now: datetime) -> datetime | None:
    """Return the start of its next slot; now when the claimed one makes no sense."""
    if not row.enabled or (row.paused_until and row.paused_until > now):
        return None
    starts_at = slot_start(row.name, row.interval, row.slot + 1)
    # A slot far ahead means that the clock was set back since: see `schedule`.
    is_sound = row.slot >= 0 and starts_at <= now + 2 * row.interval
    return starts_at if is_sound else now
