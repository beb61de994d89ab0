"""G2, X28: the cache check against real caches."""

from __future__ import annotations

import contextlib

import pytest
import redis as client
from django.core.cache import caches
from django.core.management import call_command
from redis.backoff import NoBackoff
from redis.retry import Retry
from tests.support.servers import Memcached, Redis

from pulseboard.checks.builtin.cache import Cache
from pulseboard.checks.check import NotApplicable
from pulseboard.core.outcome import Reason
from pulseboard.core.status import Status

pytestmark = pytest.mark.server

GENEROUS = {"warning_above": 30.0, "critical_above": 60.0}
LOCAL = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "own"}
DUMMY = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}


class Forgetful:
    def dumps(self, value):
        return value

    def loads(self, data):
        return None


class Liar(Forgetful):
    def loads(self, data):
        return "something else"


@pytest.fixture
def cache(settings):
    """Return a function: an entry of CACHES in, the outcome of a run out."""

    def run(entry, **options):
        if settings.CACHES.get("probed") != entry:
            settings.CACHES = {"default": LOCAL, "probed": entry}
        return Cache(alias="probed", **{**GENEROUS, **options}).run()

    return run


@pytest.fixture(params=["redis", "memcached"])
def server(request):
    return request.getfixturevalue(request.param)


def test_redis_tells_memory_hits_keys_and_clients(redis, cache):
    """G2"""
    with connected(redis) as admin:
        admin.flushall()
        admin.set("for good", 1)
        admin.set("for a while", 1, ex=1000)
        outcome = cache(redis.django_cache())
    readings = outcome.readings
    assert outcome.status is Status.HEALTHY
    assert next(iter(readings)) == "round_trip_seconds"
    assert (readings["keys"], readings["keys_expiring"]) == (2, 1)
    assert 0 < readings["memory_used_bytes"] <= readings["memory_peak_bytes"]
    assert readings["clients_connected"] >= 2
    assert readings["evicted_total"] == 0
    assert "memory_used_ratio" not in readings  # no limit is set
    assert outcome.degraded == ""


def test_hits_count_since_the_last_run(cache):
    """G2: without our own read"""
    with Redis() as server, connected(server) as admin:
        assert "hit_ratio" not in cache(server.django_cache()).readings
        assert "hit_ratio" not in cache(server.django_cache()).readings
        admin.set("there", 1)
        for key in ["there"] * 3 + ["not there"]:
            admin.get(key)
        outcome = cache(server.django_cache())
    assert outcome.readings["hit_ratio"] == 3 / 4
    assert outcome.summary.endswith(", 75% hits")


def test_memcached_tells_memory_hits_items_and_clients(memcached, cache):
    """G2"""
    cache(memcached.django_cache())
    caches["probed"].set("kept", 1)
    for key in ("kept", "not_kept"):
        caches["probed"].get(key)
    outcome = cache(memcached.django_cache())
    assert outcome.status is Status.HEALTHY
    assert outcome.readings["keys"] == 1
    assert outcome.readings["memory_limit_bytes"] == 16 * 1024 * 1024
    assert outcome.readings["clients_connected"] >= 2
    assert outcome.readings["hit_ratio"] == 1 / 2
    caches["probed"].clear()


def test_local_memory_tells_its_entries(cache):
    """G2"""
    cache(LOCAL | {"LOCATION": "counted"})
    caches["probed"].set("kept", 1)
    outcome = cache(LOCAL | {"LOCATION": "counted"})
    assert (outcome.status, outcome.readings["keys"]) == (Status.HEALTHY, 1)


def test_a_file_cache_tells_its_entries(cache, tmp_path):
    """G2"""
    backend = "django.core.cache.backends.filebased.FileBasedCache"
    entry = {"BACKEND": backend, "LOCATION": str(tmp_path / "cache")}
    assert cache(entry).readings["keys"] == 0
    caches["probed"].set("kept", 1)
    assert cache(entry).readings["keys"] == 1
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(OSError, match="file"):
        cache(entry | {"LOCATION": str(blocked / "cache")})


@pytest.mark.django_db(transaction=True)
def test_a_database_cache_tells_its_rows_or_that_its_table_is_missing(cache):
    """G2"""
    backend = "django.core.cache.backends.db.DatabaseCache"
    entry = {"BACKEND": backend, "LOCATION": "cache_rows"}
    missing = cache(entry)
    assert missing.status is Status.CRITICAL
    assert missing.summary == "its table is missing: run createcachetable"
    call_command("createcachetable", "cache_rows", verbosity=0)
    caches["probed"].set("kept", 1)
    assert cache(entry).readings["keys"] == 1


def test_a_dummy_cache_is_no_cache(cache, settings):
    """G2, X28"""
    assert cache(DUMMY).reason is Reason.NOT_APPLICABLE
    settings.CACHES = {"default": DUMMY}
    with pytest.raises(NotApplicable, match="dummy"):
        Cache.instances()
    settings.CACHES = {"default": LOCAL, "none": DUMMY, "sessions": LOCAL}
    assert list(Cache.instances()) == ["", "sessions"]


def test_a_stopped_cache_refuses_connections(server, cache):
    """G2, X28, F18"""
    server.stop()
    outcome = cache(server.django_cache())
    assert (outcome.status, outcome.reason) == (Status.CRITICAL, Reason.ERROR)
    assert outcome.summary == "refuses connections"
    server.start()
    assert cache(server.django_cache()).status is Status.HEALTHY


def test_a_hung_cache_is_given_up(server, cache, settings):
    """F19"""
    settings.PULSEBOARD = {"CHECK_TIMEOUT": "1s"}
    server.pause()
    outcome = cache(server.django_cache())
    server.resume()
    assert (outcome.status, outcome.reason) == (Status.CRITICAL, Reason.TIMEOUT)
    assert outcome.summary == "does not answer"


def test_a_hung_redis_is_tried_once_whatever_the_host_retries(redis, cache, settings):
    """F19: what is retried inside a check outlives its deadline"""
    settings.PULSEBOARD = {"CHECK_TIMEOUT": "1s"}
    patient = {"retry": Retry(NoBackoff(), 10), "retry_on_timeout": True}
    with connected(redis) as admin:
        before = admin.info("stats")["total_connections_received"]
        redis.pause()
        outcome = cache(redis.django_cache(OPTIONS=patient))
        redis.resume()
        after = admin.info("stats")["total_connections_received"]
    assert outcome.reason is Reason.TIMEOUT
    assert after == before + 1


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        ({"warning_above": 0.0, "critical_above": 60.0}, Status.WARNING),
        ({"warning_above": 0.0, "critical_above": 0.0}, Status.CRITICAL),
    ],
)
def test_a_slow_round_trip_is_graded_by_its_limits(cache, limits, status):
    """G2"""
    outcome = cache(LOCAL, **limits)
    assert (outcome.status, outcome.reason) == (status, Reason.THRESHOLD)
    assert outcome.summary.startswith("round trip took ")


@pytest.mark.parametrize(
    ("policy", "limits", "status"),
    [
        ("noeviction", (0.001, 1.0), Status.WARNING),
        ("noeviction", (0.001, 0.001), Status.CRITICAL),
        ("volatile-lru", (0.001, 0.001), Status.CRITICAL),
        ("allkeys-lru", (0.001, 0.001), Status.HEALTHY),
    ],
)
def test_memory_is_graded_unless_anything_may_be_evicted(cache, policy, limits, status):
    """G2"""
    options = {"maxmemory": "64mb", "maxmemory-policy": policy}
    warning, critical = limits
    with Redis(options=options) as server:
        outcome = cache(
            server.django_cache(),
            memory_warning_above=warning,
            memory_critical_above=critical,
        )
    assert outcome.status is status
    assert 0.001 < outcome.readings["memory_used_ratio"] < 1


def test_a_full_redis_refuses_writes(cache):
    """F22"""
    with Redis(options={"maxmemory": "1"}) as server:
        outcome = cache(server.django_cache())
    assert (outcome.status, outcome.reason) == (Status.CRITICAL, Reason.THRESHOLD)
    assert outcome.summary == "its memory is full, it refuses writes"


def test_a_read_only_replica_is_named(redis, cache):
    """F22"""
    with Redis(options={"replicaof": f"127.0.0.1 {redis.port}"}) as server:
        assert cache(server.django_cache()).summary == "is read-only"


def test_a_wrong_login_is_told_without_its_value(cache):
    """G9"""
    with Redis(options={"requirepass": "canary-right"}) as server:
        url = server.url.replace("//", "//:canary-wrong@")
        wrong = cache(server.django_cache() | {"LOCATION": url})
        none = cache(server.django_cache())
    assert wrong.summary == none.summary == "refuses the login"
    assert "canary" not in repr(wrong)


def test_an_unknown_name_is_told_without_it(cache, redis):
    """G9"""
    outcome = cache(redis.django_cache() | {"LOCATION": "redis://canary.invalid:1/0"})
    assert outcome.status is Status.CRITICAL
    assert outcome.summary == "its host name cannot be resolved"


@pytest.mark.parametrize(
    ("rules", "keys"), [("+@all -info", 1), ("+@all -info -dbsize", None)]
)
def test_where_info_is_forbidden_the_round_trip_is_measured(redis, cache, rules, keys):
    """G9"""
    with connected(redis) as admin:
        admin.flushall()
        admin.set("kept", 1)
        admin.execute_command(
            "ACL", "SETUSER", "poor", "reset", "on", ">poor", "~*", *rules.split()
        )
        url = redis.url.replace("//", "//poor:poor@")
        outcome = cache(redis.django_cache() | {"LOCATION": url})
        admin.execute_command("ACL", "DELUSER", "poor")
    assert outcome.status is Status.HEALTHY
    assert "INFO is forbidden" in outcome.degraded
    assert outcome.readings.get("keys") == keys


def test_a_login_that_may_not_write_is_critical(redis, cache):
    """G2"""
    with connected(redis) as admin:
        admin.execute_command(
            "ACL", "SETUSER", "reader", "reset", "on", ">reader", "~*", "+get", "+ping"
        )
        url = redis.url.replace("//", "//reader:reader@")
        outcome = cache(redis.django_cache() | {"LOCATION": url})
        admin.execute_command("ACL", "DELUSER", "reader")
    assert outcome.status is Status.CRITICAL
    assert outcome.summary == "the login may not read and write"


def test_one_dead_memcached_of_two_is_noticed(memcached, cache):
    """G2"""
    with Memcached() as second:
        both = [f"127.0.0.1:{memcached.port}", f"127.0.0.1:{second.port}"]
        entry = memcached.django_cache() | {"LOCATION": both}
        assert cache(entry).details["servers"] == 2
        second.kill()
        summaries = {cache(entry).summary for _ in range(40)}
    assert "1 of 2 servers do not answer" in summaries
    # Some keys fall on the dead one.
    assert summaries <= {"1 of 2 servers do not answer", "refuses connections"}


@pytest.mark.parametrize(
    ("serializer", "summary"),
    [
        (Forgetful, "a value just written was gone"),
        (Liar, "a wrong value was read"),
    ],
)
def test_a_value_that_comes_back_wrong_is_critical(redis, cache, serializer, summary):
    """G2"""
    outcome = cache(redis.django_cache(OPTIONS={"serializer": serializer}))
    assert outcome.status is Status.CRITICAL
    assert outcome.summary.startswith(summary)


@contextlib.contextmanager
def connected(server):
    with client.Redis(port=server.port) as admin:
        yield admin
