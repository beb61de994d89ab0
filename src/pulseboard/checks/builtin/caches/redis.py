"""What Redis tells about itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulseboard.checks.builtin.caches.facts import CacheFacts, HitMemory


def facts(cache: Any, hits: HitMemory) -> CacheFacts:
    """Return memory, keys, hits and clients; fewer where INFO is forbidden."""
    from redis.exceptions import NoPermissionError

    client = cache._cache.get_client(None, write=True)
    try:
        told = client.info()
    except NoPermissionError:
        return _without_info(client)
    return _facts(told, hits)


def _facts(told: Mapping[str, Any], hits: HitMemory) -> CacheFacts:
    used, limit = told["used_memory"], told.get("maxmemory", 0)
    policy = str(told.get("maxmemory_policy", ""))
    ratio = used / limit if limit else None
    databases = [each for each in told.values() if isinstance(each, dict)]
    keyspace = [each for each in databases if {"keys", "expires"} <= each.keys()]
    known = {
        "memory_used_bytes": used,
        "memory_peak_bytes": told.get("used_memory_peak"),
        "memory_limit_bytes": limit or None,
        "memory_used_ratio": ratio,
        "hit_ratio": hits.ratio(told["keyspace_hits"], told["keyspace_misses"]),
        "keys": sum(each["keys"] for each in keyspace),
        "keys_expiring": sum(each["expires"] for each in keyspace),
        "evicted_total": told.get("evicted_keys"),
        "clients_connected": told.get("connected_clients"),
    }
    return CacheFacts(
        readings={name: value for name, value in known.items() if value is not None},
        details={"eviction": policy, "clients_limit": told.get("maxclients")},
        # A cache that may evict any key runs full by design.
        memory_used_ratio=None if policy.startswith("allkeys-") else ratio,
    )


def _without_info(client: Any) -> CacheFacts:
    from redis.exceptions import NoPermissionError

    why = "memory, hits and clients not known: INFO is forbidden"
    try:
        return CacheFacts(readings={"keys": client.dbsize()}, degraded=why)
    except NoPermissionError:
        return CacheFacts(degraded=why)
