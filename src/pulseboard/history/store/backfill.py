"""
History that was not observed here: made for a demonstration, or brought along.

It takes the way of what was observed, so every page reads it alike.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import router, transaction
from django.db.models import F, Model

from pulseboard.core.buckets import epoch_ms, instant
from pulseboard.core.packing import Sample
from pulseboard.core.status import Status
from pulseboard.history.key import MOST_SERIES, first_key, key_of
from pulseboard.history.models import (
    HealthMetric,
    Packed,
    Series,
    StatusInterval,
    number_of,
)
from pulseboard.history.store.packed import _write as write_hours
from pulseboard.history.store.retry import retried
from pulseboard.history.store.series import RUNS, chunks, ids_of_readings, ids_of_runs

#: Hours, each of one series, that one transaction writes.
HOURS_AT_ONCE = 480
ROWS_AT_ONCE = 1000
#: A runner may write every second meanwhile.
TRIES = 20


def backfill(monitor: str, reading: str, hours: Mapping[int, set[Sample]]) -> None:
    """
    Add the samples of *hours* (counted since 1970) to what is packed of *reading*.

    Args:
        reading: Empty for the runs themselves: how long they took.
    """
    series = _series(monitor, reading)
    for chunk in chunks(hours, HOURS_AT_ONCE):
        packed = {key_of(hour, series): hours[hour] for hour in chunk}
        retried(functools.partial(_write, packed), tries=TRIES)


def backfill_metrics(rows: Iterable[HealthMetric]) -> None:
    """Store *rows* of HealthMetric as they are."""
    for chunk in chunks(rows, ROWS_AT_ONCE):
        retried(functools.partial(HealthMetric.objects.bulk_create, chunk), tries=TRIES)


def forget(monitors: Collection[str]) -> int:
    """Delete all history of *monitors*, in small batches; return how many rows."""
    series = list(
        Series.objects.filter(monitor__in=monitors).values_list("pk", flat=True)
    )
    deleted = sum(_forget_packed(model, series) for model in Packed.__subclasses__())
    metrics = HealthMetric.objects.filter(metric_name__in=monitors)
    deleted += _delete(HealthMetric, metrics.values_list("pk", flat=True))
    # Runs and intervals go with their series.
    rows = Series.objects.filter(pk__in=series)
    return deleted + retried(rows.delete, tries=TRIES)[0]


def forget_before(monitors: Collection[str], at: datetime) -> int:
    """Delete what is packed of *monitors* before the day of *at*, and intervals."""
    series = list(
        Series.objects.filter(monitor__in=monitors).values_list("pk", flat=True)
    )
    deleted = 0
    for model in Packed.__subclasses__():
        before = first_key(int(at.timestamp()) // model.SECONDS)
        rows = model._default_manager.filter(key__lt=before)
        rows = rows.annotate(of=F("key").bitand(MOST_SERIES - 1))
        found = rows.filter(of__in=series).values_list("pk", flat=True)
        deleted += _delete(model, found)
    old = StatusInterval.objects.filter(series__in=series, ended_ms__lte=epoch_ms(at))
    deleted += _delete(StatusInterval, old.values_list("pk", flat=True))
    StatusInterval.objects.filter(series__in=series, began_ms__lt=epoch_ms(at)).update(
        began_ms=epoch_ms(at)
    )
    return deleted


def backfill_intervals(
    monitor: str, spans: Iterable[tuple[Status, datetime, datetime]]
) -> None:
    """Store intervals of *monitor* (status, from, until); they must not overlap."""
    series = ids_of_runs([monitor])[monitor]
    rows = [
        StatusInterval(
            series_id=series,
            status=number_of(status),
            began_ms=epoch_ms(began),
            ended_ms=epoch_ms(ended),
        )
        for status, began, ended in spans
    ]
    retried(functools.partial(StatusInterval.objects.bulk_create, rows), tries=TRIES)


def history_begins(monitor: str) -> datetime | None:
    """Return since when there is a status of *monitor*; None without one."""
    rows = StatusInterval.objects.filter(series__monitor=monitor, series__reading=RUNS)
    first = rows.order_by("began_ms").values_list("began_ms", flat=True).first()
    return None if first is None else instant(first)


def _write(packed: Mapping[int, set[Sample]]) -> None:
    with transaction.atomic(using=router.db_for_write(Series)):
        write_hours(packed)


def _series(monitor: str, reading: str) -> int:
    if reading == RUNS:
        return ids_of_runs([monitor])[monitor]
    return ids_of_readings([(monitor, reading)])[monitor, reading]


def _forget_packed(model: type[Packed], series: Collection[int]) -> int:
    rows = model._default_manager.annotate(of=F("key").bitand(MOST_SERIES - 1))
    return _delete(model, rows.filter(of__in=series).values_list("pk", flat=True))


def _delete(model: type[Model], ids: Iterable[int]) -> int:
    kept = list(ids)
    for chunk in chunks(kept):
        retried(model._default_manager.filter(pk__in=chunk).delete, tries=TRIES)
    return len(kept)
