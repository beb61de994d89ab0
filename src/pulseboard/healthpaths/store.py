"""
The last results for requests: read at most once a second, never waited for long.

    memory of this second ─▶ database, on a thread with a deadline
                                 └─ fails ─▶ the deciding checks, asked now,
                                             remembered for `CRITICAL_CACHE_FOR`
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

# Not DatabaseError: "the connection is closed" is an InterfaceError beside it.
from django.db import Error as DatabaseFailure
from django.db import connection

from pulseboard.alerts.models import SystemAlert
from pulseboard.conf import get_settings
from pulseboard.core.deadline import Deadline
from pulseboard.core.log import get_logger
from pulseboard.core.status import Status
from pulseboard.healthpaths.answers import detailed
from pulseboard.healthpaths.snapshot import Known, Snapshot
from pulseboard.history.observed import Observed
from pulseboard.monitors import latest, registry
from pulseboard.monitors import store as monitors
from pulseboard.monitors.definition import Definition
from pulseboard.monitors.models import Monitor
from pulseboard.monitors.run_now import ask_now
from pulseboard.traffic import store as traffic

logger = get_logger("pulseboard.health")

STARTED = time.monotonic()
FRESH_SECONDS = 1.0
READ_SECONDS = 1.5


class Figures:
    """The figures of the requests; one reader at a time renews them."""

    def __init__(self) -> None:
        self._renewing = threading.Lock()
        self._kept: tuple[float, dict[str, Any]] | None = None
        self._reader: Deadline[dict[str, Any]] = Deadline(
            "pulseboard reads request counts"
        )

    def read(self, now: datetime) -> dict[str, Any]:
        """Return them, at most a second old; none while the database is silent."""
        kept = self._kept
        if not self._renewing.acquire(blocking=kept is None, timeout=-1):
            return kept[1] if kept else {}
        try:
            kept = self._kept
            if kept is None or time.monotonic() - kept[0] >= FRESH_SECONDS:
                kept = self._kept = (time.monotonic(), self._renewed(now))
            return kept[1]
        finally:
            self._renewing.release()

    def forget(self) -> None:
        """Read again next time."""
        self._kept = None

    def _renewed(self, now: datetime) -> dict[str, Any]:
        try:
            return self._reader.call(lambda: _read_figures(now), READ_SECONDS)
        except (DatabaseFailure, TimeoutError):
            return {}


class Board:
    """The snapshot of this process; one reader at a time renews it."""

    def __init__(self) -> None:
        self._renewing = threading.Lock()
        self._stored: tuple[float, Snapshot] | None = None
        self._inline: tuple[float, Snapshot] | None = None
        self._reader: Deadline[Snapshot] = Deadline("pulseboard reads results")
        self.figures = Figures()

    def snapshot(self) -> Snapshot:
        """Return what is known, at most a second old while the database answers."""
        kept = self._stored
        if kept is not None and time.monotonic() - kept[0] < FRESH_SECONDS:
            return kept[1]
        # Whoever comes while another renews takes the last snapshot, if there is one.
        if not self._renewing.acquire(blocking=kept is None, timeout=-1):
            return kept[1] if kept else Snapshot()
        try:
            return self._renew()
        finally:
            self._renewing.release()

    def forget(self) -> None:
        """Read again next time; after a run by hand, and in tests."""
        self._stored = self._inline = None
        self.figures.forget()

    def _renew(self) -> Snapshot:
        kept = self._stored
        if kept is not None and time.monotonic() - kept[0] < FRESH_SECONDS:
            return kept[1]
        snapshot = _with_newer(self._read())
        if snapshot.trouble or not any(each.ran_at for each in snapshot.deciding):
            snapshot = self._ask(snapshot)
        self._stored = (time.monotonic(), snapshot)
        return snapshot

    def _read(self) -> Snapshot:
        try:
            return self._reader.call(_read_stored, READ_SECONDS)
        except TimeoutError:
            return Snapshot(trouble="the database does not answer in time")
        except DatabaseFailure:
            return Snapshot(trouble="the database cannot be read")
        except Exception:
            logger.exception("The last results cannot be read")
            return Snapshot(trouble="the last results cannot be read")

    def _ask(self, stored: Snapshot) -> Snapshot:
        """Return *stored* with the deciding checks asked now, or a moment ago."""
        kept = self._inline
        if kept is not None and time.monotonic() - kept[0] < _kept_seconds(
            stored, kept[1]
        ):
            return kept[1]
        snapshot = _asked(stored)
        self._inline = (time.monotonic(), snapshot)
        return snapshot


def _kept_seconds(stored: Snapshot, asked: Snapshot) -> float:
    """Return how long *asked* may be repeated: not for long while there is trouble."""
    settings = get_settings()
    bad = any(each.status is Status.CRITICAL for each in asked.deciding)
    silent = stored.pulse.ticked_at is None
    hurry = bad or silent or bool(stored.trouble)
    wait = settings.critical_cache_for if hurry else settings.cache_for
    return wait.total_seconds()


board = Board()


def health() -> dict[str, Any]:
    """Return what ``detailed`` answers: the last results with their age."""
    now = datetime.now(UTC)
    return detailed(
        board.snapshot(),
        now,
        uptime_seconds=time.monotonic() - STARTED,
        performance=board.figures.read(now),
    )


def _read_figures(now: datetime) -> dict[str, Any]:
    try:
        return traffic.performance(now)
    finally:
        connection.close()  # this thread ends


def _read_stored() -> Snapshot:
    try:
        rows = monitors.current()
        return Snapshot(
            known=[_from_row(row) for row in rows],
            pulse=monitors.read_pulse(),
            alerts=SystemAlert.objects.filter(resolved=False).count(),
        )
    finally:
        connection.close()  # this thread ends


def _with_newer(stored: Snapshot) -> Snapshot:
    """
    Return *stored* with what this process saw since, if anything.

    While the database refuses writes, the newest results are in the memory of the
    process that runs.
    """
    seen = _from_memory(latest.seen().values(), registry.definitions())
    newer = [
        seen[each.name]
        if each.name in seen and _is_newer(seen[each.name], each)
        else each
        for each in stored.known
    ]
    return replace(stored, known=newer)


def _is_newer(seen: Known, stored: Known) -> bool:
    if seen.ran_at is None:
        return False
    return stored.ran_at is None or seen.ran_at > stored.ran_at


def _asked(stored: Snapshot) -> Snapshot:
    definitions = registry.definitions()
    deciding = [name for name, each in definitions.items() if each.decides_readiness]
    asked = ask_now(deciding) if deciding else []
    known = {each.name: each for each in stored.known}
    known |= _from_memory(latest.seen().values(), definitions) if stored.trouble else {}
    # What was asked for this answer is fresh for as long as it is remembered.
    minute = timedelta(seconds=60)
    for name, each in _from_memory(asked, definitions).items():
        known[name] = replace(each, interval=max(each.interval, minute))
    return Snapshot(
        known=list(known.values()),
        pulse=stored.pulse,
        alerts=stored.alerts,
        trouble=stored.trouble,
    )


def _from_row(row: Monitor) -> Known:
    return Known(
        name=row.name,
        title=row.title,
        status=Status(row.status),
        summary=row.summary,
        ran_at=row.ran_at,
        interval=row.interval,
        duration_seconds=row.duration_seconds,
        decides_readiness=row.decides_readiness,
        readings=row.readings,
        details=row.details,
        reference=row.reference,
    )


def _from_memory(
    observed: Iterable[Observed], definitions: dict[str, Definition]
) -> dict[str, Known]:
    return {
        each.monitor: _from_observed(each, definitions[each.monitor])
        for each in observed
        if each.monitor in definitions
    }


def _from_observed(each: Observed, definition: Definition) -> Known:
    return Known(
        name=each.monitor,
        title=definition.title,
        status=each.outcome.status,
        summary=each.outcome.summary,
        ran_at=each.at,
        interval=definition.every,
        duration_seconds=each.duration_seconds,
        decides_readiness=definition.decides_readiness,
        readings=each.outcome.readings,
        details=each.outcome.details,
        reference=each.outcome.reference,
    )
