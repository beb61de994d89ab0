"""Several runners, one run of each slot (X32, F39, F40, F42)."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.support.fleet import Fleet
from tests.support.process import wait_until

pytestmark = pytest.mark.server

DATABASES = ["sqlite", "postgres", "mariadb"]


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    if request.param == "sqlite":
        # As a host has it by default: what we promise must not need better options.
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db")}
    name = f"fleet_{os.getpid()}_{request.node.name.split('[')[0]}"[:60]
    return dict(request.getfixturevalue(request.param).django_database(name))


@pytest.fixture
def fleet(tmp_path: Path, database: dict[str, Any]) -> Iterator[Fleet]:
    fleet = Fleet(tmp_path, database)
    fleet.django("migrate", "--verbosity=0")
    yield fleet
    fleet.end()


@pytest.mark.parametrize("how", ["many", "one"])
def test_four_processes_under_two_host_names_claim_each_of_1000_slots_once(fleet, how):
    """X32: without the lease, which would keep three of them out."""
    fleet.django("shell", "-c", MAKE_MONITORS)
    for number in range(4):
        fleet.start("claimer", "11", how, host="red" if number % 2 else "blue")
    wait_until(lambda: len(list(fleet.folder.glob("ready-*"))) == 4, "four claimers")
    (fleet.folder / "go").touch()
    for process in fleet.processes:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
    claims = Counter((name, slot) for name, slot, _ in fleet.lines("claims"))
    assert len(claims) >= 1000
    assert set(claims.values()) == {1}


def pause_between_writes(pid: int, fleet: Fleet) -> None:
    """
    Stop *pid* in its tracks, but not inside a transaction.

    There it would hold the lock of its database, and no take-over is possible while
    a process that will go on may still commit.
    """
    wait_until(lambda: _is_paused_free(pid, fleet), "a pause between two writes")


def _is_paused_free(pid: int, fleet: Fleet) -> bool:
    os.kill(pid, signal.SIGSTOP)
    if _takes_writes(json.loads(fleet.environment["HOST_DATABASE"])):
        return True
    os.kill(pid, signal.SIGCONT)
    return False


def _takes_writes(database: dict[str, Any]) -> bool:
    """Return whether the lease's row can be written within a second."""
    try:
        with closing(_connect(database)) as connection:
            connection.cursor().execute("UPDATE pulseboard_runnerlease SET pid = pid")
            connection.rollback()
    except Exception:  # each driver has its own word for a lock
        return False
    return True


def _connect(database: dict[str, Any]) -> Any:
    if "sqlite" in database["ENGINE"]:
        return sqlite3.connect(database["NAME"], timeout=0.5)
    login = {"user": database["USER"], "password": database["PASSWORD"]}
    where = {"host": database["HOST"], "port": database["PORT"]}
    if "postgresql" in database["ENGINE"]:
        import psycopg

        name, options = database["NAME"], "-c lock_timeout=500"
        return psycopg.connect(dbname=name, options=options, **login, **where)
    import MySQLdb

    command = "SET innodb_lock_wait_timeout = 1"
    return MySQLdb.connect(
        database=database["NAME"], init_command=command, **login, **where
    )


MAKE_MONITORS = """
from pulseboard.monitors.models import Monitor
Monitor.objects.all().delete()  # of the test before, on the same server
Monitor.objects.bulk_create(
    Monitor(name=f"m{n}", title=f"m{n}", slot=0, interval_seconds=1) for n in range(100)
)
"""


def test_when_the_elected_process_is_killed_another_takes_over(fleet):
    """F40: the lease ends after 15 s; F42: all four start at once."""
    for number in range(4):
        fleet.start("runner_process", "5", "1s", host="red" if number % 2 else "blue")
    fleet.wait_for_lines("ran", 20)
    pids = {pid for *_, pid in fleet.lines("ran")}
    assert len(pids) == 1  # one of the four runs
    elected = pids.pop()
    ran_before = len(fleet.lines("ran"))
    os.kill(elected, signal.SIGKILL)
    wait_until(
        lambda: any(pid != elected for *_, pid in fleet.lines("ran")),
        "another process to run",
        patience_seconds=30,
    )
    fleet.wait_for_lines("ran", ran_before + 30)
    after = {pid for *_, pid in fleet.lines("ran")} - {elected}
    assert len(after) == 1


def test_a_stopped_process_hands_over_at_once(fleet):
    """SIGTERM releases the lease: nobody waits for its end."""
    first = fleet.start("runner_process", "3", "1s")
    fleet.wait_for_lines("ran", 3)
    fleet.start("runner_process", "3", "1s")
    first.send_signal(signal.SIGTERM)
    first.wait(timeout=20)
    (elected,) = {pid for *_, pid in fleet.lines("ran")}
    wait_until(
        lambda: any(pid != elected for *_, pid in fleet.lines("ran")),
        "the other process to run",
        patience_seconds=12,
    )


def test_a_leader_paused_beyond_its_lease_runs_nothing_more(fleet):
    """F41: it wakes under an old number, and the new leader's word stands."""
    for host in ("red", "blue"):
        fleet.start("runner_process", "3", "1s", host=host)
    fleet.wait_for_lines("ran", 6)
    (paused,) = {pid for *_, pid in fleet.lines("ran")}
    pause_between_writes(paused, fleet)
    wait_until(
        lambda: any(pid != paused for *_, pid in fleet.lines("ran")),
        "the other process to run",
        patience_seconds=30,
    )
    os.kill(paused, signal.SIGCONT)
    seen = len(fleet.lines("ran"))
    fleet.wait_for_lines("ran", seen + 15)
    # What it was in the middle of may end; after that it only stands by.
    later = [pid for *_, pid in fleet.lines("ran")][seen + 3 :]
    assert paused not in later


@pytest.mark.parametrize("database", ["mariadb"], indirect=True)
def test_a_server_that_cuts_what_rests_is_no_trouble(fleet, mariadb):
    """F05: `wait_timeout` is shorter than the time between two steps."""
    mariadb.execute("SET GLOBAL wait_timeout = 1")
    try:
        runner = fleet.start("runner_process", "1", "4s")
        fleet.wait_for_lines("ran", 4)
        runner.send_signal(signal.SIGTERM)
        output, _ = runner.communicate(timeout=20)
    finally:
        mariadb.execute("SET GLOBAL wait_timeout = 28800")
    assert "does not answer" not in output
