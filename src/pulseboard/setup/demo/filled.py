"""
The demonstration in the tables.

Only rows of monitors with a name of ours are written, and never those of a monitor
that is real. The rows of the monitors come first and go last: whatever is left by an
interruption is found and removed by the next call.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pulseboard.alerts.models import SystemAlert
from pulseboard.core.buckets import epoch_hour, instant
from pulseboard.core.errors import CommandFailed
from pulseboard.core.outcome import Outcome, Reason
from pulseboard.core.status import Status
from pulseboard.history.due import EVERY
from pulseboard.history.models import HealthMetric
from pulseboard.history.observed import Observed
from pulseboard.history.store import note_confirmed, remember
from pulseboard.history.store.backfill import backfill, backfill_metrics, forget
from pulseboard.history.store.packed import GRACE
from pulseboard.history.store.retry import retried
from pulseboard.history.store.series import RUNS
from pulseboard.monitors.definition import DEMO
from pulseboard.monitors.models import Monitor
from pulseboard.setup.demo.made import (
    DAYS,
    EVERY_SECONDS,
    GROUP,
    MONITORS,
    DemoHour,
    DemoMonitor,
    began_at,
    ended_at,
    hours,
    number_of,
    status_of,
    summary_at,
)

ALERT_TYPE = "demo"
METRICS_FOR = timedelta(days=7)
TRIES = 20
T = TypeVar("T")

#: So long that a demonstration does not turn stale while it is looked at.
INTERVAL = timedelta(days=7)


def fill(now: datetime) -> int:
    """
    Write ninety days up to *now*, in place of an earlier demonstration.

    Returns:
        How many monitors it shows.

    Raises:
        CommandFailed: A real monitor has one of the names.
    """
    real = _real_names()
    if real:
        raise CommandFailed(
            f"A monitor of yours is named {sorted(real)[0]!r}; rename it, the "
            "demonstration needs that name."
        )
    remove()
    for monitor in MONITORS:
        _fill_one(monitor, now)
    return len(MONITORS)


def remove() -> int:
    """Remove the demonstration and nothing else; return how many rows."""
    names = {each.name for each in MONITORS} - _real_names()
    deleted = forget(names)
    alerts = SystemAlert.objects.filter(alert_type=ALERT_TYPE, subject__in=names)
    rows = Monitor.objects.filter(name__in=names, source=DEMO)
    return deleted + _patiently(alerts.delete)[0] + _patiently(rows.delete)[0]


def _patiently(write: Callable[[], T]) -> T:
    """A runner may write every second meanwhile."""
    return retried(write, tries=TRIES)


def _real_names() -> set[str]:
    names = [each.name for each in MONITORS]
    rows = Monitor.objects.filter(name__in=names).exclude(source=DEMO)
    return set(rows.values_list("name", flat=True))


def _fill_one(monitor: DemoMonitor, now: datetime) -> None:
    _patiently(lambda: Monitor.objects.create(**_row(monitor, now)))
    # What is younger is still kept as rows, as it would be.
    packed_until = epoch_hour(now - GRACE)
    first = epoch_hour(now - timedelta(days=DAYS))
    made = list(hours(monitor, first, epoch_hour(now) + 1, now))
    closed = [each for each in made if each.hour < packed_until]
    backfill(monitor.name, RUNS, {each.hour: set(each.durations) for each in closed})
    backfill(monitor.name, monitor.reading, {e.hour: set(e.values) for e in closed})
    _patiently(lambda: _note_statuses(monitor, now))
    backfill_metrics(_metrics(monitor, closed, now))
    recent = [each for each in made if each.hour >= packed_until]
    observed = [each for each in _observed(monitor, recent, now) if each.at <= now]
    _patiently(lambda: remember(observed))
    _patiently(lambda: SystemAlert.objects.bulk_create(_alerts(monitor, now)))


def _row(monitor: DemoMonitor, now: datetime) -> dict[str, object]:
    since = max(
        (ended_at(each, now) for each in monitor.incidents),
        default=now - timedelta(days=DAYS),
    )
    return {
        "name": monitor.name,
        "title": monitor.title,
        "group": GROUP,
        "source": DEMO,
        "interval_seconds": INTERVAL.total_seconds(),
        "status": Status.HEALTHY.value,
        "status_since": since,
        "reason": Reason.OK.value,
        "summary": monitor.summary,
        "readings": {monitor.reading: monitor.usual},
        "ran_at": now,
        "duration_seconds": monitor.usual_seconds,
        "good_at": now,
        "good_summary": monitor.summary,
        "confirmed": Status.HEALTHY.value,
        "confirmed_since": since,
    }


def _note_statuses(monitor: DemoMonitor, now: datetime) -> None:
    note_confirmed(monitor.name, Status.HEALTHY, now - timedelta(days=DAYS))
    for each in sorted(monitor.incidents, key=lambda incident: -incident.days_ago):
        note_confirmed(monitor.name, each.status, began_at(each, now))
        note_confirmed(monitor.name, Status.HEALTHY, ended_at(each, now))


def _metrics(
    monitor: DemoMonitor, made: Sequence[DemoHour], now: datetime
) -> Iterator[HealthMetric]:
    """Yield rows of HealthMetric: each change, and one in five minutes."""
    oldest = now - METRICS_FOR
    young = [each for each in made if instant(each.hour * 3_600_000) >= oldest]
    last: HealthMetric | None = None
    for each in _observed(monitor, young, now):
        status = each.outcome.status.value
        if last and last.status == status and each.at - last.timestamp < EVERY:
            continue
        last = HealthMetric(
            metric_name=monitor.name,
            metric_value={
                "readings": dict(each.outcome.readings),
                "summary": each.outcome.summary,
                "response_time_ms": round(each.duration_seconds * 1000, 3),
                "reason": (each.outcome.reason or Reason.OK).value,
            },
            status=status,
            timestamp=each.at,
        )
        yield last


def _observed(
    monitor: DemoMonitor, made: Sequence[DemoHour], now: datetime
) -> Iterator[Observed]:
    for each in made:
        for run, value in zip(each.durations, each.values, strict=True):
            at = instant((each.hour * 3600 + run.second) * 1000)
            said = summary_at(monitor, at, now)
            readings = {monitor.reading: number_of(value)}
            outcome = Outcome(status_of(run), said, readings)
            yield Observed(monitor.name, at, outcome, number_of(run))


def _alerts(monitor: DemoMonitor, now: datetime) -> Collection[SystemAlert]:
    """Return the alerts there would have been, all of them over."""
    confirmed_after = timedelta(seconds=2 * EVERY_SECONDS)
    return [
        SystemAlert(
            alert_type=ALERT_TYPE,
            subject=monitor.name,
            title=monitor.title,
            message=each.summary,
            severity=each.status.value,
            state=SystemAlert.State.RESOLVED,
            resolved=True,
            began_at=began_at(each, now),
            created_at=began_at(each, now) + confirmed_after,
            resolved_at=ended_at(each, now).astimezone(UTC),
        )
        for each in monitor.incidents
    ]
