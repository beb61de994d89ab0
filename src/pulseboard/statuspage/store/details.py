"""What the page of one service and its receipts need, read when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pulseboard.core.buckets import epoch_ms
from pulseboard.history.points import Point
from pulseboard.history.store import series_points
from pulseboard.history.store.failures import Failures, failures
from pulseboard.monitors.components import Line
from pulseboard.statuspage.assemble import history_of
from pulseboard.statuspage.models import StatusPage
from pulseboard.statuspage.store.building import shown, source_of
from pulseboard.statuspage.store.figures import READING
from pulseboard.statuspage.timeline import Stretch

#: Charts by name: how long, in how many points.
CHARTS = {"24h": (timedelta(hours=24), 48), "90d": (timedelta(days=90), 90)}


@dataclass(frozen=True, slots=True)
class Measured:
    """What the charts of one stretch of time draw."""

    points: list[Point]
    failures: list[Failures]


def stretches_of(page: StatusPage, slug: str, at: datetime) -> list[Stretch] | None:
    """Return how the service *slug* was up to *at*; None when *page* has none such."""
    line = _line(page, slug)
    return None if line is None else history_of(source_of(line, at), epoch_ms(at))


def measured(page: StatusPage, slug: str, now: datetime) -> dict[str, Measured]:
    """Return what the charts of *slug* draw, by name; empty when nothing is timed."""
    line = _line(page, slug)
    if line is None or not line.parts:
        return {}
    monitor = line.parts[0].monitor
    found = {}
    for name, (length, buckets) in CHARTS.items():
        start = now - length
        points = series_points(monitor, READING, start, now, buckets)
        if all(point.median is None for point in points):
            points = series_points(monitor, "", start, now, buckets)
        found[name] = Measured(points, failures(monitor, start, now))
    return found


def _line(page: StatusPage, slug: str) -> Line | None:
    return next((line for line in shown(page) if line.slug == slug), None)
