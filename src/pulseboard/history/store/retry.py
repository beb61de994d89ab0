"""Writes that are tried again when another writer was in the way."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, OperationalError

T = TypeVar("T")

TRIES = 3
#: What drivers say of deadlocks, serialization failures and SQLite's lock.
CONTENTION = ("locked", "deadlock", "serializ", "lock wait", "1213")


def retried(write: Callable[[], T], *, tries: int = TRIES) -> T:
    """
    Return what *write* returns; call it again after a lock, at most *tries* times.

    SQLite refuses a transaction that has read before it writes as soon as somebody
    else wrote meanwhile, whatever its timeout: only another try helps.

    Args:
        write: Must do all or nothing: a transaction, or a single statement.

    Raises:
        DatabaseError: The last try failed, or it was no matter of locks.
    """
    for attempt in range(1, tries):
        try:
            return write()
        except OperationalError as error:
            if not is_contention(error):
                raise
            # A jitter needs no cryptographic randomness.
            time.sleep(random.uniform(0.01, 0.1) * attempt)  # noqa: S311
    return write()


def is_contention(error: DatabaseError) -> bool:
    """Return whether *error* is another writer's doing."""
    text = str(error).lower()
    return any(word in text for word in CONTENTION)
