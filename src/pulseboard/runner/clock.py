"""One time for all hosts: the database's, carried on by our monotonic clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from django.db import connection

QUERIES = {
    # Without the host's time zone, whatever USE_TZ makes of it.
    "postgresql": "SELECT clock_timestamp() AT TIME ZONE 'UTC'",
    "mysql": "SELECT UTC_TIMESTAMP(6)",
}


class Clock:
    """
    Tells the time between two looks at the database's clock.

    A host whose clock jumps does not disturb the schedule: between looks only the
    monotonic clock counts, and at each look every host agrees again. SQLite has no
    clock of its own, so there the host's is looked at.
    """

    def __init__(self) -> None:
        self._base = datetime.now(UTC)
        self._read_at = time.monotonic()

    def now(self) -> datetime:
        """Return the time. Aware, UTC."""
        return self._base + timedelta(seconds=time.monotonic() - self._read_at)

    def look(self) -> None:
        """Ask the database for its time; raises DatabaseError when it is away."""
        before = time.monotonic()
        at = self._ask()
        after = time.monotonic()
        # The answer was true somewhere between question and arrival.
        self._base, self._read_at = at, (before + after) / 2

    def _ask(self) -> datetime:
        query = QUERIES.get(connection.vendor)
        if query is None:
            return datetime.now(UTC)
        with connection.cursor() as cursor:
            cursor.execute(query)
            at: datetime = cursor.fetchone()[0]
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
