"""4c: how long a change takes to reach the page, and whom it keeps waiting."""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time

from tests.support.projects import Project

from benchmarks.goal import Line
from benchmarks.page.site import PAGE, Site

ROUNDS = 25
READING_SECONDS = 8.0
#: Between two changes; and between two readings of one reader.
CHANGE_EVERY_SECONDS = 1.0
PAUSE_SECONDS = 0.005
REBUILD_GOAL_MS = 25.0
#: Prints how long each rebuild after a change took, in milliseconds, and of CPU.
REBUILD = """
import json, time
from datetime import UTC, datetime
from pulseboard.monitors.models import Monitor
from pulseboard.statuspage import store

took = []
for number in range({rounds} + 1):
    name = f"service-{{number % {services}}}"
    Monitor.objects.filter(name=name).update(confirmed="critical")
    began, began_cpu = time.perf_counter(), time.process_time()
    store.rebuild(datetime.now(UTC))
    ended, ended_cpu = time.perf_counter(), time.process_time()
    took.append(((ended - began) * 1000, (ended_cpu - began_cpu) * 1000))
    Monitor.objects.filter(name=name).update(confirmed="healthy")
    time.sleep({pause})
print(json.dumps(took[1:]))  # the first one reads the medians of the last day
"""


def measured(project: Project, services: int) -> list[Line]:
    """Return the milliseconds of a rebuild, and of readers beside it and without."""
    rebuilds, of_cpu = zip(*_rebuild(project, services, ROUNDS, 0.0), strict=True)
    with Site(project, "uvicorn", "ours") as site:
        quiet = _read_for(site, READING_SECONDS)
        rounds = int(READING_SECONDS / CHANGE_EVERY_SECONDS) + 2
        arguments = (project, services, rounds, CHANGE_EVERY_SECONDS)
        changing = threading.Thread(target=_rebuild, args=arguments)
        changing.start()
        busy = _read_for(site, READING_SECONDS)
        changing.join()
    return [
        Line(
            title=f"rebuild of {services} services",
            value=statistics.median(rebuilds),
            goal=REBUILD_GOAL_MS,
            note=f"slowest {max(rebuilds):.0f}",
        ),
        Line(
            title=f"rebuild of {services} services, CPU",
            value=statistics.median(of_cpu),
            goal=REBUILD_GOAL_MS,
        ),
        Line(title="reader, p50", value=_at(busy, 0.5), beside=_at(quiet, 0.5)),
        Line(title="reader, p99", value=_at(busy, 0.99), beside=_at(quiet, 0.99)),
        Line(title="reader, slowest", value=max(busy), beside=max(quiet)),
    ]


def _rebuild(
    project: Project, services: int, rounds: int, pause: float
) -> list[tuple[float, float]]:
    text = REBUILD.format(rounds=rounds, services=services, pause=pause)
    printed = project.manage("shell", "-c", text)
    found: list[tuple[float, float]] = json.loads(printed.strip().splitlines()[-1])
    return found


def _read_for(site: Site, seconds: float) -> list[float]:
    """Return the milliseconds of each reading of one reader with one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    took, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        connection.request("GET", PAGE, headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        took.append((time.perf_counter() - began) * 1000)
        assert response.status == 200
        time.sleep(PAUSE_SECONDS)
    connection.close()
    return took


def _at(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
