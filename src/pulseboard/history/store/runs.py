"""Runs in: one bulk insert, and the rows of HealthMetric that are due."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import router, transaction

from pulseboard.core.buckets import epoch_ms
from pulseboard.core.outcome import SUMMARY_LENGTH, Reason
from pulseboard.core.redaction import one_line, redact
from pulseboard.core.status import Status
from pulseboard.history.due import EVERY, Rows, Seen
from pulseboard.history.models import HealthMetric, Run, number_of
from pulseboard.history.observed import Observed
from pulseboard.history.store.series import MOST_READINGS, chunks, ids_of_runs


def remember(batch: Sequence[Observed]) -> None:
    """
    Store *batch*, which may be late, out of order or in part stored already.

    The same run (monitor and time) is stored once, so a batch may be handed over
    again whenever it is not certain that it arrived.
    """
    if not batch:
        return
    # Earliest first: each row of HealthMetric depends on the one before it.
    ordered = sorted(batch, key=lambda each: each.at)
    with transaction.atomic(using=router.db_for_write(Run)):
        series = ids_of_runs(each.monitor for each in ordered)
        Run.objects.bulk_create(
            [_run(each, series[each.monitor]) for each in ordered],
            ignore_conflicts=True,
        )
        HealthMetric.objects.bulk_create([_metric(each) for each in _due(ordered)])


def _run(observed: Observed, series: int) -> Run:
    return Run(
        series_id=series,
        at_ms=epoch_ms(observed.at),
        status=number_of(observed.outcome.status),
        reason=_reason(observed),
        duration_seconds=_finite(observed.duration_seconds),
        readings=_readings(observed),
    )


def _due(ordered: Sequence[Observed]) -> Iterable[Observed]:
    rows = _rows_around(ordered)
    return [
        each
        for each in ordered
        if rows[each.monitor].take(each.at, each.outcome.status)
    ]


def _rows_around(ordered: Sequence[Observed]) -> dict[str, Rows]:
    """
    Return what HealthMetric holds around the batch, from the table each time.

    Nothing is remembered in the process: another one may have written since.
    """
    seen: dict[str, list[Seen]] = defaultdict(list)
    span = (ordered[0].at - EVERY, ordered[-1].at)
    names = sorted({each.monitor for each in ordered})
    for chunk in chunks(names):
        rows = HealthMetric.objects.order_by().filter(
            metric_name__in=chunk, timestamp__range=span
        )
        for name, at, status in rows.values_list("metric_name", "timestamp", "status"):
            seen[name].append(Seen(at, Status(status)))
    return {name: Rows(seen[name]) for name in names}


def _metric(observed: Observed) -> HealthMetric:
    outcome = observed.outcome
    return HealthMetric(
        metric_name=observed.monitor,
        metric_value={
            "readings": _readings(observed),
            "summary": one_line(redact(outcome.summary), limit=SUMMARY_LENGTH),
            "response_time_ms": round(_finite(observed.duration_seconds) * 1000, 3),
            "reason": _reason(observed),
        },
        status=outcome.status.value,
        timestamp=observed.at,
    )


def _reason(observed: Observed) -> str:
    # Outcome fills it in; the type does not know.
    return (observed.outcome.reason or Reason.OK).value


def _readings(observed: Observed) -> dict[str, float]:
    """Return the readings fit to be stored: few, named shortly, finite."""
    kept = list(observed.outcome.readings.items())[:MOST_READINGS]
    return {
        one_line(name, limit=100): value
        for name, value in kept
        if name and _is_finite(value)
    }


def _finite(value: float) -> float:
    return value if _is_finite(value) else 0.0


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond every float
        return False
