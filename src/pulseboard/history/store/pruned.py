"""What is older than it is kept for, deleted a little at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from pulseboard.core.buckets import epoch_hour, epoch_ms
from pulseboard.history.key import first_key
from pulseboard.history.models import (
    DaySummary,
    HealthMetric,
    HourSummaries,
    PackedHour,
    Run,
    StatusInterval,
)
from pulseboard.history.retention import Keep

#: Rows in one statement: milliseconds, during which others can still read.
CHUNK = 500


def prune(now: datetime, keep: Keep, *, budget_rows: int) -> int:
    """
    Delete at most *budget_rows* rows that are older than *keep* says, oldest first.

    Each statement is a transaction of its own.

    Returns:
        How many rows were deleted; fewer than *budget_rows* when none is left.
    """
    done = 0
    for rows in _old_rows(now, keep):
        while done < budget_rows:
            deleted = _delete_some(rows, min(CHUNK, budget_rows - done))
            done += deleted
            if not deleted:
                break
    return done


def _old_rows(now: datetime, keep: Keep) -> Iterator[QuerySet[Any]]:
    """Return what may go, table by table, each in the order of an index."""
    forms: list[tuple[timedelta | None, Callable[[datetime], QuerySet[Any]]]] = [
        (keep.metrics, _metrics),
        (keep.samples, _samples),
        (keep.samples, _runs),
        (keep.hours, _hours),
        (keep.days, _days),
        (keep.days, _intervals),
    ]
    for age, older_than in forms:
        if age:
            yield older_than(now - age)


def _delete_some(rows: QuerySet[Any], most: int) -> int:
    # Ids first: MariaDB knows no LIMIT in a subquery.
    ids = list(rows.values_list("pk", flat=True)[:most])
    if ids:
        rows.model._default_manager.filter(pk__in=ids).delete()
    return len(ids)


def _metrics(at: datetime) -> QuerySet[HealthMetric]:
    return HealthMetric.objects.filter(timestamp__lt=at).order_by("timestamp")


def _samples(at: datetime) -> QuerySet[PackedHour]:
    old = PackedHour.objects.filter(key__lt=first_key(epoch_hour(at)))
    return old.order_by("key")


def _runs(at: datetime) -> QuerySet[Run]:
    """Only when nothing packs them: rows that are never packed must not pile up."""
    return Run.objects.filter(at_ms__lt=epoch_ms(at)).order_by()


def _hours(at: datetime) -> QuerySet[HourSummaries]:
    old = HourSummaries.objects.filter(key__lt=first_key(epoch_hour(at) // 24))
    return old.order_by("key")


def _days(at: datetime) -> QuerySet[DaySummary]:
    old = DaySummary.objects.filter(key__lt=first_key(epoch_hour(at) // 24))
    return old.order_by("key")


def _intervals(at: datetime) -> QuerySet[StatusInterval]:
    old = StatusInterval.objects.filter(ended_ms__lt=epoch_ms(at))
    return old.order_by("ended_ms")
