"""G1, X28, F06, F11: the database check against real servers."""

from __future__ import annotations

import contextlib
import sqlite3

import psycopg
import pymysql
import pytest
from django.db import OperationalError, connection, connections
from tests.support.servers import PASSWORD, USER, MariaDB, Postgres

from pulseboard.checks.builtin.database import Database
from pulseboard.checks.builtin.sql.trouble import trouble_in
from pulseboard.core.outcome import Reason
from pulseboard.core.status import Status

pytestmark = pytest.mark.server

GENEROUS = {"warning_above": 30.0, "critical_above": 60.0}


@pytest.fixture(params=["postgres", "mariadb"])
def server(request):
    return request.getfixturevalue(request.param)


def run(alias, **options):
    return Database(alias=alias, **{**GENEROUS, **options}).run()


def test_a_server_tells_time_connections_and_size(server, database):
    """G1"""
    outcome = run(database(server.django_database()))
    assert outcome.status is Status.HEALTHY
    assert next(iter(outcome.readings)) == "query_seconds"
    assert outcome.readings["connections_open"] >= 1
    assert 0 < outcome.readings["connections_used_ratio"] < 0.8
    assert outcome.readings["size_bytes"] >= 0
    assert outcome.details["growth_since_yesterday"] == "collecting"
    assert outcome.degraded == ""


def test_an_sqlite_file_tells_size_and_journal(sqlite, database):
    """G1"""
    outcome = run(database(sqlite))
    assert outcome.status is Status.HEALTHY
    assert next(iter(outcome.readings)) == "query_seconds"
    assert outcome.readings["size_bytes"] == 8192
    assert outcome.details["journal_mode"] == "delete"


@pytest.mark.parametrize(
    ("kind", "reading"),
    [
        ("postgres", "transactions_per_second"),
        ("mariadb", "statements_per_second"),
    ],
)
def test_statements_are_counted_between_two_runs(request, database, kind, reading):
    """G1"""
    alias = database(request.getfixturevalue(kind).django_database())
    assert reading not in run(alias).readings
    assert run(alias).readings[reading] >= 0


def test_active_connections_are_those_that_work_right_now(postgres, database):
    """G1"""
    alias = database(postgres.django_database())
    with contextlib.closing(postgres.connect()) as other:
        idle = run(alias).readings
        other.pgconn.send_query(b"SELECT pg_sleep(30)")
        busy = run(alias).readings
        other.cancel()
    assert busy["connections_active"] == idle["connections_active"] + 1


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        ({"warning_above": 0.0, "critical_above": 60.0}, Status.WARNING),
        ({"warning_above": 0.0, "critical_above": 0.0}, Status.CRITICAL),
    ],
)
def test_a_slow_query_is_graded_by_its_limits(sqlite, database, limits, status):
    """G1"""
    outcome = run(database(sqlite), **limits)
    assert (outcome.status, outcome.reason) == (status, Reason.THRESHOLD)
    assert outcome.summary.startswith("query took ")


@pytest.mark.parametrize(
    ("held", "status"), [(3, Status.HEALTHY), (5, Status.WARNING), (6, Status.CRITICAL)]
)
def test_connections_are_graded_before_they_run_out(database, held, status):
    """G1, X28"""
    with small_postgres() as (server, entry), contextlib.ExitStack() as stack:
        for _ in range(held):
            stack.enter_context(login(server))
        outcome = run(database(entry))
    assert outcome.status is status
    # Ours is one of them; 3 of the 10 are kept for superusers.
    assert f"{held + 1} of 7" in outcome.summary


def test_a_full_server_says_so(database):
    """G1, F11: the check is refused like every other client"""
    with small_postgres() as (server, entry), contextlib.ExitStack() as stack:
        alias = database(entry)
        run(alias)
        for _ in range(7):
            stack.enter_context(login(server))
        outcome = run(alias)
    assert (outcome.status, outcome.reason) == (Status.CRITICAL, Reason.THRESHOLD)
    assert outcome.summary == "too many connections: all of 7 used"


def test_a_full_mariadb_says_so(database):
    """G1, F11"""
    with MariaDB(options={"max_connections": "10"}) as server:
        entry = server.django_database()
        server.execute("CREATE USER plain@'127.0.0.1' IDENTIFIED BY 'plain'")
        server.execute("GRANT SELECT ON pulseboard.* TO plain@'127.0.0.1'")
        alias = database(entry | {"USER": "plain", "PASSWORD": "plain"})
        with contextlib.ExitStack() as stack:
            for _ in range(9):
                stack.enter_context(contextlib.closing(server.connect()))
            nearly = run(alias)
            stack.enter_context(contextlib.closing(server.connect()))
            full = run(alias)
    assert nearly.summary == "too many connections: 10 of 10 used"
    assert full.summary == "too many connections: all of 10 used"
    assert {nearly.status, full.status} == {Status.CRITICAL}


def test_a_stopped_server_refuses_connections(server, database):
    """G1, X28"""
    alias = database(server.django_database())
    server.stop()
    outcome = run(alias)
    assert (outcome.status, outcome.reason) == (Status.CRITICAL, Reason.ERROR)
    assert outcome.summary == "refuses connections"
    server.start()
    assert run(alias).status is Status.HEALTHY


@pytest.mark.parametrize(
    ("change", "summary"),
    [
        ({"PASSWORD": "canary-wrong"}, "refuses the login"),
        ({"NAME": "canary_none"}, "has no database of that name"),
        ({"HOST": "canary.invalid"}, "its host name cannot be resolved"),
    ],
)
def test_a_wrong_setting_is_told_without_its_value(server, database, change, summary):
    """G9: no host, user or password in what people see"""
    outcome = run(database(server.django_database() | change))
    assert (outcome.status, outcome.summary) == (Status.CRITICAL, summary)
    assert "canary" not in repr(outcome)


@pytest.mark.parametrize(
    ("change", "summary"),
    [
        ({"password": "canary-wrong"}, "refuses the login"),
        ({"database": "canary_none"}, "has no database of that name"),
        ({"host": "canary.invalid"}, "its host name cannot be resolved"),
        ({"port": 1}, "refuses connections"),
    ],
)
def test_errors_of_the_other_mysql_driver_are_understood_too(mariadb, change, summary):
    """G1: it tells SQLSTATEs as well as numbers"""
    right = {"host": "127.0.0.1", "port": mariadb.port, "user": USER}
    with pytest.raises(pymysql.err.OperationalError) as raised:
        pymysql.connect(**{**right, "password": PASSWORD, **change})
    error = OperationalError(*raised.value.args)
    error.__cause__ = raised.value
    assert trouble_in(error).summary == summary


def test_a_locked_sqlite_file_is_critical(sqlite, database):
    """G1, X28"""
    alias = database(sqlite | {"OPTIONS": {"timeout": 0.05}})
    with contextlib.closing(sqlite3.connect(sqlite["NAME"])) as other:
        other.execute("BEGIN EXCLUSIVE")
        outcome = run(alias)
        other.rollback()
        assert (outcome.status, outcome.reason) == (Status.CRITICAL, Reason.THRESHOLD)
        assert outcome.summary == "database is locked"
        assert run(alias).status is Status.HEALTHY


def test_a_write_lock_that_readers_pass_is_found_too(sqlite, database):
    """G1: with a write-ahead log a locked file still reads"""
    options = {"timeout": 0.05, "init_command": "PRAGMA journal_mode=WAL"}
    alias = database(sqlite | {"OPTIONS": options})
    assert run(alias).details["journal_mode"] == "wal"
    with contextlib.closing(sqlite3.connect(sqlite["NAME"])) as other:
        other.execute("BEGIN IMMEDIATE")
        outcome = run(alias)
        other.rollback()
    assert outcome.summary == "database is locked"


def test_the_check_writes_nothing_into_the_file(sqlite, database):
    """X29"""
    alias = database(sqlite)
    with open(sqlite["NAME"], "rb") as file:
        before = file.read()
    run(alias)
    with open(sqlite["NAME"], "rb") as file:
        assert file.read() == before


def test_a_damaged_sqlite_file_is_critical(sqlite, database):
    with open(sqlite["NAME"], "r+b") as file:
        file.write(b"not a database at all")
    outcome = run(database(sqlite))
    assert (outcome.status, outcome.summary) == (
        Status.CRITICAL,
        "its file is damaged",
    )


def test_a_missing_folder_is_critical(tmp_path, database):
    entry = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "no/file"}
    assert run(database(entry)).summary == "its file cannot be opened"


def test_a_read_only_database_is_named(server, database):
    """F06"""
    entry = server.django_database()
    with read_only(server):
        outcome = run(database(entry))
        mirror = run(database(entry | {"TEST": {"MIRROR": "default"}}))
    assert (outcome.status, outcome.summary) == (Status.WARNING, "is read-only")
    assert mirror.status is Status.HEALTHY


def test_a_read_only_default_database_is_critical(postgres, database, monkeypatch):
    """F06: an application writes to its default database"""
    entry = postgres.django_database()
    default = connections.settings["default"]
    with read_only(postgres):
        database(entry, "default_for_this_test")
        monkeypatch.setattr(
            "pulseboard.checks.builtin.database.DEFAULT_DB_ALIAS",
            "default_for_this_test",
        )
        outcome = run("default_for_this_test")
    assert default is connections.settings["default"]
    assert (outcome.status, outcome.summary) == (Status.CRITICAL, "is read-only")


def test_a_file_opened_read_only_on_purpose_is_fine(sqlite, database):
    uri = f"file:{sqlite['NAME']}?mode=ro"
    outcome = run(database(sqlite | {"NAME": uri}))
    assert outcome.status is Status.HEALTHY
    assert outcome.details["read_only"] is True


def test_less_permission_means_poorer_sources_and_a_word_about_it(postgres, database):
    """G9"""
    entry = postgres.django_database("poorer")
    plain_login(postgres, "poorer")
    alias = database(entry | {"USER": "plain", "PASSWORD": "plain"})
    with contextlib.closing(postgres.connect()):
        outcome = run(alias)
    assert outcome.degraded.startswith("other users' active connections not counted")
    assert outcome.readings["connections_open"] >= 2

    for statement in (
        "REVOKE EXECUTE ON FUNCTION pg_database_size(name) FROM PUBLIC",
        "REVOKE SELECT ON pg_stat_activity FROM PUBLIC",
        "REVOKE SELECT ON pg_stat_database FROM PUBLIC",
        "GRANT SELECT (numbackends) ON pg_stat_database TO PUBLIC",
    ):
        postgres.execute(statement, database="poorer")
    alias = database(
        entry | {"USER": "plain", "PASSWORD": "plain", "PORT": postgres.port}
    )
    outcome = run(alias)
    assert outcome.status is Status.HEALTHY
    assert "pg_stat_activity is not permitted" in outcome.degraded
    assert "size estimated" in outcome.degraded
    assert outcome.readings["connections_open"] >= 1
    assert outcome.readings["size_bytes"] > 0


def pooled(server, **options):
    entry = server.django_database()
    pool = {"min_size": 2, "max_size": 2, "timeout": 5, **options}
    return entry | {"OPTIONS": {"pool": pool}}


def test_a_pool_tells_its_state(postgres, database):
    """G1"""
    alias = database(pooled(postgres))
    assert "pool_used_ratio" not in run(alias).readings
    connections[alias].ensure_connection()
    connections[alias].close()
    connections[alias].pool.wait(timeout=30)
    with connections[alias].cursor():
        outcome = run(alias)
    assert outcome.readings["pool_used_ratio"] == 0.5
    assert outcome.details["pool"] == "1 of 2 in use"


def test_a_stale_pooled_connection_is_recycled_and_not_reported(postgres, database):
    """X29"""
    alias = database(pooled(postgres))
    connections[alias].ensure_connection()
    connections[alias].close()
    connections[alias].pool.wait(timeout=30)
    postgres.stop()
    postgres.start()
    outcome = run(alias)
    assert outcome.status is Status.HEALTHY
    assert outcome.details["pool_recycled"] == 2
    with connections[alias].cursor() as cursor:  # what the host gets next is alive
        cursor.execute("SELECT 1")
    assert run(alias).details["pool_recycled"] == 0


def test_requests_waiting_for_the_pool_are_a_warning(postgres, database):
    """G1"""
    import threading

    alias = database(pooled(postgres))
    connections[alias].ensure_connection()
    pool = connections[alias].pool
    second = pool.getconn()
    waiter = threading.Thread(target=lambda: pool.putconn(pool.getconn(timeout=30)))
    waiter.start()
    while not pool.get_stats().get("requests_waiting"):
        pass
    outcome = run(alias)
    pool.putconn(second)
    waiter.join()
    assert outcome.status is Status.WARNING
    assert outcome.summary == "connection pool used up, 1 requests wait"


def test_the_transaction_of_the_host_stays_untouched(postgres, database):
    """X29, F71"""
    alias = database(postgres.django_database())
    with connections[alias].cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS untouched (number int)")
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO untouched VALUES (1)")
        run(alias)
        cursor.execute("ROLLBACK")
        cursor.execute("SELECT count(*) FROM untouched")
        assert cursor.fetchone() == (0,)


def test_every_alias_is_an_instance_and_the_default_decides_readiness(sqlite, database):
    """G1"""
    database(sqlite, "archive")
    instances = Database.instances()
    assert instances[""]["alias"] == "default"
    assert instances[""]["decides_readiness"] is True
    assert instances["archive"]["decides_readiness"] is False
    assert instances[""]["warning_above"] == 0.1
    assert instances[""]["critical_above"] == 0.5


def test_what_nobody_expects_is_raised(sqlite, database, monkeypatch):
    """G9: the engine makes it critical, and its text stays in the log"""
    monkeypatch.setattr(
        "pulseboard.checks.builtin.sql.sqlite.A_TABLE", "SELECT canary FROM nowhere"
    )
    with pytest.raises(OperationalError, match="nowhere"):
        run(database(sqlite))
    assert connection.alias == "default"


@contextlib.contextmanager
def small_postgres():
    options = {"max_connections": "10", "superuser_reserved_connections": "3"}
    with Postgres(options=options | {"max_wal_senders": "0"}) as server:
        entry = server.django_database("small")
        plain_login(server, "small")
        yield server, entry | {"USER": "plain", "PASSWORD": "plain"}


def plain_login(server, name):
    if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = 'plain'"):
        server.execute("CREATE ROLE plain LOGIN PASSWORD 'plain'")


def login(server):
    return psycopg.connect(
        host="127.0.0.1",
        port=server.port,
        user="plain",
        password="plain",
        dbname="small",
    )


@contextlib.contextmanager
def read_only(server):
    if isinstance(server, Postgres):
        switch = "ALTER SYSTEM SET default_transaction_read_only = {}"
        server.execute(switch.format("on"))
        server.execute("SELECT pg_reload_conf()")
        wait_for(server, "SHOW default_transaction_read_only", "on")
        yield
        dsn = {"host": "127.0.0.1", "port": server.port, "dbname": "postgres"}
        with psycopg.connect(
            **dsn, user=USER, password=PASSWORD, autocommit=True,
            options="-c default_transaction_read_only=off",
        ) as admin:  # fmt: skip
            admin.execute(switch.format("off"))
            admin.execute("SELECT pg_reload_conf()")
        wait_for(server, "SHOW default_transaction_read_only", "off")
    else:
        server.execute("SET GLOBAL read_only = 1")
        yield
        server.execute("SET GLOBAL read_only = 0")


def wait_for(server, question, answer):
    while server.execute(question) != [(answer,)]:
        pass
