"""Performance 9: ``python -m benchmarks.imports``."""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys

import django

from benchmarks.goal import Line, show

ROUNDS = 11
KINDS = ("bare", "import", "installed")
GOAL_MS, GOAL_MB = 60.0, 10.0

Figures = dict[str, float]


def main() -> None:
    print(f"Python {platform.python_version()}, Django {django.__version__}")
    for kind in KINDS:  # writes the byte code
        _started(kind)
    rounds = [{kind: _started(kind) for kind in KINDS} for _ in range(ROUNDS)]
    imported = statistics.median(each["import"]["import_ms"] for each in rounds)
    show(
        f"9: a starting Django process with the admin, median of {ROUNDS} rounds",
        [
            Line(title="`import pulseboard`, ms", value=imported, goal=GOAL_MS),
            Line(
                title="`import pulseboard`, MB added",
                value=_added(rounds, "import", "rss_mb"),
                goal=GOAL_MB,
            ),
            Line(
                title="the three lines, ms added to the start",
                value=_added(rounds, "installed", "start_ms"),
                beside=_median(rounds, "bare", "start_ms"),
                goal=GOAL_MS,
            ),
            Line(
                title="the three lines, MB added",
                value=_added(rounds, "installed", "rss_mb"),
                beside=_median(rounds, "bare", "rss_mb"),
                goal=GOAL_MB,
            ),
        ],
        beside="bare",
    )


def _started(kind: str) -> Figures:
    command = [sys.executable, "-m", "benchmarks.imports.started", kind]
    printed = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(printed.stdout.splitlines()[-1]))


def _median(rounds: list[dict[str, Figures]], kind: str, figure: str) -> float:
    return statistics.median(each[kind][figure] for each in rounds)


def _added(rounds: list[dict[str, Figures]], kind: str, figure: str) -> float:
    """Return the median of what *kind* adds to the bare process beside it."""
    return statistics.median(
        each[kind][figure] - each["bare"][figure] for each in rounds
    )


if __name__ == "__main__":
    main()
