"""Clocks that jump, and hosts without time zones (F33, F34, F36)."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from tests.support.fleet import Fleet
from tests.support.process import find, wait_until
from tests.support.projects import TOKEN, WebServer, start_project

pytestmark = pytest.mark.server

CHECKS = 3
EVERY_SECONDS = 5.0
#: SQLite has no clock of its own, so the host's is looked at every five seconds.
LOOK_SECONDS = 5.0
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Clock:
    """The wall clock of other processes; their monotonic clock stays."""

    def __init__(self, folder: Path) -> None:
        library = Path(find("faketime")).resolve()
        assert library.exists()
        [path, *_] = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        self._file = folder / "clock"
        self.environment = {
            "LD_PRELOAD": str(path),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "NO_FAKE_STAT": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self.jump(timedelta())

    def jump(self, offset: timedelta) -> None:
        """Set the clock *offset* off the true time."""
        written = self._file.with_suffix(".new")
        written.write_text(f"{offset.total_seconds():+.0f}\n")
        written.replace(self._file)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path)


@pytest.fixture
def fleet(tmp_path: Path, clock: Clock) -> Iterator[Fleet]:
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db")}
    fleet = Fleet(tmp_path, database)
    fleet.django("migrate", "--verbosity=0")
    fleet.environment |= clock.environment
    fleet.start("runner_process", str(CHECKS), f"{EVERY_SECONDS:g}s")
    fleet.wait_for_lines("ran", CHECKS * 2)
    yield fleet
    fleet.end()


@pytest.mark.parametrize("offset", [HOUR, 3650 * DAY, -HOUR])
def test_a_clock_that_jumps_neither_stalls_nor_bursts(fleet, clock, offset):
    """F33, F34: gaps of at most two intervals, no slot made up for, no alert."""
    clock.jump(offset)
    arrivals = Arrivals(fleet)
    wait_until(lambda: arrivals.have_seen(offset), "runs under the new clock", 30)
    wait_until(lambda: arrivals.seconds() > LOOK_SECONDS + 5, "a while")
    assert arrivals.longest_gap_seconds() <= 2 * EVERY_SECONDS
    assert max(arrivals.by_check().values()) <= arrivals.seconds() / EVERY_SECONDS + 2
    assert fleet.django("shell", "--verbosity=0", "-c", ALERTS).split() == ["0"]
    wait_until(
        lambda: _results_age_seconds(fleet) < 2 * EVERY_SECONDS, "newer results", 20
    )


class Arrivals:
    """When runs were seen, by a clock that does not jump."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self._known = len(fleet.lines("ran"))
        self._seen: list[tuple[float, str, float]] = []
        self._began = time.monotonic()

    def look(self) -> None:
        lines = self.fleet.lines("ran")
        now = time.monotonic()
        self._seen += [(now, name, at) for name, at, *_ in lines[self._known :]]
        self._known = len(lines)

    def have_seen(self, offset: timedelta) -> bool:
        """Return whether runs came for a while under a clock that is *offset* off."""
        self.look()
        shifted = [at for _, _, at in self._seen if _is_shifted(at, offset)]
        return len(shifted) >= CHECKS * 2

    def seconds(self) -> float:
        """Look, and return for how long that has gone on."""
        self.look()
        return time.monotonic() - self._began

    def by_check(self) -> Counter[str]:
        return Counter(name for _, name, _ in self._seen)

    def longest_gap_seconds(self) -> float:
        longest = 0.0
        for check in self.by_check():
            times = [self._began, *(at for at, name, _ in self._seen if name == check)]
            longest = max(longest, *(b - a for a, b in pairwise(times)))
        return longest


ALERTS = """
from pulseboard.models import SystemAlert
# A busy machine may time out a built-in check; these three only write a line.
print(SystemAlert.objects.filter(subject__startswith="job_").count())
"""
AGE = """
from datetime import UTC, datetime
from pulseboard.models import Monitor
last = Monitor.objects.get(name="job_00").ran_at
print(abs((datetime.now(UTC) - last).total_seconds()))
"""


def _results_age_seconds(fleet: Fleet) -> float:
    return float(fleet.django("shell", "--verbosity=0", "-c", AGE))


def _is_shifted(at: float, offset: timedelta) -> bool:
    return abs(at - time.time() - offset.total_seconds()) < 600


@pytest.mark.parametrize("database", ["sqlite", "postgres", "mariadb"])
def test_without_time_zones_all_of_it_works(tmp_path, request, database):
    """F36: USE_TZ is off and the host lives far from UTC."""
    project = start_project(tmp_path / "host", TZ="Pacific/Apia")
    project.add_pulseboard()
    project.append("settings.py", WITHOUT_ZONES)
    if database != "sqlite":
        entry = request.getfixturevalue(database).django_database("without_zones")
        project.append("settings.py", f'DATABASES = {{"default": {entry!r}}}')
    project.manage("migrate", "--verbosity=0")
    with project.served("gunicorn") as server:
        for _ in range(3):  # what is read back is as old as it is
            wait_until(lambda: max(_ages_seconds(server)) < 8, "fresh results")
            assert min(_ages_seconds(server)) >= 0
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert server.get("/health/ready").status == 200
        assert server.get("/health/dashboard", **bearer).status == 200
        assert server.get("/health/api/overview", **bearer).status in {200, 404}
        assert "Traceback" not in server.log()
        assert "RuntimeWarning" not in server.log()


WITHOUT_ZONES = """
USE_TZ = False
TIME_ZONE = "Pacific/Apia"
ALLOWED_HOSTS = ["127.0.0.1"]
PULSEBOARD = {"CHECK_EVERY": "2s"}
"""


def _ages_seconds(server: WebServer) -> list[float]:
    """Return the ages of the results once a runner runs; one of a year before."""
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    answer = server.get("/health/detailed", **bearer).json()
    if not answer.get("runner", {}).get("running"):
        return [timedelta(days=365).total_seconds()]
    ages = [each["details"].get("age_seconds") for each in answer["health_checks"]]
    return [math.inf if age is None else age for age in ages]
