"""Lines of charts, read from the form that costs some hundred rows at most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import QuerySet

from pulseboard.core.buckets import DAY_SECONDS, HOUR_SECONDS, Grid, epoch_ms, instant
from pulseboard.core.log_scale import code_of
from pulseboard.core.packing import STATUSES, unpack_columns
from pulseboard.history.key import key_of, time_of
from pulseboard.history.models import DaySummary, HourSummaries, PackedHour, Run, Series
from pulseboard.history.points import Chart, Point, Recent, sources_for
from pulseboard.history.store.series import RUNS, chunks
from pulseboard.history.summary import Summary, unpack_hours

#: More than any screen has, and a bound on what an address line can ask for.
MOST_POINTS = 1500
LONGEST = timedelta(days=20 * 366)


def series_points(
    monitor: str, reading: str, start: datetime, end: datetime, buckets: int
) -> list[Point]:
    """
    Return *reading* of *monitor* from *start* to *end* in at most *buckets* points.

    Args:
        reading: The name of one; empty for how long the runs took.
        buckets: There are fewer when the time is long ago or the range is long: what
            is known by the hour or day is not drawn finer. The first begins on a
            multiple of its width, so there may be one more.

    No more than `MOST_POINTS` are made and no more than `LONGEST` before *end* is read.
    """
    start, buckets = max(start, end - LONGEST), min(buckets, MOST_POINTS)
    found = Series.objects.filter(monitor=monitor, reading__in={RUNS, reading})
    series = dict(found.values_list("reading", "pk"))
    chart = _filled(series.get(reading), start, end, buckets)
    if RUNS in series:
        _add_runs(chart, series[RUNS], reading)
    return chart.points()


def recent_points(
    monitors: Collection[str],
    reading_by_monitor: Mapping[str, str],
    minutes: int = 60,
    *,
    now: datetime,
) -> dict[str, list[Recent]]:
    """
    Return the runs of the last *minutes* (at most 60), oldest first, in one query.

    Args:
        reading_by_monitor: What to draw of each; how long it took when missing.
    """
    points: dict[str, list[Recent]] = defaultdict(list)
    for chunk in chunks(monitors):
        rows = Run.objects.filter(
            series__monitor__in=chunk,
            series__reading=RUNS,
            at_ms__gte=epoch_ms(now - timedelta(minutes=minutes)),
            at_ms__lte=epoch_ms(now),
        ).values_list(
            "series__monitor", "at_ms", "status", "duration_seconds", "readings"
        )
        for monitor, at_ms, status, duration, readings in rows.order_by("at_ms"):
            wanted = reading_by_monitor.get(monitor, RUNS)
            value = readings.get(wanted) if wanted else duration
            points[monitor].append(Recent(instant(at_ms), value, STATUSES[status]))
    return {monitor: points[monitor] for monitor in monitors}


def _filled(series: int | None, start: datetime, end: datetime, buckets: int) -> Chart:
    """Return a chart with what is packed, from the finest form that has any."""
    charts = []
    for source in sources_for((end - start).total_seconds()):
        fill, finest_seconds = _FORMS[source]
        grid = Grid.over(start, end, buckets, finest_seconds=finest_seconds)
        charts.append(Chart(grid))
        if series is not None and fill(charts[-1], series):
            return charts[-1]
    return charts[0]


def _fill_from_samples(chart: Chart, series: int) -> bool:
    rows = _rows(PackedHour, chart.grid, series, HOUR_SECONDS)
    for key, packed in rows:
        seconds, codes, _ = unpack_columns(packed)
        began = time_of(key) * HOUR_SECONDS
        chart.add_codes([began + second for second in seconds], codes)
    return bool(rows)


def _fill_from_hours(chart: Chart, series: int) -> bool:
    rows = _rows(HourSummaries, chart.grid, series, DAY_SECONDS)
    for key, packed in rows:
        for hour, summary in unpack_hours(packed).items():
            second = time_of(key) * DAY_SECONDS + hour * HOUR_SECONDS
            chart.add_sketch(second, Summary.from_bytes(summary).sketch)
    return bool(rows)


def _fill_from_days(chart: Chart, series: int) -> bool:
    rows = _rows(DaySummary, chart.grid, series, DAY_SECONDS)
    for key, packed in rows:
        summary = Summary.from_bytes(packed)
        chart.add_sketch(time_of(key) * DAY_SECONDS, summary.sketch)
    return bool(rows)


_FORMS = {
    "samples": (_fill_from_samples, 1),
    "hours": (_fill_from_hours, HOUR_SECONDS),
    "days": (_fill_from_days, DAY_SECONDS),
}


def _rows(
    model: type[PackedHour] | type[HourSummaries] | type[DaySummary],
    grid: Grid,
    series: int,
    seconds: int,
) -> list[tuple[int, bytes]]:
    first, last = grid.first_second // seconds, (grid.end_second - 1) // seconds
    keys = (key_of(time, series) for time in range(first, last + 1))
    found: list[tuple[int, bytes]] = []
    for chunk in chunks(keys):
        rows = model._default_manager.filter(pk__in=chunk)
        pairs = rows.values_list("key", "packed")
        found += [(key, bytes(packed)) for key, packed in pairs]
    return found


def _add_runs(chart: Chart, series: int, reading: str) -> None:
    """Add what is not packed yet."""
    rows = Run.objects.filter(
        series_id=series,
        at_ms__gte=chart.grid.first_second * 1000,
        at_ms__lt=chart.grid.end_second * 1000,
    )
    seconds, codes = [], []
    for at_ms, value in _values(rows.order_by(), reading):
        seconds.append(at_ms // 1000)
        codes.append(code_of(value))
    chart.add_codes(seconds, codes)


def _values(rows: QuerySet[Run], reading: str) -> Iterable[tuple[int, float]]:
    if reading == RUNS:
        yield from rows.values_list("at_ms", "duration_seconds")
        return
    for at_ms, readings in rows.values_list("at_ms", "readings"):
        if reading in readings:
            yield at_ms, readings[reading]
