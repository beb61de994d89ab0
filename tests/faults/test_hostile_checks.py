"""The worst checks next to two good ones, on running servers (R8, F65 to F67, F71)."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.support import projects
from tests.support.process import wait_until
from tests.support.projects import TOKEN, Answer, WebServer, start_project
from tests.support.servers import SqlServer

from pulseboard.monitors.schedule import slot_at, slot_start

pytestmark = pytest.mark.server

#: Not imported: that would declare them here.
HOSTILE = Path(projects.__file__).with_name("hostile_checks.py")
BEARER = {"Authorization": f"Bearer {TOKEN}"}
SECOND = timedelta(seconds=1)
GOOD = {"good_one", "good_two"}
HUNG = {"hangs_asleep", "hangs_in_a_call", "hangs_without_yielding"}
POLLERS = 100
POLLS_OF_EACH = 5
PATHS = ("/health/", "/health/ready", "/health/detailed", "/threads/")
SETTINGS = """
DATABASES = {{"default": {database!r}}}
INSTALLED_APPS += ["mysite"]
ALLOWED_HOSTS = ["127.0.0.1"]
DEBUG = False
PULSEBOARD = {{"RATE_LIMITS": {{"READ": 100_000}}}}
"""
VIEW = """
import os, threading
from django.http import JsonResponse
from django.utils import timezone, translation

def threads(request):
    return JsonResponse({
        "pid": os.getpid(),
        "threads": [each.name for each in threading.enumerate()],
        "time zone": timezone.get_current_timezone_name(),
        "language": translation.get_language(),
    })

urlpatterns += [path("threads/", threads)]
"""
RUNS = """
SELECT monitor, at_ms, status, reason, readings
FROM pulseboard_run JOIN pulseboard_series s ON s.id = series_id
WHERE reading = '' ORDER BY at_ms
"""
HEALTHY, CRITICAL = 0, 2


@dataclass(frozen=True)
class Run:
    monitor: str
    at: datetime
    status: int
    reason: str
    began_at: datetime | None


@dataclass(frozen=True)
class Host:
    """A served project with hostile checks, and its database seen from outside."""

    server: WebServer
    sql: SqlServer | None
    name: str

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        if self.sql is None:
            return self.server.project.rows(query)
        return self.sql.execute(query, database=self.name)

    def runs(self, *monitors: str) -> list[Run]:
        return [_run(row) for row in self.rows(RUNS) if row[0] in monitors]

    def runs_since(self, at: datetime, *monitors: str) -> list[Run]:
        return [run for run in self.runs(*monitors) if run.at >= at]

    def wait_for_runs(self, count: int, *monitors: str) -> None:
        """Return after *count* more runs of each of *monitors*."""
        before = Counter(run.monitor for run in self.runs(*monitors))

        def are_there() -> bool:
            now = Counter(run.monitor for run in self.runs(*monitors))
            return all(now[each] - before[each] >= count for each in monitors)

        wait_until(are_there, f"{count} runs of each of {monitors}")

    def runner(self) -> int:
        """Return the id of the process that runs."""
        [[pid, number]] = self.rows(
            "SELECT pid, number FROM pulseboard_runnerlease WHERE name = 'runner'"
        )
        assert number == 1, "no second runner ever won"
        return int(pid)

    @property
    def armed(self) -> Path:
        """Checks hang once this file is there."""
        return self.server.project.folder / "mysite" / "armed"

    @property
    def armed_at(self) -> datetime:
        return datetime.fromtimestamp(self.armed.stat().st_mtime, UTC)

    def seen_in_runner(self) -> dict[str, Any]:
        """Return what the host's view says in the process that runs."""
        runner, found = self.runner(), []

        def is_found() -> bool:
            found[:] = [self.server.get("/threads/").json()]
            return bool(found[0]["pid"] == runner)

        wait_until(is_found, "an answer of the process that runs")
        return dict(found[0])

    def threads(self) -> int:
        """Return how many threads stay in the process that runs."""
        process = psutil.Process(self.runner())
        return min(_sampled(process.num_threads, seconds=3))

    def connections(self) -> int:
        """Return how many connections to PostgreSQL stay."""
        assert self.sql is not None
        query = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{self.name}'"
        return min(_sampled(lambda: self.sql.execute(query)[0][0], seconds=3))


@pytest.fixture(
    scope="module",
    params=["gunicorn-postgres", "uvicorn-postgres", "gunicorn-sqlite"],
)
def host(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    kind, database = request.param.split("-")
    folder = tmp_path_factory.mktemp(request.param) / "host"
    project = start_project(folder, GUNICORN_CMD_ARGS="--threads=8")
    project.add_pulseboard()
    project.append("urls.py", VIEW)
    shutil.copy(HOSTILE, folder / "mysite" / "health_checks.py")
    sql, name = None, f"hostile_{kind}"
    if database == "postgres":
        sql = request.getfixturevalue("postgres")
        entry = sql.django_database(name)
        project.append("settings.py", SETTINGS.format(database=entry))
    else:
        entry = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/db.sqlite3"}
        project.append("settings.py", SETTINGS.format(database=entry))
    project.manage("migrate", "--verbosity=0")
    with project.served(kind) as server:
        host = Host(server, sql, name)
        wait_until(lambda: len(_ran(host)) >= 2, "the good checks", 30)
        yield host


@pytest.fixture(scope="module")
def threads_before(host: Host) -> int:
    host.wait_for_runs(2, *GOOD)
    return host.threads()


@pytest.fixture(scope="module")
def armed(host: Host, threads_before: int) -> Host:
    """The host with three checks that hang, reported as such."""
    host.armed.touch()
    wait_until(lambda: _timed_out(host) >= HUNG, "three timeouts", 30)
    return host


def test_each_hung_check_costs_one_thread_and_is_reported(armed, threads_before):
    """F65, promise 3"""
    armed.wait_for_runs(5, *GOOD, *HUNG)
    assert armed.threads() <= threads_before + len(HUNG)
    names = Counter(armed.seen_in_runner()["threads"])
    assert [names[f"pulseboard {each}"] for each in HUNG] == [1, 1, 1]
    detailed = armed.server.get("/health/detailed", **BEARER).json()
    hung = {each["service"]: each for each in detailed["health_checks"]}
    for name in HUNG:
        assert hung[name]["status"] == "critical"
        assert hung[name]["error_message"].startswith("timed out")


def test_the_good_ones_stay_on_time(armed):
    """F65: each begins in its slot, and no slot is left out."""
    armed.wait_for_runs(10, *GOOD)
    for name in GOOD:
        runs = armed.runs_since(armed.armed_at, name)
        assert {run.status for run in runs} == {HEALTHY}
        assert max(_lateness(run) for run in runs) < SECOND
        assert _slots_left_out(runs) == 0


def test_what_raises_or_returns_garbage_is_critical_and_nothing_else(armed):
    """F67: the process lives and still runs."""
    detailed = armed.server.get("/health/detailed", **BEARER).json()
    found = {each["service"]: each["status"] for each in detailed["health_checks"]}
    hostile = [n for n in found if n.startswith(("raises_", "returns_"))]
    assert len(hostile) == 9
    assert {found[name] for name in hostile} == {"critical"}
    assert {found[name] for name in GOOD} == {"healthy"}
    armed.runner()


def test_what_a_check_changes_stays_in_the_check(armed):
    """F71"""
    seen = armed.seen_in_runner()
    assert (seen["time zone"], seen["language"]) == ("UTC", "en-us")


def test_a_fork_leaves_one_result_one_runner_and_no_process(armed):
    """F44"""
    forks = {"forks_and_exits", "forks_and_returns"}
    before = _settled_family(armed)
    armed.wait_for_runs(3, *forks)
    assert {run.status for run in armed.runs(*forks)} == {HEALTHY}
    assert _settled_family(armed) == before
    assert armed.runner() in before


def test_connections_stay_flat(armed):
    """F71: one check leaves a transaction open at every run."""
    if armed.sql is None:
        pytest.skip("SQLite has no server that counts connections")
    before = armed.connections()
    armed.wait_for_runs(10, "leaks_connections")
    assert armed.connections() <= before
    idle = (
        "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' "
        f"AND datname = '{armed.name}' AND now() - state_change > interval '2 seconds'"
    )
    assert armed.sql.execute(idle) == [(0,)]


def test_a_hundred_parallel_polls_are_all_answered(armed, threads_before):
    """R8, F66: none with a 5xx, and the good checks stay on time meanwhile."""
    before = datetime.now(UTC)
    with ThreadPoolExecutor(POLLERS) as pollers:
        asked = [path for path in PATHS for _ in range(POLLERS * POLLS_OF_EACH // 4)]
        answers = list(pollers.map(lambda path: _poll(armed.server, path), asked))
    assert Counter(each.status for each in answers) == {200: POLLERS * POLLS_OF_EACH}
    armed.wait_for_runs(2, *GOOD)
    during = armed.runs_since(before, *GOOD)
    assert max(_lateness(run) for run in during) < SECOND
    names = Counter(armed.seen_in_runner()["threads"])
    assert [names[f"pulseboard {each}"] for each in HUNG] == [1, 1, 1]


def test_the_server_ends_although_checks_hang(armed):
    """The last test of this host."""
    armed.server.end(signal.SIGTERM, 15)


def _poll(server: WebServer, path: str) -> Answer:
    return server.get(path, **BEARER)


def _run(row: tuple[Any, ...]) -> Run:
    monitor, at_ms, status, reason, readings = row
    readings = json.loads(readings) if isinstance(readings, str) else readings
    began = readings.get("began_seconds")
    return Run(
        monitor,
        datetime.fromtimestamp(at_ms / 1000, UTC),
        status,
        reason,
        datetime.fromtimestamp(began, UTC) if began else None,
    )


def _ran(host: Host) -> set[str]:
    return {run.monitor for run in host.runs(*GOOD)}


def _timed_out(host: Host) -> set[str]:
    return {run.monitor for run in host.runs(*HUNG) if run.reason == "timeout"}


def _lateness(run: Run) -> timedelta:
    """Return how long after the start of its slot *run* began."""
    assert run.began_at is not None
    return run.began_at - slot_start(run.monitor, SECOND, _slot(run))


def _slot(run: Run) -> int:
    return slot_at(run.monitor, SECOND, run.at)


def _slots_left_out(runs: list[Run]) -> int:
    slots = [_slot(run) for run in runs]
    return slots[-1] - slots[0] + 1 - len(slots)


def _settled_family(host: Host) -> set[int]:
    """Return the processes that stay; forked children come and go."""
    family = _sampled(lambda: {each.pid for each in host.server.family()}, seconds=2)
    return set.intersection(*family)


def _sampled(figure: Callable[[], Any], *, seconds: float) -> list[Any]:
    until, found = time.monotonic() + seconds, []
    while time.monotonic() < until:
        found.append(figure())
        time.sleep(0.01)
    return found
