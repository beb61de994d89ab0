"""
Results written into the rows, many at once.

What a monitor's last result was is read once and remembered by who records. The next
result changes the row only where it still is that result's; somebody else's in
between is noticed by the count of rows, and everything is read again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connections, router

from pulseboard.core.status import Status
from pulseboard.history.observed import Observed
from pulseboard.monitors.judge import Judgement, Result
from pulseboard.monitors.models import Monitor
from pulseboard.monitors.remembered import Remembered
from pulseboard.tables import quoted

CHUNK = 500
encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class Overtaken(Exception):
    """Somebody else recorded one of the monitors since it was read; roll back."""


@dataclass(slots=True)
class Update:
    """
    What becomes of one row.

    Args:
        before: As the row is.
        good: The newest healthy result among those that led to *after*.
    """

    before: Remembered
    after: Remembered
    last: Observed
    good: Observed | None = None

    def add(self, after: Remembered, observed: Observed) -> None:
        """Go on to *after* with *observed*."""
        self.after, self.last = after, observed
        if observed.outcome.status is Status.HEALTHY:
            self.good = observed


def locked(names: Iterable[str]) -> list[Remembered]:
    """
    Return the monitors of *names* that exist, ours until the transaction ends.

    A run by hand and the runner may record the same monitor at once: both would judge
    from the same memory, and both would announce. Where the database locks rows they
    take turns, always by key; SQLite has one writer anyway.
    """
    wanted = sorted(set(names))
    found: list[Remembered] = []
    for start in range(0, len(wanted), CHUNK):
        rows = Monitor.objects.select_for_update().order_by("pk")
        some = rows.filter(name__in=wanted[start : start + CHUNK])
        found += [_remembered(*row) for row in some.values_list(*_READ)]
    return found


def write(updates: Sequence[Update]) -> None:
    """
    Write *updates*, one statement for all that change the same columns.

    Raises:
        Overtaken: A row is not what its update began with; roll back.
    """
    alias = router.db_for_write(Monitor)
    groups: dict[tuple[str, ...], list[Update]] = defaultdict(list)
    # By key: who takes locks in another order could meet us half way.
    for each in sorted(updates, key=lambda update: update.after.pk):
        groups[_columns(each)].append(each)
    to_database = _Prepared(alias)
    with connections[alias].cursor() as cursor:
        for columns, group in groups.items():
            parameters = [to_database.row(each, columns) for each in group]
            cursor.executemany(_sql(alias, columns), parameters)
            if cursor.rowcount != len(group):
                raise Overtaken


_READ = (
    "pk",
    "name",
    "title",
    "interval_seconds",
    "ran_at",
    "status",
    "status_since",
    "reason",
    "confirmed",
    "confirmed_since",
    "memory",
)
#: Written with every result, and when it differs from the one before.
_ALWAYS = (
    "summary", "readings", "first_reading", "details", "reference", "degraded",
    "ran_at", "duration_seconds", "memory",
)  # fmt: skip
_STATUS = ("status", "status_since", "reason")
_BELIEF = ("confirmed", "confirmed_since")
_GOOD = ("good_at", "good_summary")
_FIRST = "first"  # no column: the row has had no result yet


def _remembered(
    pk: int,
    name: str,
    title: str,
    interval_seconds: float,
    ran_at: datetime | None,
    status: str,
    status_since: datetime | None,
    reason: str,
    confirmed: str,
    confirmed_since: datetime | None,
    memory: Sequence[tuple[str, float]],
) -> Remembered:
    results = tuple(
        Result(Status(letter), datetime.fromtimestamp(seconds, UTC))
        for letter, seconds in memory
    )
    return Remembered(
        pk, name, title, timedelta(seconds=interval_seconds), ran_at,
        status, status_since, reason,
        Judgement(Status(confirmed), confirmed_since, results),
    )  # fmt: skip


def _columns(update: Update) -> tuple[str, ...]:
    before, after = update.before, update.after
    columns: tuple[str, ...] = _ALWAYS
    if (before.status, before.reason) != (after.status, after.reason) or (
        before.status_since != after.status_since
    ):
        columns += _STATUS
    if (before.judgement.confirmed, before.judgement.since) != (
        after.judgement.confirmed,
        after.judgement.since,
    ):
        columns += _BELIEF
    if update.good is not None:
        columns += _GOOD
    return columns if before.ran_at is not None else (*columns, _FIRST)


def _sql(alias: str, columns: Sequence[str]) -> str:
    is_first = columns[-1] == _FIRST
    names = [each for each in columns if each != _FIRST]
    table, key, ran_at, *changed = quoted(Monitor, alias, "id", "ran_at", *names)
    values = ", ".join(f"{each} = %s" for each in changed)
    as_it_was = f"{ran_at} IS NULL" if is_first else f"{ran_at} = %s"
    return f"UPDATE {table} SET {values} WHERE {key} = %s AND {as_it_was}"  # noqa: S608


class _Prepared:
    """Makes parameters of values; instants, which many rows share, only once."""

    def __init__(self, alias: str) -> None:
        self._connection = connections[alias]
        self._field = Monitor._meta.get_field("ran_at")
        self._instants: dict[datetime | None, Any] = {}

    def row(self, update: Update, columns: Sequence[str]) -> list[Any]:
        after, outcome, last = update.after, update.last.outcome, update.last
        values: list[Any] = [
            outcome.summary,
            encode(dict(outcome.readings)),
            next(iter(outcome.readings), "")[:100],
            encode(dict(outcome.details)) if outcome.details else "{}",
            outcome.reference,
            outcome.degraded,
            self.instant(after.ran_at),
            last.duration_seconds,
            _memory(after.judgement.memory),
        ]
        if "status" in columns:
            values += [after.status, self.instant(after.status_since), after.reason]
        if "confirmed" in columns:
            believed = after.judgement
            values += [believed.confirmed.value, self.instant(believed.since)]
        if update.good is not None:
            good = update.good
            values += [self.instant(good.at), good.outcome.summary]
        values.append(after.pk)
        if update.before.ran_at is not None:
            values.append(self.instant(update.before.ran_at))
        return values

    def instant(self, at: datetime | None) -> Any:
        if at not in self._instants:
            self._instants[at] = self._field.get_db_prep_save(at, self._connection)
        return self._instants[at]


def _memory(results: Sequence[Result]) -> str:
    pairs = (f'["{each.status.value}",{each.at.timestamp()!r}]' for each in results)
    return f"[{','.join(pairs)}]"
