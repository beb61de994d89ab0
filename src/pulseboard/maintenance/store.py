"""Which windows are open, and when a monitor was in one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pulseboard.maintenance.models import Maintenance


def open_windows(now: datetime) -> list[Maintenance]:
    """Return the windows that *now* lies in; the end is not part of a window."""
    return list(Maintenance.objects.filter(starts_at__lte=now, ends_at__gt=now))


def muted(monitors: Iterable[str], now: datetime) -> frozenset[str]:
    """Return those of *monitors* that are in maintenance at *now*."""
    windows = open_windows(now)
    return frozenset(
        name for name in monitors if any(window.covers(name) for window in windows)
    )


def windows_of(
    monitor: str, start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """Return when *monitor* was in maintenance between *start* and *end*."""
    rows = Maintenance.objects.filter(starts_at__lt=end, ends_at__gt=start)
    return [(row.starts_at, row.ends_at) for row in rows if row.covers(monitor)]
