"""
History that was not observed here: made for a demonstration, or brought along.

It takes the way of what was observed, so every page reads it alike.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping

from django.db import router, transaction
from django.db.models import F, Model

from pulseboard.core.packing import Sample
from pulseboard.history.key import MOST_SERIES, key_of
from pulseboard.history.models import HealthMetric, Packed, Series
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
