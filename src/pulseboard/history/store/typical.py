"""What is usual: the median of a reading over the last day, for many monitors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from pulseboard.core.buckets import epoch_hour
from pulseboard.core.sketch import Sketch
from pulseboard.history.key import key_of, series_of, time_of
from pulseboard.history.models import HourSummaries, Series
from pulseboard.history.store.charts import recent_points
from pulseboard.history.store.series import RUNS, chunks
from pulseboard.history.summary import Summary, unpack_hours

HOURS = 24


def medians(
    monitors: Collection[str], reading: str, *, now: datetime
) -> dict[str, float]:
    """
    Return the median of *reading* over 24 hours; of the runs' length where it is none.

    What is too young to be summarised by the hour is taken from the last runs. Those
    without any value are missing.
    """
    sketches = _sketches(_series(monitors, reading), now)
    found = {name: sketch.quantile(0.5) for name, sketch in sketches.items()}
    young = [name for name in monitors if found.get(name) is None]
    if young:
        found |= _of_recent(young, reading, now)
    return {name: value for name, value in found.items() if value is not None}


def _series(monitors: Collection[str], reading: str) -> dict[int, str]:
    """Return the monitor of each series to be read: its reading's, else its runs'."""
    best: dict[str, tuple[bool, int]] = {}
    for chunk in chunks(monitors):
        rows = Series.objects.filter(monitor__in=chunk, reading__in={RUNS, reading})
        for monitor, name, pk in rows.values_list("monitor", "reading", "pk"):
            best[monitor] = max(best.get(monitor, (False, 0)), (name == reading, pk))
    return {pk: monitor for monitor, (_is_reading, pk) in best.items()}


def _sketches(series: Mapping[int, str], now: datetime) -> dict[str, Sketch]:
    last = epoch_hour(now)
    days = range((last - HOURS) // 24, last // 24 + 1)
    sketches: dict[str, Sketch] = {}
    for chunk in chunks([key_of(day, pk) for day in days for pk in series]):
        rows = HourSummaries.objects.filter(pk__in=chunk)
        for key, packed in rows.values_list("key", "packed"):
            for hour, summary in unpack_hours(bytes(packed)).items():
                if last - HOURS <= time_of(key) * 24 + hour <= last:
                    sketch = Summary.from_bytes(summary).sketch
                    name = series[series_of(key)]
                    sketches.setdefault(name, Sketch()).merge(sketch)
    return sketches


def _of_recent(
    monitors: Collection[str], reading: str, now: datetime
) -> dict[str, float | None]:
    wanted = dict.fromkeys(monitors, reading)
    found: dict[str, float | None] = {}
    for which in (wanted, {}):
        missing = [name for name in monitors if found.get(name) is None]
        points = recent_points(missing, which, now=now)
        for name, runs in points.items():
            values = sorted(run.value for run in runs if run.value is not None)
            found[name] = values[len(values) // 2] if values else None
    return found
