"""5b: a check that decides readiness hangs, and nothing is known yet."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from tests.support.projects import Project

from benchmarks.goal import Line
from benchmarks.health.served import KINDS, OneWorker, project_in

ROUNDS = 5
DEADLINE_SECONDS = 2.0
GOAL_MS = 50.0
#: The checks are imported two seconds after the start.
LOADING_SECONDS = 4.0
ASKED_AGAIN = 3
#: No runner: what is answered was asked by the request itself.
SETTINGS = """
PULSEBOARD = {"RUNNER": "process", "CRITICAL_CACHE_FOR": "1s"}
"""
CHECKS = """
import threading
import pulseboard

@pulseboard.check("hangs", timeout="2s", decides_readiness=True)
def hangs():
    threading.Event().wait()
"""


def measured(folder: Path) -> list[Line]:
    project = project_in(folder / "hanging", CHECKS, SETTINGS)
    return [line for kind in KINDS for line in _lines(project, kind)]


def _lines(project: Project, kind: str) -> Iterator[Line]:
    rounds = [_round(project, kind) for _ in range(ROUNDS)]
    late_ms = statistics.median(each[0] for each in rounds)
    yield Line(title=f"{kind}: /health/ready", value=late_ms, goal=GOAL_MS)
    hung = max(each[1] for each in rounds)
    title = f"{kind}: threads, asked {1 + ASKED_AGAIN} times"
    yield Line(title=title, value=hung, goal=1)


def _round(project: Project, kind: str) -> tuple[float, int]:
    """Return the milliseconds after the deadline, and the threads that hang."""
    with OneWorker(project, kind) as server:
        server.get("/health/live")  # the first request loads what all need
        time.sleep(LOADING_SECONDS)
        began = time.perf_counter()
        assert server.get("/health/ready").status == 503
        late = time.perf_counter() - began - DEADLINE_SECONDS
        for _ in range(ASKED_AGAIN):
            time.sleep(1.1)  # what was asked is remembered for a second
            assert server.get("/health/ready").status == 503
        threads = server.get("/threads/").json()
    return late * 1000, threads.count("pulseboard hangs")
