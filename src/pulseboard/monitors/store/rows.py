"""The rows of monitors: made from what is declared, and read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import QuerySet

from pulseboard.core.outcome import Outcome, Reason
from pulseboard.core.status import Status
from pulseboard.history.observed import Observed
from pulseboard.monitors.definition import DEMO, Definition
from pulseboard.monitors.models import Monitor
from pulseboard.monitors.remembered import Change

#: What a definition says of its row.
DECLARED_FIELDS = (
    "title",
    "kind",
    "group",
    "source",
    "declared",
    "interval_seconds",
    "timeout_seconds",
    "decides_readiness",
    "options",
)


def ensure(definition: Definition) -> Monitor:
    """Make or renew the row of one *definition* at once, before a runner does."""
    row, _ = Monitor.objects.update_or_create(
        name=definition.name, defaults=_declared(definition)
    )
    return row


def synchronize(definitions: Mapping[str, Definition]) -> bool:
    """
    Make one row per definition and mark the rows of those that are gone.

    Safe when many processes start at once: rows that another made are left alone.

    Returns:
        Whether anything was changed.
    """
    rows = {
        name: (pk, dict(zip(DECLARED_FIELDS, values, strict=True)))
        for pk, name, *values in Monitor.objects.order_by().values_list(
            "pk", "name", *DECLARED_FIELDS
        )
    }
    missing = [_fresh(each) for name, each in definitions.items() if name not in rows]
    if missing:
        Monitor.objects.bulk_create(missing, ignore_conflicts=True)
    is_changed = bool(missing)
    for name, (pk, row) in rows.items():
        if row["source"] == DEMO:
            continue
        wanted = (
            _declared(definitions[name]) if name in definitions else {"declared": False}
        )
        changed = {k: v for k, v in wanted.items() if row[k] != v}
        if changed:
            Monitor.objects.filter(pk=pk).update(**changed)
            is_changed = True
    return is_changed


def scheduled(now: datetime) -> list[Monitor]:
    """Return the rows that are to run: declared, enabled, not paused."""
    return list(_scheduled(now))


def scheduled_ids(now: datetime) -> frozenset[int]:
    """Return the keys of those rows; cheap enough to ask every few seconds."""
    return frozenset(_scheduled(now).order_by().values_list("pk", flat=True))


def troubled(now: datetime) -> list[Monitor]:
    """Return those of `scheduled` whose last result is bad, and believed to be."""
    bad = (Status.WARNING.value, Status.CRITICAL.value)
    return list(_scheduled(now).filter(confirmed__in=bad, status__in=bad))


def standing(row: Monitor, now: datetime) -> Change:
    """Return what *row* believes at *now* as if it were news."""
    status = Status(row.confirmed)
    reason = Reason(row.reason)
    outcome = Outcome(status, row.summary, row.readings, reason, details=row.details)
    since = row.confirmed_since or now
    return Change(row.name, row.title, Status.UNKNOWN, status, since, now, outcome)


def last_results(names: Iterable[str]) -> list[Observed]:
    """Return the last result of each of *names* that ever had one."""
    rows = _current().filter(name__in=list(names)).order_by()
    return [
        Observed(name, ran_at, _outcome(status, summary, reason), 0.0)
        for name, ran_at, status, summary, reason in rows.values_list(
            "name", "ran_at", "status", "summary", "reason"
        )
        if ran_at is not None
    ]


def _outcome(status: str, summary: str, reason: str) -> Outcome:
    return Outcome(Status(status), summary, reason=Reason(reason) if reason else None)


def paused(now: datetime) -> frozenset[str]:
    """Return the names of the monitors that are not asked at *now*, for a while."""
    rows = Monitor.objects.filter(paused_until__gt=now)
    return frozenset(rows.values_list("name", flat=True))


def current() -> list[Monitor]:
    """Return the rows people are shown: every declared and enabled monitor."""
    return list(_current())


def statuses() -> dict[str, str]:
    """Return name and last status of every declared and enabled monitor."""
    return dict(_current().order_by().values_list("name", "status"))


def has_demo() -> bool:
    """Return whether demo data are shown among what is real."""
    return Monitor.objects.filter(source=DEMO).exists()


def _current() -> QuerySet[Monitor]:
    return Monitor.objects.filter(declared=True, enabled=True)


def _scheduled(now: datetime) -> QuerySet[Monitor]:
    return _current().exclude(paused_until__gt=now).exclude(source=DEMO)


def _fresh(definition: Definition) -> Monitor:
    return Monitor(name=definition.name, **_declared(definition))


def _declared(definition: Definition) -> dict[str, object]:
    return {
        "title": definition.title[:150],
        "kind": definition.kind.value,
        "group": definition.group[:100],
        "source": definition.source[:200],
        "declared": True,
        "interval_seconds": definition.every.total_seconds(),
        "timeout_seconds": definition.timeout.total_seconds(),
        "decides_readiness": definition.decides_readiness,
        "options": dict(definition.options),
    }
