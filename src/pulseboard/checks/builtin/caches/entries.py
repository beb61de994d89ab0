"""How many entries a cache without a server holds."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connections, router

from pulseboard.checks.builtin.caches.facts import CacheFacts


def facts(cache: Any) -> CacheFacts:
    """Return the number of entries where the kind of cache is one we know."""
    if isinstance(cache, LocMemCache):
        held = len(cache._cache)  # type: ignore[attr-defined]
        return CacheFacts(readings={"keys": held}, details={"scope": "this process"})
    if isinstance(cache, FileBasedCache):
        files = len(cache._list_cache_files())  # type: ignore[attr-defined]
        return CacheFacts(readings={"keys": files})
    if isinstance(cache, DatabaseCache):
        return CacheFacts(readings={"keys": _rows(cache)})
    return CacheFacts(degraded="only the round trip is measured for this kind of cache")


def _rows(cache: Any) -> int:
    connection = connections[router.db_for_read(cache.cache_model_class)]
    # The cache counts its rows itself whenever it writes, so once more is bearable.
    table = connection.ops.quote_name(cache._table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
        return int(cursor.fetchone()[0])
