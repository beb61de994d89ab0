"""Remember, judge, tell: what becomes of observed results, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db import router, transaction

from pulseboard.alerts import store as alerts
from pulseboard.core.status import Status
from pulseboard.history import store as history
from pulseboard.history.observed import Observed
from pulseboard.history.store.retry import retried
from pulseboard.maintenance import store as maintenance
from pulseboard.monitors import store as monitors
from pulseboard.monitors.definition import Confirmation, Definition
from pulseboard.monitors.models import Monitor
from pulseboard.monitors.schedule import unwatched_since
from pulseboard.monitors.store import Change


def record(
    observed: Sequence[Observed],
    definitions: Mapping[str, Definition],
    now: datetime,
    *,
    confirm: Callable[[datetime], None] = lambda now: None,
) -> list[Change]:
    """
    Store *observed* and everything that follows from it, or nothing.

    Args:
        confirm: Called first in the transaction; raises to roll back.

    Returns:
        The confirmed changes of status.

    Raises:
        DatabaseError: It could not be stored, after three tries for a lock.
    """

    def write() -> list[Change]:
        with transaction.atomic(using=router.db_for_write(Monitor)):
            confirm(now)
            return _record(observed, definitions, now)

    return retried(write)


def _record(
    observed: Sequence[Observed], definitions: Mapping[str, Definition], now: datetime
) -> list[Change]:
    rows = {row.name: row for row in monitors.locked({o.monitor for o in observed})}
    changes = []
    for each in observed:
        row = rows.get(each.monitor)
        if row is None:
            continue
        _note_gap(row, each.at)
        change = _one(row, each, definitions, now)
        if change is not None:
            history.note_confirmed(change.monitor, change.after, change.since)
            changes.append(change)
    history.remember([each for each in observed if each.monitor in rows])
    alerts.apply(changes, muted=maintenance.muted(rows, now))
    return changes


def _note_gap(row: Monitor, at: datetime) -> None:
    """Record that nobody knows how *row* was while nothing asked it, if so."""
    since = unwatched_since(row.ran_at, row.interval, at)
    if since is not None:
        history.note_confirmed(row.name, Status.UNKNOWN, since)
        history.note_confirmed(row.name, Status(row.confirmed), at)


def _one(
    row: Monitor,
    each: Observed,
    definitions: Mapping[str, Definition],
    now: datetime,
) -> Change | None:
    if row.ran_at is not None and row.ran_at > now:
        row.ran_at = None  # the clock was set back since: that result is not newer
    definition = definitions.get(each.monitor)
    policy = definition.confirmation if definition else Confirmation()
    return monitors.record(row, each.outcome, each.at, each.duration_seconds, policy)
