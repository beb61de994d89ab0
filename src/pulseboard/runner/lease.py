"""
The right to run, won by conditional update and held for 15 s at a time.

Truth lies in our table and not in a cache or a broker: what can be flushed cannot
elect.
"""

from __future__ import annotations

import os
import socket
import uuid
from datetime import datetime, timedelta

from django.db import connections, router
from django.db.models import Q, QuerySet

from pulseboard.monitors.models import RunnerLease
from pulseboard.monitors.store import RUNNER
from pulseboard.tables import quoted

HELD_FOR = timedelta(seconds=15)
RENEW_AFTER = timedelta(seconds=5)
#: A lease that reaches further than this was written under a clock since set back.
IMPOSSIBLE = timedelta(seconds=60)


class LeaseLost(Exception):
    """Another process runs now; what we still wanted to write is not ours."""


class Lease:
    """
    Args:
        mode: How we run, shown to people: ``embedded``, ``process`` or ``called``.
    """

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.host = socket.gethostname()[:100]
        self.holder = f"{self.host[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.number = 0
        self._renewed_at: datetime | None = None

    @property
    def is_held(self) -> bool:
        """Return whether we hold it as far as we know."""
        return self._renewed_at is not None

    def hold(self, now: datetime) -> bool:
        """Renew or win the lease; return whether it is ours at *now*."""
        renewed = self._renewed_at
        if renewed is not None and timedelta(0) <= now - renewed < RENEW_AFTER:
            return True
        if renewed is not None and self._renew(now):
            return True
        self._renewed_at = None
        return self._win(now)

    def confirm(self, now: datetime) -> None:
        """
        Renew inside the transaction of a write: it proves that the lease is ours.

        As the first statement it also takes SQLite's write lock at once, where a
        read first would make the later write fail.

        Raises:
            LeaseLost: It is not ours any more; roll back.
        """
        if not self._renew(now):
            self._renewed_at = None
            raise LeaseLost

    def release(self, now: datetime) -> None:
        """Let the next runner in without waiting for the end of the lease."""
        if self.is_held:
            self._ours().update(until=now)
        self._renewed_at = None

    def note(self, figures: dict[str, float]) -> None:
        """Show *figures* about the runner on every surface."""
        self._ours().update(figures=figures)

    def _ours(self) -> QuerySet[RunnerLease]:
        return RunnerLease.objects.filter(
            name=RUNNER, holder=self.holder, number=self.number
        )

    def _renew(self, now: datetime) -> bool:
        if not self._prolong(now):
            return False
        self._renewed_at = now
        return True

    def _prolong(self, now: datetime) -> bool:
        # With every batch of results: by the ORM it would cost more than ten of them.
        alias = router.db_for_write(RunnerLease)
        connection = connections[alias]
        field = RunnerLease._meta.get_field("until")
        until, ticked_at = (
            field.get_db_prep_save(at, connection) for at in (now + HELD_FOR, now)
        )
        with connection.cursor() as cursor:
            cursor.execute(
                _prolonging(alias), [until, ticked_at, RUNNER, self.holder, self.number]
            )
            return bool(cursor.rowcount)

    def _win(self, now: datetime) -> bool:
        row = RunnerLease.objects.filter(name=RUNNER).first()
        if row is None:
            RunnerLease.objects.bulk_create(
                [RunnerLease(name=RUNNER)], ignore_conflicts=True
            )
            row = RunnerLease.objects.get(name=RUNNER)
        if row.stopped_at is not None or not _is_free(row, now):
            return False
        won = RunnerLease.objects.filter(
            Q(name=RUNNER, number=row.number, stopped_at__isnull=True)
        ).update(
            holder=self.holder,
            number=row.number + 1,
            until=now + HELD_FOR,
            host=self.host,
            pid=os.getpid(),
            mode=self.mode,
            started_at=now,
            ticked_at=now,
        )
        if won:
            self.number, self._renewed_at = row.number + 1, now
        return bool(won)


def _prolonging(alias: str) -> str:
    table, until, ticked_at, name, holder, number, stopped_at = quoted(
        RunnerLease,
        alias,
        *("until", "ticked_at", "name", "holder", "number", "stopped_at"),
    )
    return (
        f"UPDATE {table} SET {until} = %s, {ticked_at} = %s "  # noqa: S608
        f"WHERE {name} = %s AND {holder} = %s AND {number} = %s "
        f"AND {stopped_at} IS NULL"
    )


def _is_free(row: RunnerLease, now: datetime) -> bool:
    return row.until is None or row.until <= now or row.until > now + IMPOSSIBLE
