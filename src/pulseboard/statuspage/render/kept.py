"""
Pages as bytes: compressed once, kept a while.

One thread makes a new rendering; whoever asks for the same meanwhile gets the one
before if that is young, so a change costs one reader a moment and the others nothing.
What is kept is bounded: there is one rendering of each kind, and the oldest kinds go
first.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: Older ones than this are given to nobody.
MOST_MINUTES_BEHIND = 1
#: Renderings that a process keeps, and how many bytes of them.
MOST_KEPT = 256
MOST_KEPT_BYTES = 16 * 1024 * 1024
ETAG_LENGTH = 32

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """
    A body, the same compressed, and the tag of both.

    Args:
        moment: What it was made for.
    """

    body: bytes
    gzipped: bytes
    etag: str
    moment: Key

    @property
    def size_bytes(self) -> int:
        return len(self.body) + len(self.gzipped)


#: By kind.
_kept: dict[Key, Rendered] = {}
_making: set[Key] = set()
_lock = threading.Lock()


def kept(kind: Key, moment: Key, make: Callable[[], str | None]) -> Rendered | None:
    """
    Return the rendering of *kind*, made by *make* when there is none of *moment*.

    What *make* knows nothing of (None) is not kept, or anybody could fill our memory.

    Args:
        moment: Ends with a minute.
    """
    with _lock:
        before = _kept.get(kind)
        if before is not None and before.moment == moment:
            return before
        if before is not None and kind in _making and _is_young(before, moment):
            return before
        _making.add(kind)
    try:
        text = make()
    finally:
        with _lock:
            _making.discard(kind)
    if text is None:
        return None
    found = _rendered(text, moment)
    with _lock:
        _put(kind, found)
    return found


def forget() -> None:
    """Render everything again."""
    with _lock:
        _kept.clear()


def _is_young(before: Rendered, moment: Key) -> bool:
    minutes: int = moment[-1] - before.moment[-1]
    return minutes <= MOST_MINUTES_BEHIND


def _rendered(text: str, moment: Key) -> Rendered:
    body = text.encode()
    # No time in the header: equal pages are equal bytes.
    gzipped = gzip.compress(body, compresslevel=6, mtime=0)
    etag = hashlib.sha256(body).hexdigest()[:ETAG_LENGTH]
    return Rendered(body, gzipped, etag, moment)


def _put(kind: Key, found: Rendered) -> None:
    """Keep *found* in place of what was there, and drop the oldest until it fits."""
    _kept.pop(kind, None)
    total = sum(each.size_bytes for each in _kept.values())
    while _kept and (
        len(_kept) >= MOST_KEPT or total + found.size_bytes > MOST_KEPT_BYTES
    ):
        oldest = next(iter(_kept))
        total -= _kept.pop(oldest).size_bytes
    _kept[kind] = found
