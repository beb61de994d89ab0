"""
Pages as bytes: compressed once, kept a while.

What is kept is bounded, and stands under everything it depends on: the snapshot, the
language, what the visitor chose, and the minute (ages are written in minutes).
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: Renderings that a process keeps, and how many bytes of them.
MOST_KEPT = 256
MOST_KEPT_BYTES = 16 * 1024 * 1024
ETAG_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Rendered:
    """A body, the same compressed, and the tag of both."""

    body: bytes
    gzipped: bytes
    etag: str


_kept: dict[tuple[Any, ...], Rendered] = {}
_lock = threading.Lock()


def kept(key: tuple[Any, ...], make: Callable[[], str | None]) -> Rendered | None:
    """
    Return what stands under *key*, made by *make* when it is missing.

    What *make* knows nothing of (None) is not kept, or anybody could fill our memory.
    """
    found = _kept.get(key)
    if found is None:
        text = make()
        if text is None:
            return None
        found = rendered(text)
        with _lock:
            _make_room(len(found.body) + len(found.gzipped))
            _kept[key] = found
    return found


def rendered(text: str) -> Rendered:
    """Return *text* as bytes."""
    body = text.encode()
    # No time in the header: equal pages are equal bytes.
    gzipped = gzip.compress(body, compresslevel=6, mtime=0)
    return Rendered(body, gzipped, hashlib.sha256(body).hexdigest()[:ETAG_LENGTH])


def forget() -> None:
    """Render everything again."""
    with _lock:
        _kept.clear()


def _make_room(size: int) -> None:
    """Drop the oldest until *size* bytes more fit."""
    total = sum(len(each.body) + len(each.gzipped) for each in _kept.values())
    while _kept and (len(_kept) >= MOST_KEPT or total + size > MOST_KEPT_BYTES):
        oldest = _kept.pop(next(iter(_kept)))
        total -= len(oldest.body) + len(oldest.gzipped)
