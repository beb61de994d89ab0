"""One deadline over many steps; the clock of the guard."""

from __future__ import annotations

import time

from pulseboard.guard.errors import ConnectFailed, Failure

_now = time.monotonic  # noqa: TID251  (a connection keeps its own deadline)


class Deadline:
    """Starts when made. A client library's timeouts are per read; this one is not."""

    def __init__(self, seconds: float) -> None:
        self._started = _now()
        self._seconds = seconds

    def passed_seconds(self) -> float:
        """Return the seconds since the start."""
        return _now() - self._started

    def left_seconds(self) -> float:
        """
        Return the seconds left, more than 0.

        Raises:
            ConnectFailed: None are left.
        """
        left = self._seconds - self.passed_seconds()
        if left <= 0:
            raise ConnectFailed(Failure.TIMEOUT)
        return left
