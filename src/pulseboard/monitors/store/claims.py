"""Slots claimed by conditional update: whoever raises a slot owns its run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connections, router, transaction

from pulseboard.history.store.retry import retried
from pulseboard.monitors.agenda import Entry
from pulseboard.monitors.models import Monitor
from pulseboard.monitors.schedule import due_slot
from pulseboard.monitors.store.rows import _scheduled
from pulseboard.tables import quoted

CHUNK = 500


def entries(now: datetime) -> list[Entry]:
    """Return what is to run at all, with the slots that are claimed."""
    rows = _scheduled(now).order_by()
    return [
        Entry(pk, name, timedelta(seconds=seconds), slot)
        for pk, name, seconds, slot in rows.values_list(
            "pk", "name", "interval_seconds", "slot"
        )
    ]


def claim(row: Monitor, holder: str, now: datetime) -> bool:
    """
    Claim the slot of *row* that is due at *now* for *holder*.

    Returns:
        True when it is ours; False when nothing is due or somebody was faster.
    """
    slot = due_slot(row.name, row.interval, row.slot, now)
    if slot is None:
        return False
    won = Monitor.objects.filter(pk=row.pk, slot=row.slot).update(
        slot=slot, claimed_by=holder
    )
    if won:
        row.slot, row.claimed_by = slot, holder
    return bool(won)


def claim_all(due: Sequence[Entry], holder: str, now: datetime) -> list[Entry]:
    """
    Claim the slots of *due* for *holder* in one transaction.

    Each row is changed only where its slot is still the one we know. When some are
    not, the rows are read again: they say which are ours, and what the others are at.

    Returns:
        Those that are ours, their slots raised.
    """
    wanted = {each.pk: slot for each in due if (slot := each.due_slot(now)) is not None}
    if not wanted:
        return []
    known = {each.pk: each.slot for each in due}
    # By key: who takes locks in another order could meet us half way.
    changes = [(wanted[pk], holder, pk, known[pk]) for pk in sorted(wanted)]
    found = retried(lambda: _raise_slots(changes))
    won = []
    for each in due:
        slot = wanted.get(each.pk)
        if slot is None:
            continue
        if found is None:
            each.slot = slot
            won.append(each)
        elif (row := found.get(each.pk)) is not None:
            each.slot = row[0]
            if row == (slot, holder):
                won.append(each)
    return won


def _raise_slots(
    changes: Sequence[tuple[int, str, int, int]],
) -> Mapping[int, tuple[int, str]] | None:
    """Return None when every row was changed, else what the rows hold now."""
    alias = router.db_for_write(Monitor)
    table, slot, holder, key = quoted(Monitor, alias, "slot", "claimed_by", "id")
    sql = (
        f"UPDATE {table} SET {slot} = %s, {holder} = %s "  # noqa: S608  (our own names)
        f"WHERE {key} = %s AND {slot} = %s"
    )
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.executemany(sql, changes)
        if cursor.rowcount == len(changes):
            return None
        return _slots([pk for _, _, pk, _ in changes])


def _slots(ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    found: dict[int, tuple[int, str]] = {}
    for start in range(0, len(ids), CHUNK):
        rows = Monitor.objects.order_by().filter(pk__in=ids[start : start + CHUNK])
        for pk, slot, holder in rows.values_list("pk", "slot", "claimed_by"):
            found[pk] = (slot, holder)
    return found
