"""The database stops, dies, is read-only or full (D3, F01, F02, F06, F07, M10, X2)."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.process import wait_until
from tests.support.projects import TOKEN, Project, WebServer, start_project

pytestmark = pytest.mark.server

BEARER = {"Authorization": f"Bearer {TOKEN}"}
SETTINGS = """
DATABASES = {{"default": {database!r}}}
PULSEBOARD = {{"CHECK_EVERY": "1s", "CHECK_TIMEOUT": "1s", "CRITICAL_CACHE_FOR": "1s"}}
ALLOWED_HOSTS = ["127.0.0.1"]
DEBUG = False
"""
HELLO = """
from django.http import HttpResponse
urlpatterns += [path("hello/", lambda request: HttpResponse("hello"))]
"""
Served = Callable[[dict[str, Any]], WebServer]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = start_project(tmp_path / "host")
    project.add_pulseboard()
    project.append("urls.py", HELLO)
    return project


@pytest.fixture
def served(project: Project) -> Iterator[Served]:
    started: list[WebServer] = []

    def served(database: dict[str, Any], *, migrated: bool = True) -> WebServer:
        project.append("settings.py", SETTINGS.format(database=database))
        if migrated:
            project.manage("migrate", "--verbosity=0")
        server = project.served("gunicorn")
        server.start()
        started.append(server)
        return server

    yield served
    for server in started:
        server.close()


def is_healthy(server: WebServer) -> bool:
    """Whether a runner has ticked, and every deciding check is well."""
    if server.get("/health/ready").status != 200:
        return False
    return bool(server.get("/health/detailed", **BEARER).json()["runner"]["running"])


def app_serves_and_ready_says_why(server: WebServer) -> None:
    """What holds during every fault of the database."""
    wait_until(
        lambda: server.get("/health/ready").status == 503, "ready to say 503", 20
    )
    wait_until(
        lambda: any(r.startswith("Database: ") for r in reasons_of(server)),
        "the reason",
        20,
    )
    assert server.get("/hello/").text == "hello"
    assert server.get("/health/live").status == 200
    assert set(server.get("/health/ready").json()) == {"status", "timestamp", "service"}
    wait_until(lambda: server.get("/health/").status == 503, "the root to say 503", 20)


def reasons_of(server: WebServer) -> list[str]:
    """Return why it is not ready, as a caller with the settings token learns it."""
    return list(server.get("/health/ready", **BEARER).json().get("reason", []))


@pytest.fixture(params=["postgres", "mariadb"])
def sql(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def test_killed_in_the_middle_results_are_kept_and_merged(served, sql, project):
    """F02, D3"""
    server = served(sql.django_database("killed"))
    wait_until(lambda: is_healthy(server), "the first results", 30)
    sql.kill()
    went_away = time.time()
    app_serves_and_ready_says_why(server)
    wait_until(lambda: time.time() - went_away > 5, "some results without database")
    came_back = time.time()
    sql.start()
    wait_until(lambda: is_healthy(server), "health to return", 30)
    between = runs_between(project, went_away + 1.5, came_back - 0.5)
    assert between > 10, "results of the outage were merged"


def test_down_at_start_the_app_starts_and_recovers_without_a_restart(served, sql):
    """F01"""
    database = sql.django_database("down_at_start")
    project_server = served(database)
    project_server.stop()
    sql.stop()
    project_server.start()
    app_serves_and_ready_says_why(project_server)
    sql.start()
    wait_until(lambda: is_healthy(project_server), "health to return", 40)


def test_read_only_is_named_and_recovers(served, sql):
    """F06"""
    database = sql.django_database("readonly")
    server = served(database)
    wait_until(lambda: is_healthy(server), "the first results", 30)
    with read_only(sql, database["NAME"]):
        wait_until(
            lambda: "Database: is read-only" in reasons_of(server), "the finding", 30
        )
        assert server.get("/hello/").text == "hello"
        assert server.get("/health/live").status == 200
    wait_until(lambda: is_healthy(server), "health to return", 40)


@pytest.mark.root
def test_a_full_disk_corrupts_nothing_and_recovers(served, small_disk, project):
    """F07: SQLite on a disk of 4 MiB."""
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(small_disk / "db")}
    server = served(database)
    wait_until(lambda: is_healthy(server), "the first results", 30)

    def is_full_and_noticed() -> bool:
        fill(small_disk)  # a journal that ends leaves room again
        return server.get("/health/ready").status == 503

    wait_until(is_full_and_noticed, "ready to say 503", 40)
    assert server.get("/hello/").text == "hello"
    assert server.get("/health/live").status == 200
    (small_disk / "filler").unlink(missing_ok=True)
    wait_until(lambda: is_healthy(server), "health to return", 40)
    checked = project.manage("shell", "-c", INTEGRITY)
    assert "ok" in checked


def fill(folder: Path) -> None:
    with contextlib.suppress(OSError), (folder / "filler").open("ab", 0) as filler:
        while True:
            filler.write(b"x" * 4096)


INTEGRITY = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("PRAGMA integrity_check")
    print(cursor.fetchone()[0])
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "none", folder], check=True
    )
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def runs_between(project: Project, start: float, end: float) -> int:
    code = (
        "from pulseboard.models import HealthMetric, Run\n"
        f"print(Run.objects.filter(at_ms__gte={int(start * 1000)},"
        f" at_ms__lte={int(end * 1000)}).count())"
    )
    return int(project.manage("shell", "--verbosity=0", "-c", code).split()[-1])


class read_only:
    """Makes the database *name* of *sql* refuse writes, and takes it back."""

    def __init__(self, sql: Any, name: str) -> None:
        self.sql, self.name = sql, name

    def __enter__(self) -> None:
        self._set("on")

    def __exit__(self, *error: object) -> None:
        self._set("off")

    def _set(self, word: str) -> None:
        if self.sql.name == "postgres":
            self.sql.execute(
                f"ALTER DATABASE {self.name} SET default_transaction_read_only = {word}"
            )
            self.sql.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = '{self.name}'"
            )
        else:
            self.sql.execute(f"SET GLOBAL read_only = {word}")


def test_a_frozen_server_stops_nothing_else(served, sql):
    """F04: it keeps its sockets and answers nothing."""
    server = served(sql.django_database("frozen"))
    wait_until(lambda: is_healthy(server), "the first results", 30)
    threads_before = threads_of(server)
    sql.pause()
    wait_until(
        lambda: server.get("/health/ready").status == 503, "ready to say 503", 30
    )
    for _ in range(20):
        assert server.get("/health/live").status == 200
        assert server.get("/hello/").text == "hello"
    # One for each check that asks the database, one for each of our own readers.
    assert threads_of(server) <= threads_before + 2 * 12
    sql.resume()
    wait_until(lambda: is_healthy(server), "health to return", 60)


def test_cut_connections_are_made_anew(served, postgres, project):
    """F05: every connection is cut, twenty times; nothing is lost or doubled."""
    server = served(postgres.django_database("cut"))
    wait_until(lambda: is_healthy(server), "the first results", 30)
    begun = time.time()
    for _ in range(20):
        postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = 'cut'"
        )
        assert server.get("/hello/").text == "hello"
        time.sleep(0.2)  # the fault itself: one cut every fifth of a second
    wait_until(lambda: is_healthy(server), "health to return", 30)
    wait_until(lambda: runs_between(project, begun, time.time()) > 20, "results", 30)


def threads_of(server: WebServer) -> int:
    return sum(process.num_threads() for process in server.family())
