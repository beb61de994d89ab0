"""What Memcached tells about itself, summed over its servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulseboard.checks.builtin.caches.facts import CacheFacts, HitMemory

Stats = Mapping[bytes, Any]


def facts(cache: Any, hits: HitMemory) -> CacheFacts:
    """Return items, memory, hits and connections of the servers that answer."""
    clients = list(cache._cache.clients.values())
    told = [stats for client in clients if (stats := _stats(client))]
    ratio = hits.ratio(_sum(told, b"get_hits"), _sum(told, b"get_misses"))
    readings = {
        "memory_used_bytes": _sum(told, b"bytes"),
        "memory_limit_bytes": _sum(told, b"limit_maxbytes"),
        "keys": _sum(told, b"curr_items"),
        "evicted_total": _sum(told, b"evictions"),
        "clients_connected": _sum(told, b"curr_connections"),
    }
    return CacheFacts(
        readings=readings | ({} if ratio is None else {"hit_ratio": ratio}),
        details={"servers": len(clients)},
        servers=len(clients),
        silent=len(clients) - len(told),
    )


def _stats(client: Any) -> Stats | None:
    """Return the statistics of one server, None when it does not answer."""
    from pymemcache.exceptions import MemcacheError

    try:
        return dict(client.stats())
    except (OSError, MemcacheError):
        return None


def _sum(told: list[Stats], name: bytes) -> int:
    return sum(int(stats.get(name, 0)) for stats in told)
