"""
A made-up past for monitors that are real, so that their strips are not bare.

It ends where the first real result begins, and the monitor says so (`demo_until`):
every page marks what lies before, and removing it leaves what was measured.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from pulseboard.core.buckets import epoch_hour
from pulseboard.core.status import Status
from pulseboard.history.store.backfill import (
    backfill,
    backfill_intervals,
    forget_before,
    history_begins,
)
from pulseboard.history.store.series import RUNS
from pulseboard.monitors.definition import DEMO, Kind
from pulseboard.monitors.models import Monitor
from pulseboard.setup.demo.made import (
    DAYS,
    DemoMonitor,
    Incident,
    began_at,
    ended_at,
    hours,
)

READING = "response_seconds"
MOST_INCIDENTS = 3
#: Minutes of trouble, and how bad: so that every silhouette of the strip is seen.
TROUBLES = (
    (2, Status.CRITICAL),
    (12, Status.CRITICAL),
    (50, Status.WARNING),
    (95, Status.CRITICAL),
    (200, Status.WARNING),
)


def fill_past(now: datetime) -> int:
    """Give every probe without a past one of ninety days; return how many got it."""
    rows = list(_bare(now))
    for row in rows:
        _fill_one(row, now)
    return len(rows)


def remove_past() -> int:
    """Remove what `fill_past` made; return how many rows."""
    deleted = 0
    for row in Monitor.objects.filter(demo_until__isnull=False):
        if row.demo_until is not None:
            deleted += forget_before([row.name], row.demo_until)
        Monitor.objects.filter(pk=row.pk).update(demo_until=None)
    return deleted


def _bare(now: datetime) -> Iterable[Monitor]:
    """Return the real probes whose history is younger than a day."""
    rows = Monitor.objects.filter(
        kind=Kind.PROBE.value, declared=True, demo_until__isnull=True
    )
    for row in rows.exclude(source=DEMO):
        began = history_begins(row.name)
        if began is None or now - began < timedelta(days=1):
            yield row


def _fill_one(row: Monitor, now: datetime) -> None:
    until = history_begins(row.name) or now
    monitor = _made(row)
    first, end = epoch_hour(now - timedelta(days=DAYS)), epoch_hour(until)
    made = list(hours(monitor, first, end, now))
    backfill(row.name, RUNS, {each.hour: set(each.durations) for each in made})
    backfill(row.name, READING, {each.hour: set(each.values) for each in made})
    backfill_intervals(row.name, _spans(monitor, until, now))
    Monitor.objects.filter(pk=row.pk).update(demo_until=until)


def _made(row: Monitor) -> DemoMonitor:
    """Return what the past of *row* is made of: the same each time."""
    chance = random.Random(row.name)  # noqa: S311  (no secret depends on it)
    usual = chance.choice((0.02, 0.045, 0.08, 0.14, 0.22))
    days = sorted(chance.sample(range(2, DAYS - 2), chance.randrange(MOST_INCIDENTS)))
    return DemoMonitor(
        name=row.name,
        title=row.title,
        summary="200",
        usual_seconds=usual,
        reading=READING,
        usual=usual,
        wave=0.4,
        incidents=[
            Incident(
                days_ago=day + chance.random() / 2,
                minutes=minutes,
                status=status,
                summary="demo",
            )
            for day in days
            for minutes, status in [chance.choice(TROUBLES)]
        ],
    )


def _spans(
    monitor: DemoMonitor, until: datetime, now: datetime
) -> Iterator[tuple[Status, datetime, datetime]]:
    at = now - timedelta(days=DAYS)
    for each in sorted(monitor.incidents, key=lambda incident: -incident.days_ago):
        yield Status.HEALTHY, at, began_at(each, now)
        at = ended_at(each, now)
        yield each.status, began_at(each, now), at
    yield Status.HEALTHY, at, until
