"""4b: the short cut and the bare case, in turn, under the load of wrk."""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.projects import Project

from benchmarks.goal import Line
from benchmarks.page.asked import ask
from benchmarks.page.site import JSON, KINDS, PAGE, Site, remember

ROUNDS = 5
TURN_SECONDS = 3
CONNECTIONS = 100
PATHS = {"page": PAGE, "JSON": JSON}
#: Of the server, not of the application: each server adds its own.
NOT_OURS = {"date", "server", "connection", "transfer-encoding"}
#: Requests a second, by the server; None: judged beside the bare case.
GOALS: dict[str, float | None] = {
    "uvicorn": 40_000,
    "granian": 14_000,
    "gunicorn": None,
}
P99_GOAL_MS = 5.0
SHARE_OF_BARE = 0.9
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Turn:
    """
    What wrk found in one turn.

    Args:
        cpu_us: Processor time of the server per request: what is left of the figure
            on a machine that has other work.
    """

    per_second: float
    p99_ms: float
    cpu_us: float
    failed: int


def measured(project: Project) -> list[Line]:
    """Return the microseconds of a request, by server and path."""
    if shutil.which("wrk") is None:
        return [Line(title="requests", value=None, note="wrk is not installed")]
    return [line for kind in KINDS for line in _lines(project, kind)]


def _lines(project: Project, kind: str) -> Iterator[Line]:
    with Site(project, kind, "ours") as ours:
        remember(project, {path: _answer(ours, path) for path in PATHS.values()})
        with Site(project, kind, "bare") as bare:
            for name, path in PATHS.items():
                yield from _compared(kind, name, path, ours, bare)


def _answer(site: Site, path: str) -> tuple[list[list[str]], bytes]:
    asked = ask(site.port, path)
    assert asked.status == 200, f"{path}: {asked.status}"
    kept = [pair for pair in asked.headers if pair[0] not in NOT_OURS]
    return kept, asked.body


def _compared(
    kind: str, name: str, path: str, ours: Site, bare: Site
) -> Iterator[Line]:
    for site in (ours, bare):
        _turn(site, path, seconds=1)
    pairs = [
        (_turn(ours, path, TURN_SECONDS), _turn(bare, path, TURN_SECONDS))
        for _ in range(ROUNDS)
    ]
    mine, their = zip(*pairs, strict=True)
    title = f"{kind}, {name}"
    goal = GOALS[kind]
    rate, beside = _median(mine, "per_second"), _median(their, "per_second")
    yield Line(
        title=f"{title}: µs a request",
        value=1e6 / rate,
        beside=1e6 / beside,
        goal=None if goal is None else 1e6 / goal,
        note=f"{rate:,.0f} a second",
    )
    yield Line(
        title=f"{title}: µs of CPU",
        value=_median(mine, "cpu_us"),
        beside=_median(their, "cpu_us"),
        goal=None if goal is None else 1e6 / goal,
    )
    if goal is None:
        ratio = statistics.median(b.per_second / a.per_second for a, b in pairs)
        yield Line(
            title=f"{title}: bare / ours, of turns", value=ratio, goal=1 / SHARE_OF_BARE
        )
    yield Line(
        title=f"{title}: p99, ms",
        value=_median(mine, "p99_ms"),
        beside=_median(their, "p99_ms"),
        goal=P99_GOAL_MS if kind == "uvicorn" else None,
    )
    failed = sum(turn.failed for turn in mine)
    if failed:
        yield Line(title=f"{title}: failed", value=failed, goal=0)


def _median(turns: tuple[Turn, ...], name: str) -> float:
    return statistics.median(getattr(turn, name) for turn in turns)


def _turn(site: Site, path: str, seconds: int) -> Turn:
    options = (f"-c{CONNECTIONS}", "-t1", f"-d{seconds}s", "--latency")
    url = f"http://127.0.0.1:{site.port}{path}"
    before = _cpu_seconds(site)
    ran = subprocess.run(
        ["wrk", *options, "-H", "Accept-Encoding: gzip", url],
        capture_output=True,
        text=True,
        check=True,
    )
    return _read(ran.stdout, _cpu_seconds(site) - before)


def _cpu_seconds(site: Site) -> float:
    times = [each.cpu_times() for each in site.family()]
    return sum(each.user + each.system for each in times)


def _read(text: str, cpu_seconds: float) -> Turn:
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    assert rate, text
    assert p99, text
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    failed = int(wrong[1]) if wrong else 0
    asked = re.search(r"(\d+) requests in", text)
    assert asked, text
    cpu_us = cpu_seconds * 1e6 / int(asked[1])
    return Turn(float(rate[1]), float(p99[1]) * UNITS[p99[2]], cpu_us, failed)
