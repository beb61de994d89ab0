"""
What visitors read: the stored snapshot, kept in memory.

A process looks whether there is a newer one at most once a second. While the database
is away it goes on with what it has, which says by itself how old it is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

# Not DatabaseError: "the connection is closed" is an InterfaceError beside it.
from django.db import Error as DatabaseFailure
from django.db import connections, router

from pulseboard.core.log import get_logger
from pulseboard.statuspage.codec import etag_of, from_bytes, to_bytes
from pulseboard.statuspage.models import PageSnapshot, StatusPage
from pulseboard.statuspage.snapshot import Snapshot
from pulseboard.statuspage.store.building import build
from pulseboard.statuspage.store.pages import page_called, page_for

logger = get_logger("pulseboard.statuspage")

#: How long what was read is not read again.
TRUSTED_SECONDS = 1.0
MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class Latest:
    """
    A page as it stands.

    Args:
        etag: Names what *snapshot* says.
        read_at: When the reading began, on this process's monotonic clock.
    """

    page: StatusPage
    snapshot: Snapshot
    etag: str
    read_at: float = 0.0


@dataclass(frozen=True, slots=True)
class _Kept:
    latest: Latest
    looked_at: float


#: By slug or host name. Replaced, never changed in part: readers take no lock.
_kept: Mapping[tuple[str, str], _Kept] = {}
_lock = threading.Lock()
_building = threading.Lock()


def latest(slug: str, host_name: str = "") -> Latest | None:
    """
    Return the page called *slug*, or that of *host_name* when *slug* is empty.

    Raises:
        DatabaseFailure: It does not answer, and this process has never read the page.
    """
    key = ("slug", slug) if slug else ("host", host_name.lower())
    kept = _kept.get(key)
    if kept is not None and time.monotonic() - kept.looked_at < TRUSTED_SECONDS:
        return kept.latest
    read_at = time.monotonic()
    try:
        found = _read(key, kept.latest if kept else None)
    except DatabaseFailure:
        if kept is None:
            raise
        logger.warning("The page is answered from memory: the database is away")
        found = kept.latest
        _keep(key, found)
        return found
    if found is None:
        return None  # not kept: anybody can make up names, and push out real pages
    found = replace(found, read_at=read_at)
    _keep(key, found)
    return found


def revision() -> object:
    """
    Return what differs after every change of what any public page says.

    One query. Growing stale is a change, too.

    Raises:
        DatabaseFailure: It does not answer; the next call begins a new connection.
    """
    try:
        return _revision(datetime.now(UTC))
    except DatabaseFailure:
        # Called from a thread of its own, whose connections no request renews.
        connections[router.db_for_read(PageSnapshot)].close()
        raise


def _revision(now: datetime) -> object:
    rows = PageSnapshot.objects.order_by("page_id").values_list(
        "page_id", "etag", "observed_at", "stale_after_seconds"
    )
    return tuple(
        (page, etag, observed_at is not None and now - observed_at > _seconds(after))
        for page, etag, observed_at, after in rows
    )


def forget() -> None:
    """Read everything again next time."""
    global _kept
    with _lock:
        _kept = {}


def _seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def _read(key: tuple[str, str], before: Latest | None) -> Latest | None:
    kind, value = key
    page = page_called(value) if kind == "slug" else page_for(value)
    if page is None:
        return None
    row = None
    if page.pk is not None:
        row = PageSnapshot.objects.filter(page=page).values_list("etag").first()
    if row is None:
        return _built_once(key, page)
    if before is not None and before.etag == row[0] and before.page.pk == page.pk:
        return Latest(page, before.snapshot, before.etag)
    stored = PageSnapshot.objects.get(page=page)
    return Latest(page, from_bytes(bytes(stored.body)), stored.etag)


def _built_once(key: tuple[str, str], page: StatusPage) -> Latest:
    """
    Return *page* as it would be built: no runner has done it yet.

    It is not stored, a request only reads. Whoever asks meanwhile waits for the first.
    """
    with _building:
        kept = _kept.get(key)
        if kept is not None and time.monotonic() - kept.looked_at < TRUSTED_SECONDS:
            return kept.latest
        snapshot = build(page, datetime.now(UTC))
        found = Latest(page, snapshot, etag_of(to_bytes(snapshot)))
        _keep(key, found)
        return found


def _keep(key: tuple[str, str], found: Latest) -> None:
    global _kept
    with _lock:
        others = {k: v for k, v in _kept.items() if k != key}
        while len(others) >= MOST_KEPT:
            others.pop(next(iter(others)))
        _kept = {**others, key: _Kept(found, time.monotonic())}
