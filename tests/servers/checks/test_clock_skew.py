"""X4: a server whose clock really is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.process import find
from tests.support.servers import MariaDB, Postgres

from pulseboard.checks.builtin.clock_skew import ClockSkew
from pulseboard.checks.check import NotApplicable
from pulseboard.core.outcome import Reason
from pulseboard.core.status import Status

pytestmark = pytest.mark.server


def run(alias, **limits):
    return ClockSkew(alias=alias, **limits).run()


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_two_processes_of_one_machine_agree(request, database, kind):
    outcome = run(database(request.getfixturevalue(kind).django_database()))
    assert outcome.status is Status.HEALTHY
    assert outcome.readings["clock_skew_seconds"] < 2
    assert outcome.summary.startswith("clocks agree to ")


@pytest.mark.parametrize(
    ("offset", "status", "summary"),
    [
        ("+10s", Status.WARNING, " ahead of ours, limit 2.0 s"),
        ("-10s", Status.WARNING, " behind ours, limit 2.0 s"),
        ("+1h", Status.CRITICAL, " ahead of ours, limit 30 s"),
    ],
)
def test_a_postgresql_clock_that_is_off_is_graded(database, offset, status, summary):
    with Postgres(environment=shifted(offset)) as server:
        outcome = run(database(server.django_database()))
    assert (outcome.status, outcome.reason) == (status, Reason.THRESHOLD)
    assert outcome.summary.endswith(summary)


def test_a_mariadb_clock_that_is_off_is_graded_in_any_time_zone(database):
    options = {"default-time-zone": "+05:00"}
    with MariaDB(environment=shifted("-1h"), options=options) as server:
        outcome = run(database(server.django_database()))
    assert outcome.status is Status.CRITICAL
    assert outcome.readings["clock_skew_seconds"] == pytest.approx(3600, abs=2)


def test_a_dead_server_is_told_by_the_database_check_alone(postgres, database):
    alias = database(postgres.django_database())
    postgres.stop()
    outcome = run(alias)
    assert (outcome.status, outcome.reason) == (Status.UNKNOWN, Reason.BLOCKED)


def test_sqlite_has_no_clock_of_its_own(postgres, database):
    with pytest.raises(NotApplicable, match="clock"):
        ClockSkew.instances()
    alias = database(postgres.django_database())
    assert ClockSkew.instances() == {"": {"alias": alias}}


def shifted(offset):
    """Return an environment in which the wall clock is *offset* away."""
    find("faketime")
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME": offset,
        # Waiting must take as long as ever.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
