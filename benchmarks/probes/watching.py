"""
One process with the real runner and nothing else.

``python -m benchmarks.probes.watching CASE`` with *CASE* as JSON prints what it
measured as JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import django
from django.conf import settings

#: Every monitor is due once before this, and asked late: they all begin at once.
SETTLING_SECONDS = 5.0


def main(case: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="pulseboard-benchmark-") as folder:
        _prepare(Path(folder), case)
        return _burst(case) if case["kind"] == "burst" else _paced(case)


def _prepare(folder: Path, case: dict[str, Any]) -> None:
    settings.configure(
        SECRET_KEY="benchmark",
        USE_TZ=True,
        ROOT_URLCONF="benchmarks.probes.urls",
        INSTALLED_APPS=[
            "pulseboard",
            "django.contrib.auth",
            "django.contrib.contenttypes",
        ],
        DATABASES={"default": case.get("database") or _sqlite(folder)},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        PULSEBOARD={
            "LOG_DIR": str(folder),
            "ENDPOINTS": _endpoints(case),
            # The last result of every probe is one of those that are counted.
            "KEEP_METRICS_FOR": "7d",
        },
    )
    django.setup()
    from django.core.management import call_command

    from pulseboard.monitors import registry
    from pulseboard.probes import configured

    call_command("migrate", verbosity=0)
    # Probes alone: the checks of the host are measured elsewhere.
    providers = [configured.provide] if case["kind"] != "burst" else []
    registry._providers[:] = providers
    registry.forget()


def _sqlite(folder: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": folder / "host.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL;",
        },
    }


def _endpoints(case: dict[str, Any]) -> dict[str, Any]:
    if case["kind"] == "burst":
        return {}
    options = {"every": f"{case['every_seconds']:g}s", "retries": 0}
    if case["kind"] == "TLS":
        options["authorities"] = case["authority"]
    return {
        f"e{number}": {"target": f"{case['url']}/{number}", **options}
        for number in range(case["count"])
    }


def _paced(case: dict[str, Any]) -> dict[str, Any]:
    """Run at the pace of the schedule; one figure a round of one interval."""
    from pulseboard.conf import get_settings
    from pulseboard.runner.foreground import run, runner_for

    late = _note_lateness()
    runner = runner_for(get_settings(), "process")
    stop = threading.Event()
    began = time.monotonic()
    thread = threading.Thread(target=run, args=(runner, get_settings(), stop))
    thread.start()
    _wait_for_first(case["count"])
    started_seconds = time.monotonic() - began
    time.sleep(SETTLING_SECONDS)
    late.clear()
    rounds, from_ms = [], int(time.time() * 1000)
    for _ in range(case["rounds"]):
        rounds.append(_one_round(case["every_seconds"]))
    found = {
        "rounds": rounds,
        "started_seconds": started_seconds,
        "lateness": _quantiles(list(late)),
        "rss_mb": _rss_mb(),
    }
    to_ms = int(time.time() * 1000)
    stop.set()
    runner.engine.answered.set()
    thread.join()
    return {**found, **_stored(from_ms, to_ms)}


def _note_lateness() -> list[float]:
    """Return a list that grows by how late each question was begun."""
    from datetime import UTC, datetime

    from pulseboard.monitors import registry
    from pulseboard.monitors.schedule import slot_at, slot_start
    from pulseboard.runner import loop

    late: list[float] = []
    begin = loop.Loop._ask

    async def noting(self: Any, run: Any) -> None:
        now = datetime.now(UTC)
        every = registry.definitions()[run.name].every
        due = slot_start(run.name, every, slot_at(run.name, every, run.jobs[0].ticket))
        late.append((now - due).total_seconds())
        await begin(self, run)

    loop.Loop._ask = noting  # type: ignore[method-assign]
    return late


def _wait_for_first(count: int) -> None:
    from pulseboard.history.models import Run

    while Run.objects.values("series").distinct().count() < count:
        time.sleep(0.5)


def _one_round(seconds: float) -> float:
    began = time.process_time()
    time.sleep(seconds)
    return time.process_time() - began


def _quantiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    places = {"p50": 0.5, "p99": 0.99, "most": 1.0}
    last = len(ordered) - 1
    return {name: ordered[round(place * last)] for name, place in places.items()}


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def _stored(from_ms: int, to_ms: int) -> dict[str, int]:
    from pulseboard.history.models import Run

    rows = Run.objects.filter(at_ms__gte=from_ms, at_ms__lt=to_ms)
    return {"stored": rows.count(), "unhealthy": rows.exclude(status=0).count()}


def _burst(case: dict[str, Any]) -> dict[str, Any]:
    """Run as many a second as it can: what is due is always more."""
    from datetime import timedelta

    from pulseboard.conf import get_settings
    from pulseboard.core.outcome import Outcome, healthy
    from pulseboard.history.models import Run
    from pulseboard.monitors import registry
    from pulseboard.monitors.definition import Definition, Lane
    from pulseboard.runner.foreground import run, runner_for

    async def question() -> Outcome:
        return healthy("answered", response_seconds=0.012)

    declared = [
        Definition(
            name=f"e{number}",
            title=f"E{number}",
            run=question,
            every=timedelta(seconds=1),
            timeout=timedelta(seconds=10),
            lane=Lane.LOOP,
        )
        for number in range(case["count"])
    ]
    registry.provide(lambda: declared)
    runner = runner_for(get_settings(), "process")
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(runner, get_settings(), stop))
    thread.start()
    _wait_for_first(case["count"])
    rounds = []
    for _ in range(case["rounds"]):
        before, began = Run.objects.count(), time.monotonic()
        began_cpu = time.process_time()
        time.sleep(case["every_seconds"])
        stored, seconds = Run.objects.count() - before, time.monotonic() - began
        rounds.append([stored / seconds, (time.process_time() - began_cpu) / seconds])
    stop.set()
    runner.engine.answered.set()
    thread.join()
    return {"rounds": rounds, "rss_mb": _rss_mb()}


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
