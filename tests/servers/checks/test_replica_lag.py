"""X28: replicas that follow, fall behind and stop, on real servers."""

from __future__ import annotations

import contextlib

import pytest
from tests.support.process import wait_until
from tests.support.servers import PASSWORD, USER, MariaDB

from pulseboard.checks.builtin.database import Database
from pulseboard.checks.builtin.replica_lag import ReplicaLag
from pulseboard.checks.check import NotApplicable
from pulseboard.core.outcome import Reason
from pulseboard.core.status import Status

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def standby(postgres):
    postgres.django_database("followed")
    with postgres.standby() as server:
        yield server


@pytest.fixture
def replica(standby, database):
    entry = standby.primary.django_database("followed")
    return database(entry | {"PORT": standby.port})


def run(alias, **limits):
    return ReplicaLag(alias=alias, **limits).run()


def paused(standby):
    """Let the primary go on while the standby replays nothing."""
    standby.execute("SELECT pg_wal_replay_pause()")
    wait_until(
        lambda: (
            standby.execute("SELECT pg_get_wal_replay_pause_state()") == [("paused",)]
        ),
        "the replay to pause",
    )
    standby.primary.execute("CREATE TABLE IF NOT EXISTS behind (number int)")
    wait_until(lambda: _has_more(standby), "changes to arrive")


def _has_more(standby):
    question = "SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()"
    return standby.execute(question) == [(True,)]


def test_a_standby_that_has_caught_up_is_healthy_however_idle(standby, replica):
    wait_until(lambda: not _has_more(standby), "the standby to catch up")
    outcome = run(replica)
    assert outcome.status is Status.HEALTHY
    assert outcome.readings == {"replica_lag_seconds": 0.0}
    assert outcome.details == {"streaming": True, "replay_paused": False}


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        ({"warning_above": 600.0, "critical_above": 600.0}, Status.HEALTHY),
        ({"warning_above": 0.0, "critical_above": 600.0}, Status.WARNING),
        ({"warning_above": 0.0, "critical_above": 0.0}, Status.CRITICAL),
    ],
)
def test_a_standby_that_falls_behind_is_graded(standby, replica, limits, status):
    # Something replayed gives the time it is measured from.
    standby.primary.execute("DROP TABLE IF EXISTS behind")
    wait_until(lambda: not _has_more(standby), "the standby to catch up")
    paused(standby)
    outcome = run(replica, **limits)
    standby.execute("SELECT pg_wal_replay_resume()")
    assert outcome.status is status
    assert outcome.readings["replica_lag_seconds"] > 0
    assert outcome.details["replay_paused"] is True
    assert "replay is paused" in outcome.summary


def test_a_standby_without_its_primary_is_not_up_to_date(standby, replica):
    standby.primary.execute("DROP TABLE IF EXISTS behind")
    standby.primary.stop()
    question = "SELECT count(*) FROM pg_stat_wal_receiver"
    wait_until(lambda: standby.execute(question) == [(0,)], "the stream to end")
    outcome = run(replica, warning_above=0.0)
    assert outcome.status is Status.WARNING
    assert "not connected to its primary" in outcome.summary
    standby.primary.start()


def test_a_dead_standby_is_told_by_the_database_check_alone(standby, replica):
    standby.stop()
    outcome, database_outcome = run(replica), Database(alias=replica).run()
    standby.start()
    assert (outcome.status, outcome.reason) == (Status.UNKNOWN, Reason.BLOCKED)
    assert outcome.summary == "not asked, the database: refuses connections"
    assert database_outcome.status is Status.CRITICAL


def test_a_server_that_follows_no_other_is_not_asked(postgres, mariadb, database):
    for server in (postgres, mariadb):
        alias = database(server.django_database())
        assert run(alias).reason is Reason.NOT_APPLICABLE
    with pytest.raises(NotApplicable, match="replica"):
        ReplicaLag.instances()


def test_instances_are_what_settings_or_the_server_call_a_replica(
    postgres, replica, database
):
    entry = postgres.django_database()
    mirror = database(entry | {"TEST": {"MIRROR": "default"}})
    database(entry)
    assert set(ReplicaLag.instances()) == {replica, mirror}


@pytest.fixture(scope="module")
def follower():
    """A MariaDB replica and its primary."""
    with (
        MariaDB(options={"log-bin": "binlog", "server-id": "1"}) as primary,
        MariaDB(options={"server-id": "2"}) as server,
    ):
        server.execute(
            f"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={primary.port}, "
            f"MASTER_USER='{USER}', MASTER_PASSWORD='{PASSWORD}', "
            "MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1"
        )
        server.primary = primary
        # What the primary wrote while it was set up exists here too.
        position = primary.execute("SELECT @@gtid_current_pos")[0][0]
        server.execute(f"SET GLOBAL gtid_slave_pos = '{position}'")
        server.execute("START SLAVE")
        yield server


def seconds_behind(server):
    with contextlib.closing(server.connect()) as connection:
        import MySQLdb.cursors

        cursor = connection.cursor(MySQLdb.cursors.DictCursor)
        cursor.execute("SHOW REPLICA STATUS")
        return cursor.fetchone()["Seconds_Behind_Master"]


def test_a_mariadb_replica_follows_falls_behind_and_stops(follower, database):
    alias = database(follower.django_database("own"))
    wait_until(lambda: seconds_behind(follower) == 0, "the replica to catch up")
    assert run(alias).status is Status.HEALTHY

    follower.execute("STOP SLAVE")
    follower.execute("CHANGE MASTER TO MASTER_DELAY = 3600")
    follower.execute("START SLAVE")
    follower.primary.django_database("made_on_the_primary")
    wait_until(
        lambda: (seconds_behind(follower) or 0) > 0, "the replica to fall behind"
    )
    behind = run(alias, warning_above=0.0)
    assert behind.status is Status.WARNING
    assert behind.readings["replica_lag_seconds"] >= 1
    assert run(alias, critical_above=0.0, warning_above=0.0).status is Status.CRITICAL

    follower.execute("STOP SLAVE")
    stopped = run(alias)
    assert stopped.status is Status.CRITICAL
    assert stopped.summary == "replication is stopped: changes are not applied"
    follower.execute("START SLAVE SQL_THREAD")
    assert run(alias).summary == "replication is stopped: not connected to its primary"


def test_a_login_that_may_not_see_replication_says_so(follower, database):
    """G9"""
    entry = follower.django_database("own")
    follower.execute("CREATE USER blind@'127.0.0.1' IDENTIFIED BY 'blind'")
    follower.execute("GRANT SELECT ON own.* TO blind@'127.0.0.1'")
    outcome = run(database(entry | {"USER": "blind", "PASSWORD": "blind"}))
    assert (outcome.status, outcome.reason) == (Status.UNKNOWN, Reason.BLOCKED)
    assert "REPLICA MONITOR is missing" in outcome.summary
