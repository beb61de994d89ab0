"""Several runners, one run of each slot (X32, F39, F40, F42)."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
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


def test_four_processes_under_two_host_names_claim_each_of_1000_slots_once(fleet):
    """X32: without the lease, which would keep three of them out."""
    fleet.django("shell", "-c", MAKE_MONITORS)
    for number in range(4):
        fleet.start("claimer", "11", host="red" if number % 2 else "blue")
    wait_until(lambda: len(list(fleet.folder.glob("ready-*"))) == 4, "four claimers")
    (fleet.folder / "go").touch()
    for process in fleet.processes:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
    claims = Counter((name, slot) for name, slot, _ in fleet.lines("claims"))
    assert len(claims) >= 1000
    assert set(claims.values()) == {1}


MAKE_MONITORS = """
from pulseboard.monitors.models import Monitor
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
    os.kill(paused, signal.SIGSTOP)
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
