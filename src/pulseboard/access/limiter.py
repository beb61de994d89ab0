"""How often each client may call, in bounded memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

#: More clients than this are not remembered; the one longest unseen is forgotten.
KEYS_LIMIT = 10_000


@dataclass(slots=True)
class Count:
    """Calls of one client in the current window and in the one before it."""

    window: int = 0
    now: int = 0
    before: int = 0

    def move_to(self, window: int) -> None:
        """Make *window* the current one."""
        if window == self.window + 1:
            self.before, self.now = self.now, 0
        elif window != self.window:
            self.before, self.now = 0, 0
        self.window = window


class Limiter:
    """
    A sliding window, counted.

    The calls of the last window are taken to be spread evenly, so that two numbers
    stand for a list of times. Safe to call from several threads.
    """

    def __init__(self, *, keys_limit: int = KEYS_LIMIT) -> None:
        self._keys_limit = keys_limit
        self._counts: OrderedDict[str, Count] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._counts)

    def take(
        self, key: str, limit: int, now_seconds: float, window_seconds: float = 60.0
    ) -> float | None:
        """
        Count one call of *key*; a refused call is not counted.

        Args:
            limit: Calls allowed in any window.
            now_seconds: Monotonic.

        Returns:
            None when allowed, else the seconds until the next call will be.
        """
        windows = now_seconds / window_seconds
        with self._lock:
            count = self._count(key)
            count.move_to(int(windows))
            passed = windows - count.window
            if count.now + count.before * (1 - passed) + 1 <= limit:
                count.now += 1
                return None
            return _windows_to_wait(count, limit, passed) * window_seconds

    def _count(self, key: str) -> Count:
        count = self._counts.setdefault(key, Count())
        self._counts.move_to_end(key)
        if len(self._counts) > self._keys_limit:
            self._counts.popitem(last=False)
        return count


def _windows_to_wait(count: Count, limit: int, passed: float) -> float:
    """Return after which part of a window the weighted sum leaves room for one."""
    room = limit - 1 - count.now
    if room >= 0:
        return 1 - room / count.before - passed
    # Full: in the next window these calls are the ones before.
    return 1 - passed + 1 - (limit - 1) / count.now
