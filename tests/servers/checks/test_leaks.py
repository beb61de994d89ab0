"""X29, F71: a check that ran thousands of times left nothing behind."""

from __future__ import annotations

import os
import threading

import psutil
import pytest
import redis as client
from django.db import connections

from pulseboard.checks.builtin.cache import Cache
from pulseboard.checks.builtin.database import Database
from pulseboard.core.status import Status

pytestmark = pytest.mark.server

RUNS = int(os.environ.get("LEAK_RUNS", "2000"))
GENEROUS = {"warning_above": 30.0, "critical_above": 60.0}


def held():
    """Return what a leak would raise: descriptors, sockets and threads."""
    process = psutil.Process()
    return process.num_fds(), len(process.net_connections()), threading.active_count()


def run_often(check):
    assert check.run().status is Status.HEALTHY  # what is kept once is no leak
    before = held()
    for _ in range(RUNS):
        check.run()
    assert held() == before
    assert check.run().status is Status.HEALTHY


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_the_database_check_leaves_nothing_behind(request, database, kind):
    server = request.getfixturevalue(kind)
    alias = database(server.django_database())
    run_often(Database(alias=alias, **GENEROUS))
    assert others_connected(server) == 0


def test_the_database_check_leaves_nothing_behind_on_sqlite(sqlite, database):
    run_often(Database(alias=database(sqlite), **GENEROUS))


def test_the_database_check_leaves_a_pool_as_it_found_it(postgres, database):
    pool = {"min_size": 2, "max_size": 2}
    alias = database(postgres.django_database() | {"OPTIONS": {"pool": pool}})
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")
    connections[alias].close()
    connections[alias].pool.wait(timeout=30)
    found = connections[alias].pool.get_stats()["pool_size"]
    run_often(Database(alias=alias, **GENEROUS))
    left = connections[alias].pool.get_stats()
    assert left["pool_size"] == left["pool_available"] == found


def test_the_cache_check_leaves_nothing_behind_on_redis(redis, settings):
    settings.CACHES = {"default": redis.django_cache()}
    with client.Redis(port=redis.port) as admin:
        admin.flushall()
        run_often(Cache(**GENEROUS))
        assert admin.info("clients")["connected_clients"] == 1
        assert admin.dbsize() == 0


def test_the_cache_check_leaves_nothing_behind_on_memcached(memcached, settings):
    settings.CACHES = {"default": memcached.django_cache()}
    run_often(Cache(**GENEROUS))


@pytest.mark.parametrize("kind", ["postgres", "redis"])
def test_a_check_that_fails_leaves_nothing_behind_either(
    request, database, settings, kind
):
    server = request.getfixturevalue(kind)
    if kind == "redis":
        settings.CACHES = {"default": server.django_cache()}
        check = Cache()
    else:
        check = Database(alias=database(server.django_database()))
    check.run()
    server.stop()
    check.run()
    before = held()
    for _ in range(200):
        # Not its words: so many closed connections make the kernel answer oddly.
        assert check.run().status is Status.CRITICAL
    assert held() == before


def others_connected(server):
    if server.name == "postgres":
        return server.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND backend_type = 'client backend' AND datname = 'pulseboard' "
            "AND state <> 'idle'"
        )[0][0]
    return server.execute("SHOW STATUS LIKE 'Threads_connected'")[0][1] != "1"
