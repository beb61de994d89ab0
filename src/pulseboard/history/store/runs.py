"""Runs in: one insert of many, and the rows of HealthMetric that are due."""

from __future__ import annotations

import functools
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db import connections, router, transaction
from django.db.models.constants import OnConflict

from pulseboard.core.buckets import epoch_ms
from pulseboard.core.outcome import SUMMARY_LENGTH, Reason
from pulseboard.core.redaction import one_line, redact
from pulseboard.core.status import Status
from pulseboard.history.due import EVERY, Rows, Seen, follows
from pulseboard.history.models import HealthMetric, Run, Series, number_of
from pulseboard.history.observed import Observed
from pulseboard.history.store.series import MOST_READINGS, chunks, ids_of_runs
from pulseboard.tables import quoted


class Known:
    """
    What one writer remembers of the tables, as long as nobody else writes them.

    Numbers of series are checked against the table with every batch. The newest row
    of HealthMetric is not: whoever hears that another one recorded a monitor calls
    `forget`.
    """

    def __init__(self) -> None:
        self.newest: dict[str, Seen] = {}
        self._series: dict[str, int] = {}
        self._revision: tuple[int, int | None] | None = None

    def forget(self) -> None:
        """Read everything again."""
        self.newest, self._series, self._revision = {}, {}, None

    def series(self, monitors: Iterable[str]) -> Mapping[str, int]:
        """Return the id of each monitor's own series, new ones made."""
        revision = _revision()
        if revision != self._revision:
            self._series = {}
        missing = [name for name in monitors if name not in self._series]
        if missing:
            self._series |= ids_of_runs(missing)
        # The one from before: what was made since is noticed by the next batch.
        self._revision = revision
        return self._series


def remember(batch: Sequence[Observed], known: Known | None = None) -> None:
    """
    Store *batch*, which may be late, out of order or in part stored already.

    The same run (monitor and time) is stored once, so a batch may be handed over
    again whenever it is not certain that it arrived.

    Args:
        known: From the last batch of the same writer. After an exception it must be
            told to forget.
    """
    if not batch:
        return
    known = known or Known()
    # Earliest first: each row of HealthMetric depends on the one before it.
    ordered = sorted(batch, key=lambda each: each.at)
    # No savepoint of its own: who has begun a transaction rolls back all of it.
    with transaction.atomic(using=router.db_for_write(Run), savepoint=False):
        _insert(ordered, known.series({each.monitor for each in ordered}))
        due = [_metric(each) for each in _due(ordered, known)]
        if due:
            HealthMetric.objects.bulk_create(due)


def _revision() -> tuple[int, int | None]:
    """Return what differs after every row of Series that was made or deleted."""
    alias = router.db_for_write(Series)
    table, key = quoted(Series, alias, "id")
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*), MAX({key}) FROM {table}")  # noqa: S608
        rows, newest = cursor.fetchone()
    return rows, newest


_COLUMNS = ("series", "at_ms", "status", "reason", "duration_seconds", "readings")
_encode = json.JSONEncoder(separators=(",", ":")).encode


def _insert(ordered: Sequence[Observed], series: Mapping[str, int]) -> None:
    # Models cost ten times what the database takes for such a row.
    alias = router.db_for_write(Run)
    with connections[alias].cursor() as cursor:
        cursor.executemany(
            _insert_sql(alias), [_run(each, series[each.monitor]) for each in ordered]
        )


def _insert_sql(alias: str) -> str:
    operations = connections[alias].ops
    table, *columns = quoted(Run, alias, *_COLUMNS)
    insert = operations.insert_statement(on_conflict=OnConflict.IGNORE)
    suffix = operations.on_conflict_suffix_sql([], OnConflict.IGNORE, [], [])
    places = ", ".join(["%s"] * len(columns))
    return f"{insert} {table} ({', '.join(columns)}) VALUES ({places}) {suffix}".strip()


def _run(observed: Observed, series: int) -> tuple[int | float | str, ...]:
    return (
        series,
        epoch_ms(observed.at),
        number_of(observed.outcome.status),
        _reason(observed),
        _finite(observed.duration_seconds),
        _encode(_readings(observed)),
    )


def _due(ordered: Sequence[Observed], known: Known) -> list[Observed]:
    """Return those that get a row of HealthMetric, and note them in *known*."""
    newest = known.newest
    unsure = [each for each in ordered if _is_unsure(each, newest.get(each.monitor))]
    rows = _rows_around(unsure) if unsure else {}
    due = []
    for each in ordered:
        name, at, status = each.monitor, each.at, each.outcome.status
        if name in rows:
            is_due = rows[name].take(at, status)
        else:
            is_due = follows(newest[name], at, status)
            if is_due:
                newest[name] = Seen(at, status)
        if is_due:
            due.append(each)
    for name, found in rows.items():
        if found.newest is not None:
            newest[name] = found.newest
    return due


def _is_unsure(observed: Observed, newest: Seen | None) -> bool:
    """Return whether the row before *observed* in time may be another than *newest*."""
    return newest is None or observed.at < newest.at


def _rows_around(ordered: Sequence[Observed]) -> dict[str, Rows]:
    """Return what HealthMetric holds around those that are *ordered*."""
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
    return {_name(name): value for name, value in kept if name and _is_finite(value)}


def _name(name: str) -> str:
    return _short_name(name) if len(name) <= 100 else one_line(name, limit=100)


@functools.lru_cache(maxsize=1024)
def _short_name(name: str) -> str:
    return one_line(name, limit=100)


def _finite(value: float) -> float:
    return value if _is_finite(value) else 0.0


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond every float
        return False
