"""
Performance 3a and 3b: ``python -m benchmarks.history``.

Builds a year of a hundred one-minute endpoints beside a table of one row per check,
asks both the same three questions in turn, and prints what it saw.
"""

from __future__ import annotations

import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, timedelta
from pathlib import Path
from typing import NamedTuple

from benchmarks.history import host, rows, year

ROUNDS = 7
#: A quick question is asked again until this much time has passed in its turn.
TURN_SECONDS = 0.02
GOAL_BYTES = 2.0

Question = Callable[[], object]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pulseboard-benchmark-") as folder:
        host.prepare(Path(folder))
        print(
            f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
            f"{year.ENDPOINTS} endpoints, a check a minute, {year.DAYS} days"
        )
        weights = year.fill()
        bare = rows.Rows(Path(folder))
        _print_weights(weights, bare.fill())
        _print_times(_ours(), _theirs(bare))


def _print_weights(weights: Mapping[str, int], row_bytes: int) -> None:
    print(f"\n{'stored':<28}{'MB':>9}{'bytes per check':>18}")
    history = sum(size for title, size in weights.items() if "Metric" not in title)
    total = sum(weights.values())
    for title, size in (
        *weights.items(),
        (f"history (goal {GOAL_BYTES:g})", history),
        ("history and HealthMetric", total),
    ):
        print(f"{title:<28}{size / 1e6:>9.2f}{size / year.CHECKS:>18.3f}")
    each = row_bytes / rows.CHECKS
    print(
        f"{f'row per check, {rows.DAYS} days':<28}{row_bytes / 1e6:>9.2f}{each:>18.3f}"
    )
    print(f"row per check weighs {each / (history / year.CHECKS):.0f} times as much")


def _ours() -> dict[str, tuple[float, Question]]:
    """Return goal in milliseconds and question."""
    from pulseboard.history import store

    monitors = [year.name_of(each) for each in range(year.ENDPOINTS)]
    day = (year.NOW - timedelta(days=1), year.NOW)
    one = year.name_of(49)
    return {
        "24 h uptime of 100": (2.0, lambda: store.uptime_of(monitors, *day)),
        "90 daily bars of 100": (
            5.0,
            lambda: store.day_bars(monitors, 90, UTC, now=year.NOW),
        ),
        "24 h chart of one, p95": (
            2.0,
            lambda: store.series_points(one, "", *day, 288),
        ),
    }


def _theirs(bare: rows.Rows) -> dict[str, tuple[float, Question]]:
    """Return the factor by which a question covers too little, and the question."""
    return {
        "24 h uptime of 100": (1.0, bare.uptime_of_all),
        "90 daily bars of 100": (90 / rows.DAYS, bare.bars_of_all),
        "24 h chart of one, p95": (1.0, bare.chart_of_one),
    }


def _print_times(
    ours: Mapping[str, tuple[float, Question]],
    theirs: Mapping[str, tuple[float, Question]],
) -> None:
    print(
        f"\nmedian of {ROUNDS} rounds in turn, ms; bars over rows are measured over "
        f"{rows.DAYS} days and multiplied by {90 / rows.DAYS:g}"
    )
    print(
        f"{'question':<26}{'goal':>6}{'ours':>8}{'CPU':>8}{'rows':>11}{'rows/ours':>11}"
    )
    for title, (goal_ms, ask) in ours.items():
        factor, ask_rows = theirs[title]
        mine, their = _interleaved(ask, ask_rows)
        rows_ms = their.wall_ms * factor
        print(
            f"{title:<26}{goal_ms:>6g}{mine.wall_ms:>8.2f}{mine.cpu_ms:>8.2f}"
            f"{rows_ms:>11.2f}{rows_ms / mine.wall_ms:>11.1f}"
        )


class Taken(NamedTuple):
    """What one question took. On a busy machine the CPU time says more."""

    wall_ms: float
    cpu_ms: float


def _interleaved(one: Question, other: Question) -> tuple[Taken, Taken]:
    """Return the medians of each, asked in turn, warmed up once."""
    one(), other()
    rounds = [(_taken(one), _taken(other)) for _ in range(ROUNDS)]
    first, second = zip(*rounds, strict=True)
    return _median(first), _median(second)


def _taken(question: Question) -> Taken:
    """Return the mean of one turn."""
    began, began_cpu = time.perf_counter(), time.process_time()
    asked = 0
    while not asked or time.perf_counter() - began < TURN_SECONDS:
        question()
        asked += 1
    wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    return Taken(wall * 1000 / asked, cpu * 1000 / asked)


def _median(taken: Sequence[Taken]) -> Taken:
    return Taken(*(statistics.median(column) for column in zip(*taken, strict=True)))


if __name__ == "__main__":
    main()
