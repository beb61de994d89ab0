"""The connection pool that Django keeps for PostgreSQL, when the host asked for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True)
class PoolState:
    """
    Args:
        size: Connections it has now, lent out or idle.
        waiting: Requests that wait for one.
        recycled: Dead idle connections just replaced.
    """

    size: int
    idle: int
    limit: int
    waiting: int
    recycled: int

    @property
    def used_ratio(self) -> float:
        return (self.size - self.idle) / self.limit if self.limit else 0.0


def pool_state(connection: BaseDatabaseWrapper) -> PoolState | None:
    """
    Return how the pool of this process fares, None when it has none open.

    Dead idle connections (the server was restarted) are replaced on the way, before
    a request of the host gets one. The pool is never opened for our sake.
    """
    pools: Mapping[str, Any] = getattr(type(connection), "_connection_pools", {})
    pool = pools.get(connection.alias)
    if pool is None or pool.closed:
        return None
    recycled = _recycle(pool)
    stats = pool.get_stats()
    return PoolState(
        size=stats.get("pool_size", 0),
        idle=stats.get("pool_available", 0),
        limit=stats.get("pool_max", 0),
        waiting=stats.get("requests_waiting", 0),
        recycled=recycled,
    )


def _recycle(pool: Any) -> int:
    recycled = 0
    for _ in range(pool.get_stats().get("pool_available", 0)):
        # Only what is idle this moment: a request never waits for the likes of us.
        if not pool.get_stats().get("pool_available", 0):
            break
        recycled += not _is_alive(pool)
    return recycled


def _is_alive(pool: Any) -> bool:
    import psycopg
    from psycopg_pool import PoolTimeout

    try:
        borrowed = pool.getconn(timeout=0.1)
    except PoolTimeout:
        return True
    try:
        borrowed.execute("SELECT 1")
    except psycopg.Error:
        return False
    finally:
        pool.putconn(borrowed)  # a dead one is thrown away and replaced
    return True
