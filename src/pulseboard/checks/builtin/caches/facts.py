"""What a cache tells about itself, and what it told last time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheFacts:
    """
    Args:
        memory_used_ratio: Of its limit; None without one, or where a full memory is
            as it should be because anything in it may be evicted.
        silent: Servers that do not answer, of *servers*.
        degraded: What could not be asked, and why.
    """

    readings: Mapping[str, float] = field(default_factory=dict)
    details: Mapping[str, object] = field(default_factory=dict)
    memory_used_ratio: float | None = None
    servers: int = 1
    silent: int = 0
    degraded: str = ""


@dataclass(slots=True)
class HitMemory:
    """Hits and misses of the last run: what matters is how it goes now."""

    _last: tuple[int, int] | None = None

    def ratio(self, hits: int, misses: int) -> float | None:
        """
        Return the ratio since the last call; None at first or when nothing came.

        The check's own read, one hit a run, is left out.
        """
        last, self._last = self._last, (hits, misses)
        if last is None or hits <= last[0] or misses < last[1]:
            return None
        hit, missed = hits - last[0] - 1, misses - last[1]
        return hit / (hit + missed) if hit + missed else None


_MOST_CACHES = 64
_hits: dict[tuple[str, str], HitMemory] = {}


def hits_of(alias: str, location: str) -> HitMemory:
    """Return what this process remembers of the cache *alias* at *location*."""
    if (alias, location) not in _hits and len(_hits) >= _MOST_CACHES:
        _hits.clear()
    return _hits.setdefault((alias, location), HitMemory())
