"""X6: databases, up, slow, full, down, by real servers of theirs."""

from __future__ import annotations

import contextlib
import shutil
import signal
from pathlib import Path

import pytest
from tests.servers.probes.asking import ask, authority, delaying, failure_of
from tests.support.servers import PASSWORD, MariaDB, Postgres, Redis

from pulseboard.guard.errors import Failure
from pulseboard.probes.kinds import mysql as mysql_kind
from pulseboard.probes.kinds import postgresql as postgresql_kind
from pulseboard.probes.kinds import redis as redis_kind
from pulseboard.probes.kinds.tls import Tls

pytestmark = pytest.mark.server
HOST = "127.0.0.1"


def postgresql(port: int, **options: object) -> postgresql_kind.Postgresql:
    return postgresql_kind.Postgresql(host=HOST, port=port, **options)


def mysql(port: int) -> mysql_kind.Mysql:
    return mysql_kind.Mysql(host=HOST, port=port)


def redis_at(port: int, **options: object) -> redis_kind.Redis:
    return redis_kind.Redis(host=HOST, port=port, **options)


def test_postgresql_that_asks_for_a_password_is_ready(postgres: Postgres) -> None:
    facts = ask(postgresql(postgres.port))
    assert facts.values == {"postgresql.state": "ready", "postgresql.sqlstate": ""}
    assert facts.summary == "the server is ready"
    assert facts.phases.first_byte_seconds is not None


def test_postgresql_without_room_says_so() -> None:
    options = {
        "max_connections": "4",
        "superuser_reserved_connections": "1",
        "max_wal_senders": "0",
    }
    with Postgres(options=options) as server, contextlib.ExitStack() as stack:
        import psycopg

        with contextlib.suppress(psycopg.OperationalError):
            while True:
                stack.enter_context(contextlib.closing(server.connect()))
        facts = ask(postgresql(server.port))
    assert facts.values["postgresql.state"] == "too many clients"


def test_postgresql_that_shuts_down_is_not_ready() -> None:
    with Postgres() as server, contextlib.closing(server.connect()):
        # It waits for clients to leave, and lets no more in.
        server._process.send_signal(signal.SIGTERM)
        facts = ask(postgresql(server.port))
        while facts.values["postgresql.state"] == "ready":
            facts = ask(postgresql(server.port))
    assert facts.values["postgresql.state"] == "starting up or shutting down"
    assert facts.values["postgresql.sqlstate"] == "57P03"


def test_postgresql_over_tls_shows_its_certificate(tmp_path) -> None:
    """X5"""
    certificate, key = authority(tmp_path)
    with Postgres() as server:
        server.stop()
        _install(server, certificate, key)
        server.options |= {"ssl": "on"}
        server.start()
        authorities = Path(certificate).read_text()
        options = {"authorities": authorities, "server_name": "localhost"}
        facts = ask(postgresql(server.port, tls=True, **options))
        shown = ask(Tls(host=HOST, port=server.port, start_tls="postgresql", **options))
        untrusted = failure_of(postgresql(server.port, tls=True))
    assert facts.values["postgresql.state"] == "ready"
    assert facts.certificate == shown.certificate
    assert facts.certificate.names == ("localhost",)
    assert facts.phases.tls_seconds is not None
    assert untrusted is Failure.SELF_SIGNED


def test_postgresql_that_speaks_no_tls_fails_when_it_must(postgres: Postgres) -> None:
    assert failure_of(postgresql(postgres.port, tls=True)) is Failure.TLS


def test_mysql_that_turns_us_away_is_ready(mariadb: MariaDB) -> None:
    facts = ask(mysql(mariadb.port))
    assert facts.values["mysql.state"] == "ready"
    assert facts.values["mysql.code"] == 1045
    assert "MariaDB" in str(facts.values["mysql.version"])


def test_mysql_counts_no_faulty_connection_for_a_probe(mariadb: MariaDB) -> None:
    """A server locks out a host with a hundred of them."""
    question = "SHOW GLOBAL STATUS LIKE 'Aborted_connects_preauth'"
    before = mariadb.execute(question)
    for _ in range(5):
        ask(mysql(mariadb.port))
    assert mariadb.execute(question) == before


def test_mysql_without_room_says_so(mariadb: MariaDB) -> None:
    with contextlib.ExitStack() as stack:
        limit = int(mariadb.execute("SELECT @@max_connections")[0][0])
        mariadb.execute("SET GLOBAL max_connections = 10")
        stack.callback(mariadb.execute, f"SET GLOBAL max_connections = {limit}")
        import MySQLdb

        clients = stack.enter_context(contextlib.ExitStack())
        with contextlib.suppress(MySQLdb.OperationalError):
            while True:
                clients.enter_context(contextlib.closing(mariadb.connect()))
        facts = ask(mysql(mariadb.port))
    assert facts.values["mysql.state"] == "too many connections"


def test_redis_that_answers_a_ping_is_up(redis: Redis) -> None:
    facts = ask(redis_at(redis.port))
    assert facts.values == {"redis.reply": "PONG"}


@pytest.mark.parametrize(
    ("options", "reply"),
    [
        ({}, "NOAUTH"),
        ({"password": "wrong"}, "WRONGPASS"),
        ({"password": PASSWORD}, "PONG"),
        ({"username": "default", "password": PASSWORD}, "PONG"),
        ({"username": "nobody", "password": PASSWORD}, "WRONGPASS"),
    ],
)
def test_redis_says_what_it_thinks_of_the_login(options, reply) -> None:
    with Redis(options={"requirepass": PASSWORD}) as server:
        facts = ask(redis_at(server.port, **options))
    assert facts.values["redis.reply"] == reply


def test_redis_keeps_its_password_out_of_what_it_shows() -> None:
    assert PASSWORD not in repr(redis_at(6379, password=PASSWORD))


def test_redis_over_tls(tmp_path) -> None:
    certificate, key = authority(tmp_path)
    options = {
        "tls-cert-file": certificate, "tls-key-file": key, "tls-auth-clients": "no",
    }  # fmt: skip
    with Redis(options=options) as secured:
        secured.stop()
        secured.options |= {"port": "0", "tls-port": str(secured.port)}
        secured.answers = lambda: True
        secured.start()
        authorities = Path(certificate).read_text()
        wanted = {"tls": True, "authorities": authorities, "server_name": "localhost"}
        while failure_of(redis_at(secured.port, **wanted)) is Failure.REFUSED:
            pass
        facts = ask(redis_at(secured.port, **wanted))
    assert facts.values["redis.reply"] == "PONG"
    assert facts.certificate is not None


@pytest.mark.parametrize("name", ["postgres", "mariadb", "redis"])
def test_a_slow_database_is_slow_and_a_paused_one_silent(name, request) -> None:
    """X7, A14"""
    make = {"postgres": postgresql, "mariadb": mysql, "redis": redis_at}[name]
    server = request.getfixturevalue(name)
    with delaying(server.port, 0.3) as port:
        assert ask(make(port)).total_seconds >= 0.3
    server.pause()
    assert failure_of(make(server.port), timeout_seconds=0.5) is Failure.TIMEOUT
    server.resume()
    server.stop()
    assert failure_of(make(server.port)) is Failure.REFUSED


def _install(server: Postgres, certificate: str, key: str) -> None:
    for path, name in ((certificate, "server.crt"), (key, "server.key")):
        copied = server.data / name
        shutil.copy(path, copied)
        copied.chmod(0o600)
        if server._user():
            shutil.chown(copied, server._user())
