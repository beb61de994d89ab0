"""
One process with the real runner and nothing else.

``python -m benchmarks.probes.watching CASE`` with *CASE* as JSON prints what it
measured as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import django
from django.conf import settings

#: After all were asked once, until what that took is over.
SETTLING_SECONDS = 5.0
#: What was claimed at the end of the window has answered and is stored by then.
DRAINING_SECONDS = 5.0


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
    from pulseboard.monitors import registry
    from pulseboard.probes import configured

    _migrate()
    # Probes alone: the checks of the host are measured elsewhere.
    providers = [configured.provide] if case["kind"] != "burst" else []
    registry._providers[:] = providers
    registry.forget()


def _migrate() -> None:
    """Make the tables in a child: no runner does, and what it loads would stay."""
    from django.core.management import call_command
    from django.db import connections

    child = os.fork()
    if not child:
        try:
            call_command("migrate", verbosity=0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        raise SystemExit("the tables could not be made")
    connections.close_all()


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

    late, claimed = _note_lateness(), _note_claims()
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
    time.sleep(DRAINING_SECONDS)
    stop.set()
    runner.engine.answered.set()
    thread.join()
    inside = [each for each in claimed if from_ms <= each[1] < to_ms]
    return {**found, "skipped": _skipped(inside), **_stored(inside)}


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


def _note_claims() -> list[tuple[str, int]]:
    """Return a list that grows by every claimed slot: the monitor, and when."""
    from pulseboard.core.buckets import epoch_ms
    from pulseboard.monitors import store

    claimed: list[tuple[str, int]] = []
    claim_all = store.claim_all

    def noting(due: Any, holder: str, now: Any) -> Any:
        won = claim_all(due, holder, now)
        claimed.extend((each.name, epoch_ms(now)) for each in won)
        return won

    store.claim_all = noting
    return claimed


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


def _skipped(claimed: list[tuple[str, int]]) -> int:
    """Return how many slots between two that were claimed nobody claimed."""
    from datetime import UTC, datetime

    from pulseboard.monitors import registry
    from pulseboard.monitors.schedule import slot_at

    slots: dict[str, list[int]] = {}
    for name, at_ms in claimed:
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
        every = registry.definitions()[name].every
        slots.setdefault(name, []).append(slot_at(name, every, at))
    return sum(max(each) - min(each) + 1 - len(set(each)) for each in slots.values())


def _stored(claimed: list[tuple[str, int]]) -> dict[str, int]:
    """Count the rows of what was *claimed*: none is packed before 70 minutes."""
    from pulseboard.history.models import Run

    rows = Run.objects.values_list("series__monitor", "at_ms", "status")
    found = {(name, at_ms): status for name, at_ms, status in rows}
    statuses = [found[each] for each in claimed if each in found]
    return {
        "claimed": len(claimed),
        "missing": len(claimed) - len(statuses),
        "unhealthy": sum(status != 0 for status in statuses),
    }


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
