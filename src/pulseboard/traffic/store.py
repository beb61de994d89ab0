"""Request counts in the database: flushed by each process, read by everyone."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# Not DatabaseError: "the connection is closed" is an InterfaceError beside it.
from django.db import Error as DatabaseFailure
from django.db import router, transaction

from pulseboard.core.log import get_logger
from pulseboard.core.sketch import Sketch
from pulseboard.traffic.models import TrafficCount
from pulseboard.traffic.recorder import Cell, Key, Minute, Recorder

logger = get_logger("pulseboard.traffic")

FLUSH_EVERY_SECONDS = 10.0
#: Minutes kept in memory while the database is away; older ones are dropped, counted.
MOST_MINUTES = 15
HOUR_SECONDS = 3600
ROLL_UP_AFTER_SECONDS = 2 * HOUR_SECONDS


class _Process:
    """This process's recorder and the minutes that may still change."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.minutes: dict[int, Minute] = {}
        self.unsaved: set[int] = set()
        self.name = f"{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.flushed = 0.0

    def start_anew(self) -> None:
        """Begin empty in a forked child: what the parent counted is the parent's."""
        self.__init__()  # type: ignore[misc]


_process = _Process()
os.register_at_fork(after_in_child=_process.start_anew)


def note(route: str, method: str, status: int, seconds: float) -> None:
    """Count one request. No lock, no query; for the request's own path."""
    _process.recorder.note(route, method, status, seconds, time.time())


def dropped_total() -> int:
    """Return how many requests of this process were not counted."""
    return _process.recorder.dropped_total


def flush_if_due() -> None:
    """Write what was counted, at most every 10 s."""
    if time.monotonic() - _process.flushed >= FLUSH_EVERY_SECONDS:
        flush()


def flush() -> None:
    """Write what was counted since the last flush."""
    process = _process
    process.flushed = time.monotonic()
    process.unsaved |= process.recorder.fold(process.minutes)
    try:
        for minute in sorted(process.unsaved):
            _write(process.name, minute, process.minutes[minute])
            process.unsaved.discard(minute)
    except DatabaseFailure as error:
        logger.warning(
            "Request counts wait for the database (%s)", type(error).__name__
        )
    _let_go(process)


def roll_up(now: datetime) -> None:
    """Merge the minutes of all processes into hours, two hours after their end."""
    limit = int(now.timestamp()) - ROLL_UP_AFTER_SECONDS
    limit -= limit % HOUR_SECONDS
    minutes = TrafficCount.objects.filter(span_seconds=60, started__lt=limit)
    hours = {started - started % HOUR_SECONDS for started in _starts(minutes)}
    for hour in sorted(hours):
        _merge_hour(hour)


def prune(before: datetime, *, limit: int) -> int:
    """Delete at most *limit* rows that started before *before*."""
    deleted = 0
    while deleted < limit:
        old = TrafficCount.objects.filter(started__lt=int(before.timestamp()))
        ids = list(old.values_list("pk", flat=True)[: min(1000, limit - deleted)])
        if not ids:
            break
        TrafficCount.objects.filter(pk__in=ids).delete()
        deleted += len(ids)
    return deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The requests of a span; quantiles are None without any."""

    requests: int
    errors: int
    p50_seconds: float | None
    p95_seconds: float | None
    p99_seconds: float | None
    slowest: tuple[tuple[str, float], ...] = ()

    @property
    def error_ratio(self) -> float:
        """Share of answers with a 5xx status, 0 to 1."""
        return self.errors / self.requests if self.requests else 0.0


def summary(now: datetime, seconds: int) -> Summary:
    """Return the requests of the last *seconds*, over all processes."""
    start = int(now.timestamp()) - seconds
    # Not those of a clock that was ahead and has been set back since.
    span = (start - 60, int(now.timestamp()) + 60)
    rows = TrafficCount.objects.filter(started__range=span)
    cells = _by_key(rows)
    whole = Cell()
    for cell in cells.values():
        whole.merge(cell)
    p50, p95, p99 = whole.sketch.quantiles((0.5, 0.95, 0.99))
    return Summary(
        requests=whole.count,
        errors=sum(c.count for key, c in cells.items() if key.status_class == 5),
        p50_seconds=p50,
        p95_seconds=p95,
        p99_seconds=p99,
        slowest=_slowest(cells),
    )


def performance(now: datetime) -> dict[str, Any]:
    """Return the figures of ``detailed``: milliseconds and percent."""
    hour = summary(now, 3600)
    return {
        "requests_1h": hour.requests,
        "error_count_1h": hour.errors,
        "error_rate_percent": round(hour.error_ratio * 100, 2),
        "response_time_p50_ms": _milliseconds(hour.p50_seconds),
        "response_time_p95_ms": _milliseconds(hour.p95_seconds),
        "response_time_p99_ms": _milliseconds(hour.p99_seconds),
        "slowest_routes": [
            {"route": route, "average_ms": _milliseconds(seconds)}
            for route, seconds in hour.slowest
        ],
    }


def _write(process: str, minute: int, cells: Minute) -> None:
    """Write a minute of ours whole: repeating it after a failure changes nothing."""
    rows = [
        _row(key, cell, minute * 60, 60, process) for key, cell in sorted(cells.items())
    ]
    with transaction.atomic(using=router.db_for_write(TrafficCount)):
        TrafficCount.objects.filter(process=process, started=minute * 60).delete()
        TrafficCount.objects.bulk_create(rows)


def _let_go(process: _Process) -> None:
    """Forget minutes that are saved and over; drop the oldest of too many."""
    latest = max(process.minutes, default=0)
    for minute in sorted(process.minutes):
        over = minute < latest - 1 and minute not in process.unsaved
        if over or len(process.minutes) > MOST_MINUTES:
            cells = process.minutes.pop(minute)
            if minute in process.unsaved:
                process.unsaved.discard(minute)
                lost = sum(cell.count for cell in cells.values())
                process.recorder.dropped_total += lost


def _merge_hour(hour: int) -> None:
    rows = TrafficCount.objects.filter(
        span_seconds=60, started__gte=hour, started__lt=hour + HOUR_SECONDS
    )
    with transaction.atomic(using=router.db_for_write(TrafficCount)):
        ids = [row.pk for row in rows]
        # A flush that comes this late finds its minute gone and adds to the hour.
        merged = [_row(k, c, hour, HOUR_SECONDS, "") for k, c in _by_key(rows).items()]
        TrafficCount.objects.filter(pk__in=ids).delete()
        TrafficCount.objects.bulk_create(merged)


def _starts(rows: Any) -> Iterable[int]:
    starts: Iterable[int] = rows.values_list("started", flat=True).distinct()
    return starts


def _row(key: Key, cell: Cell, started: int, span: int, process: str) -> TrafficCount:
    return TrafficCount(
        started=started,
        span_seconds=span,
        process=process,
        route=key.route[:200],
        method=key.method[:10],
        status_class=key.status_class,
        count=cell.count,
        total_seconds=cell.total_seconds,
        slowest_seconds=cell.slowest_seconds,
        sketch=cell.sketch.to_bytes(),
    )


def _by_key(rows: Iterable[TrafficCount]) -> dict[Key, Cell]:
    cells: dict[Key, Cell] = {}
    for row in rows:
        key = Key(row.route, row.method, row.status_class)
        cells.setdefault(key, Cell()).merge(
            Cell(
                row.count,
                row.total_seconds,
                row.slowest_seconds,
                Sketch.from_bytes(bytes(row.sketch)),
            )
        )
    return cells


def _slowest(cells: dict[Key, Cell]) -> tuple[tuple[str, float], ...]:
    routes: dict[str, Cell] = {}
    for key, cell in cells.items():
        routes.setdefault(f"{key.method} {key.route}", Cell()).merge(cell)
    averages = [
        (name, cell.total_seconds / cell.count) for name, cell in routes.items()
    ]
    return tuple(sorted(averages, key=lambda pair: -pair[1])[:5])


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)


def now_utc() -> datetime:
    """Return the time. Aware, UTC."""
    return datetime.now(UTC)
