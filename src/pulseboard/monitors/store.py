"""Monitors in the database: synchronized, claimed, recorded, read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db.models import Q

from pulseboard.core.outcome import Outcome, Reason
from pulseboard.core.status import Status
from pulseboard.monitors.definition import DEMO, Confirmation, Definition
from pulseboard.monitors.judge import Judgement, Result, judge
from pulseboard.monitors.models import Monitor, RunnerLease
from pulseboard.monitors.pulse import Pulse
from pulseboard.monitors.schedule import due_slot, unwatched_since

RUNNER = "runner"


@dataclass(frozen=True, slots=True)
class Change:
    """A confirmed change of status, for those who remember, judge and tell."""

    monitor: str
    title: str
    before: Status
    after: Status
    since: datetime
    at: datetime
    outcome: Outcome


def synchronize(definitions: Mapping[str, Definition]) -> None:
    """
    Make one row per definition and mark the rows of those that are gone.

    Safe when many processes start at once: rows that another made are left alone.
    """
    rows = {row.name: row for row in Monitor.objects.all()}
    missing = [_fresh(each) for name, each in definitions.items() if name not in rows]
    if missing:
        Monitor.objects.bulk_create(missing, ignore_conflicts=True)
    for name, row in rows.items():
        if row.source == DEMO:
            continue
        wanted = (
            _declared(definitions[name]) if name in definitions else {"declared": False}
        )
        changed = {k: v for k, v in wanted.items() if getattr(row, k) != v}
        if changed:
            Monitor.objects.filter(pk=row.pk).update(**changed)


def ensure(definition: Definition) -> Monitor:
    """Make or renew the row of one *definition* at once, before a runner does."""
    row, _ = Monitor.objects.update_or_create(
        name=definition.name, defaults=_declared(definition)
    )
    return row


def scheduled(now: datetime) -> list[Monitor]:
    """Return the rows that are to run: declared, enabled, not paused."""
    return list(
        Monitor.objects.filter(declared=True, enabled=True)
        .exclude(paused_until__gt=now)
        .exclude(source=DEMO)
    )


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


def record(
    row: Monitor,
    outcome: Outcome,
    at: datetime,
    duration_seconds: float,
    policy: Confirmation,
) -> Change | None:
    """
    Write *outcome* into *row*, and judge it.

    Returns:
        The confirmed change, None when what is believed stays as it was.
    """
    if row.ran_at is not None and at <= row.ran_at:
        return None  # a newer result stands already
    before = judgement_of(row)
    if unwatched_since(row.ran_at, row.interval, at) is not None:
        # What was seen before the gap is no neighbour of what is seen now.
        before = replace(before, memory=())
    after = judge(before, Result(outcome.status, at), policy)
    _write_outcome(row, outcome, at, duration_seconds)
    _write_judgement(row, after)
    row.save(update_fields=RECORDED_FIELDS)
    if after.confirmed is before.confirmed or after.since is None:
        return None
    return Change(
        row.name, row.title, before.confirmed, after.confirmed, after.since, at, outcome
    )


RECORDED_FIELDS = (
    "status",
    "status_since",
    "reason",
    "summary",
    "readings",
    "first_reading",
    "details",
    "reference",
    "degraded",
    "ran_at",
    "duration_seconds",
    "good_at",
    "good_summary",
    "memory",
    "confirmed",
    "confirmed_since",
)


def judgement_of(row: Monitor) -> Judgement:
    """Return what *row* remembers of its last results."""
    memory = tuple(
        Result(Status(status), datetime.fromtimestamp(seconds, UTC))
        for status, seconds in row.memory
    )
    return Judgement(Status(row.confirmed), row.confirmed_since, memory)


def standing(row: Monitor, now: datetime) -> Change:
    """Return what *row* believes at *now* as if it were news."""
    status = Status(row.confirmed)
    outcome = Outcome(status, row.summary, row.readings, Reason(row.reason))
    since = row.confirmed_since or now
    return Change(row.name, row.title, Status.UNKNOWN, status, since, now, outcome)


def paused(now: datetime) -> frozenset[str]:
    """Return the names of the monitors that are not asked at *now*, for a while."""
    rows = Monitor.objects.filter(paused_until__gt=now)
    return frozenset(rows.values_list("name", flat=True))


def current() -> list[Monitor]:
    """Return the rows people are shown: every declared and enabled monitor."""
    return list(Monitor.objects.filter(declared=True, enabled=True))


def has_demo() -> bool:
    """Return whether demo data are shown among what is real."""
    return Monitor.objects.filter(source=DEMO).exists()


def locked(names: Iterable[str]) -> list[Monitor]:
    """
    Return the rows of *names* that exist, ours until the transaction ends.

    A run by hand and the runner may record the same monitor at once: both would judge
    from the same memory, and both would announce. Where the database locks rows they
    take turns, always by name; SQLite has one writer anyway.
    """
    rows = Monitor.objects.select_for_update().filter(name__in=list(names))
    return list(rows.order_by("name"))


def read_pulse() -> Pulse:
    """Return the runner's sign of life."""
    row = RunnerLease.objects.filter(name=RUNNER).first()
    if row is None:
        return Pulse()
    return Pulse(
        ticked_at=row.ticked_at,
        stopped_at=row.stopped_at,
        stopped_by=row.stopped_by,
        host=row.host,
        pid=row.pid,
        mode=row.mode,
        figures=row.figures,
    )


def stop_runners(who: str, now: datetime) -> None:
    """Keep every runner from ticking until `start_runners`, shown on every surface."""
    RunnerLease.objects.get_or_create(name=RUNNER)
    RunnerLease.objects.filter(name=RUNNER).update(stopped_at=now, stopped_by=who[:150])


def start_runners() -> bool:
    """Let runners tick again; returns whether they had been stopped."""
    stopped = RunnerLease.objects.filter(Q(name=RUNNER, stopped_at__isnull=False))
    # Free, too: the last holder let go when it was stopped, before its time was over.
    return bool(stopped.update(stopped_at=None, stopped_by="", until=None))


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


def _write_outcome(
    row: Monitor, outcome: Outcome, at: datetime, duration_seconds: float
) -> None:
    if row.status != outcome.status.value or row.status_since is None:
        row.status_since = at
    row.status = outcome.status.value
    row.reason = outcome.reason.value if outcome.reason else ""
    row.summary = outcome.summary
    row.readings = dict(outcome.readings)
    row.first_reading = next(iter(outcome.readings), "")[:100]
    row.details = dict(outcome.details)
    row.reference = outcome.reference
    row.degraded = outcome.degraded
    row.ran_at = at
    row.duration_seconds = duration_seconds
    if outcome.status is Status.HEALTHY:
        row.good_at, row.good_summary = at, outcome.summary


def _write_judgement(row: Monitor, judgement: Judgement) -> None:
    row.memory = [[r.status.value, r.at.timestamp()] for r in judgement.memory]
    row.confirmed = judgement.confirmed.value
    row.confirmed_since = judgement.since
