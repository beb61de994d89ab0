"""
A cache client of our own, with timeouts and without retries.

The host's client stays untouched: its settings are right for requests, and a retry
inside a check hides the trouble and outlives the deadline.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.memcached import PyMemcacheCache
from django.core.cache.backends.redis import RedisCache
from django.utils.module_loading import import_string

from pulseboard.conf import get_settings


@contextmanager
def own_cache(alias: str) -> Iterator[BaseCache]:
    """Yield a client for the cache *alias* that nobody else uses; close it."""
    params = dict(caches.settings[alias])
    backend: Any = import_string(params.pop("BACKEND"))
    location = params.pop("LOCATION", "")
    # Half of our time: the trip takes more than one step.
    timeout_seconds = get_settings().check_timeout.total_seconds() / 2
    options = _client_options(backend, timeout_seconds)
    if options:
        params["OPTIONS"] = {**params.get("OPTIONS", {}), **options}
    cache = backend(location, params)
    if isinstance(cache, RedisCache):
        # Others are replicas, which may not have yet what was just written.
        cache._servers = cache._servers[:1]  # type: ignore[attr-defined]
    try:
        yield cache
    finally:
        _close(cache)


def is_dummy(alias: str) -> bool:
    """Return whether *alias* stores nothing on purpose."""
    return issubclass(import_string(caches.settings[alias]["BACKEND"]), DummyCache)


def _client_options(backend: type[BaseCache], timeout_seconds: float) -> dict[str, Any]:
    if issubclass(backend, RedisCache):
        return _redis_options(timeout_seconds)
    if issubclass(backend, PyMemcacheCache):
        return {
            "connect_timeout": timeout_seconds,
            "timeout": timeout_seconds,
            "retry_attempts": 0,
            "ignore_exc": False,
        }
    return {}


def _redis_options(timeout_seconds: float) -> dict[str, Any]:
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return {
        "socket_connect_timeout": timeout_seconds,
        "socket_timeout": timeout_seconds,
        "retry": Retry(NoBackoff(), 0),
        "retry_on_timeout": False,
        "retry_on_error": [],
    }


def _close(cache: Any) -> None:
    cache.close()
    if isinstance(cache, RedisCache):
        for pool in cache._cache._pools.values():  # type: ignore[attr-defined]
            pool.disconnect()
