"""
Says of a connection that the guard makes it.

Whoever watches the sockets of a process (`sys.addaudithook`) can tell ours from any
that went round the guard.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

_is_held: ContextVar[bool] = ContextVar("pulseboard_guard_ticket", default=False)


@contextlib.contextmanager
def ticket() -> Iterator[None]:
    """Hold a ticket while one vetted address is connected to."""
    before = _is_held.set(True)
    try:
        yield
    finally:
        _is_held.reset(before)


def has_ticket() -> bool:
    """Return whether what connects now was vetted by the guard."""
    return _is_held.get()
