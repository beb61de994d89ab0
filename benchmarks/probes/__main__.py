"""
Performance 2a to 2c: ``python -m benchmarks.probes``.

A server answers in a process of its own. A thousand endpoints of it are asked every
twenty seconds by one process with the real runner on SQLite, and at the same time by
a bare loop that neither judges nor stores; then as many trivial coroutines as one
process can store.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django

from benchmarks.goal import Line, show
from benchmarks.probes.served import Server

ROOT = Path(__file__).parents[2]
COUNT, EVERY_SECONDS, ROUNDS = 1000, 20.0, 5
MANY = 5000
BURST_MONITORS, BURST_ROUNDS, BURST_SECONDS = 12_000, 5, 4.0
KINDS = ("plain", "TLS")


def main() -> None:
    print(f"Python {platform.python_version()}, Django {django.__version__}, SQLite")
    with tempfile.TemporaryDirectory(prefix="pulseboard-benchmark-") as folder:
        server = Server(Path(folder))
        try:
            _paced(server)
            _many(server)
        finally:
            server.close()
    _burst()


def _paced(server: Server) -> None:
    """Ours and the bare case at the same time: the machine is the same for both."""
    watching = {
        kind: _watching(server, kind, count=COUNT, rounds=ROUNDS) for kind in KINDS
    }
    bare = {kind: _bare(server, kind) for kind in KINDS}
    found = {kind: _said(process) for kind, process in watching.items()}
    beside = {kind: _said(process) for kind, process in bare.items()}
    show(
        f"2a: CPU seconds per 1,000 HTTP checks at {COUNT} every {EVERY_SECONDS:g} s, "
        f"median of {ROUNDS} rounds",
        [
            Line(
                title=kind,
                value=_median(found[kind]["rounds"]),
                beside=_median(beside[kind][1:]),
                goal=0.10 if kind == "plain" else None,
            )
            for kind in KINDS
        ],
        beside="bare loop",
    )
    _show_promptness(found)
    show(
        f"2c: MiB resident at {COUNT} monitors",
        [Line(title=kind, value=found[kind]["rss_mb"], goal=70) for kind in KINDS],
    )


def _show_promptness(found: dict[str, Any]) -> None:
    show(
        "2a: seconds a check began after it was due",
        [
            Line(
                title=f"{kind}, {name}", value=value, goal=1 if name == "p99" else None
            )
            for kind in KINDS
            for name, value in found[kind]["lateness"].items()
        ],
    )
    _show_completeness(found)


def _show_completeness(found: dict[str, Any]) -> None:
    for kind, each in found.items():
        print(f"{kind}: {each['claimed']:,} slots were claimed in the window")
    show(
        "2a: slots nobody claimed, claimed ones without a stored result, bad results",
        [
            Line(title=f"{kind}, {name}", value=found[kind][name], goal=0)
            for kind in found
            for name in ("skipped", "missing", "unhealthy")
        ],
    )


def _many(server: Server) -> None:
    found = _said(_watching(server, "plain", count=MANY, rounds=1))
    show(
        f"2c: {MANY} monitors",
        [
            Line(title="MiB resident", value=found["rss_mb"], goal=90),
            Line(
                title="seconds until all had been asked once",
                value=found["started_seconds"],
                goal=EVERY_SECONDS,
            ),
            Line(title="lateness p99, seconds", value=found["lateness"]["p99"], goal=1),
        ],
    )
    _show_completeness({f"{MANY} monitors": found})


def _burst() -> None:
    case = {
        "kind": "burst",
        "count": BURST_MONITORS,
        "rounds": BURST_ROUNDS,
        "every_seconds": BURST_SECONDS,
    }
    found = _said(_started("watching", json.dumps(case)))
    per_core = _median([stored / cpu for stored, cpu in found["rounds"]])
    wall = _median([stored for stored, _ in found["rounds"]])
    show(
        "2b: microseconds of one core per stored check (8,000 a second are 125)",
        [Line(title="trivial coroutine", value=1e6 / per_core, goal=125)],
    )
    print(
        f"{per_core:,.0f} stored checks a second of CPU, {wall:,.0f} a second by the "
        "clock"
    )


def _watching(
    server: Server, kind: str, *, count: int, rounds: int
) -> subprocess.Popen[str]:
    case = {
        "kind": kind,
        "url": server.urls[kind],
        "authority": str(server.authority),
        "count": count,
        "every_seconds": EVERY_SECONDS,
        "rounds": rounds,
    }
    return _started("watching", json.dumps(case))


def _bare(server: Server, kind: str) -> subprocess.Popen[str]:
    # One more, to be warm: ours begins to be measured when it is.
    numbers = (COUNT, EVERY_SECONDS, ROUNDS + 1)
    arguments = [server.urls[kind], str(server.authority), *map(str, numbers)]
    return _started("bare", *arguments)


def _started(module: str, *arguments: str) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.probes.{module}", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
    )


def _said(process: subprocess.Popen[str]) -> Any:
    output, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"a part of the benchmark ended with {process.returncode}")
    return json.loads(output.splitlines()[-1])


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)


if __name__ == "__main__":
    main()
