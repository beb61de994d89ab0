"""
A year of a hundred endpoints, one check a minute, in the forms it would be kept in.

Hours are drawn from some dozen different ones per endpoint, packed by the room's own
functions once each: packing half a million hours one by one would only add waiting.
Their sizes are those of real ones. The last hours and the last week's HealthMetric
rows go in by `store.remember` as from a runner.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from benchmarks.history.host import database_bytes

ENDPOINTS = 100
DAYS = 365
PACKED_DAYS = 90
METRIC_DAYS = 7
CHECKS = ENDPOINTS * DAYS * 1440
VARIANTS = 24
BATCH = 2000

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def name_of(endpoint: int) -> str:
    return f"endpoint-{endpoint}"


def fill() -> dict[str, int]:
    """Fill all tables; return what each added to the database, in bytes."""
    hours = _hours()
    steps: dict[str, Callable[[], None]] = {
        "Series": _series,
        "PackedHour, 90 days": lambda: _packed_hours(hours),
        "HourSummaries, a year": lambda: _hour_summaries(hours),
        "DaySummary, a year": lambda: _day_summaries(hours),
        "StatusInterval, a year": _intervals,
        "Run, the last two hours": _runs,
        "HealthMetric, 7 days": _metrics,
    }
    weights = {}
    for title, step in steps.items():
        before = database_bytes()
        step()
        weights[title] = database_bytes() - before
    return weights


Hours = list[list[tuple[bytes, bytes]]]


def _hours() -> Hours:
    """Return for each endpoint its different hours: the packed runs, the summary."""
    from pulseboard.history.store.packed import pack_samples

    source = random.Random(1)
    return [
        [pack_samples(_hour(source, endpoint, failing=n == 0)) for n in range(VARIANTS)]
        for endpoint in range(ENDPOINTS)
    ]


def _hour(source: random.Random, endpoint: int, *, failing: bool) -> list[object]:
    from pulseboard.core.log_scale import code_of
    from pulseboard.core.packing import Sample

    usual = math.log(0.02 * 1.03**endpoint)
    samples: list[object] = []
    for minute in range(60):
        # Ticks are a second apart, so some runs begin a second late.
        second = 60 * minute + endpoint % 59 + (source.random() < 0.1)
        down = failing and 20 <= minute < 32
        duration = 10.0 if down else source.lognormvariate(usual, 0.4)
        samples.append(Sample(second, code_of(duration), 2 if down else 0))
    return samples


def _series() -> None:
    from pulseboard.history.store.series import ids_of_runs

    for endpoint in range(ENDPOINTS):
        # One by one, so that ids follow the numbers.
        ids_of_runs([name_of(endpoint)])


def _drawn(hours: Hours, days: int) -> Iterator[tuple[int, int, tuple[bytes, bytes]]]:
    """Return hour, endpoint and what it was, in the order in which they are packed."""
    last = int(NOW.timestamp()) // 3600 - 2
    for hour in range(last - 24 * days, last):
        source = random.Random(hour)
        for endpoint in range(ENDPOINTS):
            yield hour, endpoint, source.choice(hours[endpoint])


def _packed_hours(hours: Hours) -> None:
    from pulseboard.history.key import key_of
    from pulseboard.history.models import PackedHour

    _insert(
        PackedHour,
        (
            (key_of(hour, endpoint + 1), packed)
            for hour, endpoint, (packed, _) in _drawn(hours, PACKED_DAYS)
        ),
    )


def _hour_summaries(hours: Hours) -> None:
    from pulseboard.history.key import key_of
    from pulseboard.history.models import HourSummaries
    from pulseboard.history.summary import pack_hours

    days: dict[int, dict[int, bytes]] = {}
    for hour, endpoint, (_, summary) in _drawn(hours, DAYS):
        of_day = days.setdefault(key_of(hour // 24, endpoint + 1), {})
        of_day[hour % 24] = summary
    _insert(
        HourSummaries, ((key, pack_hours(day)) for key, day in sorted(days.items()))
    )


def _day_summaries(hours: Hours) -> None:
    from pulseboard.history.key import key_of
    from pulseboard.history.models import DaySummary
    from pulseboard.history.summary import Summary

    days: dict[int, Summary] = {}
    for hour, endpoint, (_, summary) in _drawn(hours, DAYS):
        day = days.setdefault(key_of(hour // 24, endpoint + 1), Summary())
        day.merge(Summary.from_bytes(summary))
    _insert(DaySummary, ((key, day.to_bytes()) for key, day in sorted(days.items())))


def _insert(model: type, rows: Iterable[tuple[int, bytes]]) -> None:
    from django.db import connection, transaction

    statement = f"INSERT INTO {model._meta.db_table} VALUES (%s, %s)"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def _intervals() -> None:
    """An outage of a quarter of an hour every ten days or so, each."""
    from pulseboard.history.models import OPEN_MS, StatusInterval

    source = random.Random(2)
    end = int(NOW.timestamp() * 1000)
    rows = []
    for series in range(1, ENDPOINTS + 1):
        status, began = 0, end - DAYS * 86_400_000
        while began < end:
            lasts = 900_000 if status else source.expovariate(1 / (10 * 86_400_000)) + 1
            ended = began + int(lasts)
            rows.append(
                StatusInterval(
                    series_id=series,
                    status=status,
                    began_ms=began,
                    ended_ms=ended if ended < end else OPEN_MS,
                )
            )
            status, began = 2 - status, ended
    rows.sort(key=lambda row: row.ended_ms)  # as they would have been written
    StatusInterval.objects.bulk_create(rows, batch_size=BATCH)


def _runs() -> None:
    _remember(NOW - timedelta(hours=2), timedelta(minutes=1))
    from pulseboard.history.models import HealthMetric

    HealthMetric.objects.all().delete()  # weighed on its own below


def _metrics() -> None:
    from pulseboard.history.models import Run

    kept = list(Run.objects.values_list("pk", flat=True))
    _remember(NOW - timedelta(days=METRIC_DAYS), timedelta(minutes=5))
    Run.objects.exclude(pk__gte=kept[0], pk__lte=kept[-1]).delete()


def _remember(since: datetime, every: timedelta) -> None:
    from pulseboard.core.outcome import healthy
    from pulseboard.history import store
    from pulseboard.history.observed import Observed

    source = random.Random(3)
    at = since
    while at < NOW:
        batch = []
        for endpoint in range(ENDPOINTS):
            seconds = source.lognormvariate(math.log(0.02 * 1.03**endpoint), 0.4)
            outcome = healthy("200 OK in time", response_seconds=round(seconds, 6))
            batch.append(Observed(name_of(endpoint), at, outcome, seconds))
        store.remember(batch)
        at += every
