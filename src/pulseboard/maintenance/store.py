"""
Which windows are open, and when a monitor was in one.

The runner asks every second, so occurrences are worked out once and kept in memory
until a window changes: each question costs one query that finds out whether one did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import router, transaction
from django.db.models import Count, F, Max, Q, Sum

from pulseboard.core.errors import ConfigError
from pulseboard.core.log import get_logger
from pulseboard.maintenance.conflicts import Conflict, conflicts
from pulseboard.maintenance.expansions import Expansions
from pulseboard.maintenance.models import KeptOccurrence, Maintenance
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.maintenance.plan import Plan
from pulseboard.maintenance.recurrence import LONGEST_WINDOW
from pulseboard.monitors.models import Component, ComponentMonitor, Monitor

log = get_logger("pulseboard.maintenance")

Kind = Maintenance.Kind
Times = list[tuple[datetime, datetime]]

#: How far back from its end a question may reach: a year and some.
REACH = timedelta(days=400)
#: So many of a plan's own occurrences are compared with those of others.
MOST_COMPARED = 50
SOON = timedelta(days=90)
_SECOND = timedelta(seconds=1)
_INSTANT = timedelta(microseconds=1)

_expansions: Expansions[Occurrence] = Expansions()


def occurrences(
    start: datetime, end: datetime, *, cancelled: bool = False
) -> list[Occurrence]:
    """
    Return what overlaps the time from *start* to *end*, in order of starts.

    Args:
        start: At most 400 days before *end*; what ended earlier is not found.
        cancelled: Also those that will not be, or were not.
    """
    found = _between(start, end)
    return _with_groups([each for each in found if cancelled or not each.is_cancelled])


def open_windows(now: datetime) -> list[Occurrence]:
    """Return the occurrences that *now* lies in; the end is not part of one."""
    return _with_groups(_open(now))


def muted(monitors: Iterable[str], now: datetime) -> frozenset[str]:
    """Return those of *monitors* whose alerts are muted at *now*."""
    windows = [each for each in _open(now) if each.mutes]
    if not windows:
        return frozenset()
    covering = _covering(_with_groups(windows), list(monitors))
    return frozenset(name for name, found in covering.items() if found)


def windows_of(monitor: str, start: datetime, end: datetime) -> Times:
    """Return what is left out of the uptime of *monitor* between *start* and *end*."""
    return windows_for([monitor], start, end)[monitor]


def windows_for(
    monitors: Collection[str], start: datetime, end: datetime
) -> dict[str, Times]:
    """
    Return what is left out of the uptime of each of *monitors*, in order of starts.

    Five queries at most, whatever the number of monitors; mostly one.

    Args:
        start: As for `occurrences`.
    """
    windows = [each for each in occurrences(start, end) if each.excludes]
    covering = _covering(windows, monitors)
    return {
        name: [(each.starts_at, each.ends_at) for each in found]
        for name, found in covering.items()
    }


def upcoming(window: Maintenance, now: datetime, most: int = 5) -> list[Occurrence]:
    """Return the next *most* occurrences of *window*, which need not be stored."""
    try:
        plan = _plan(window, now - REACH)
    except ConfigError:
        return []
    return [window.as_occurrence(each) for each in plan.upcoming(now, most)]


def conflicts_of(window: Maintenance, now: datetime) -> list[Conflict]:
    """Return where *window* meets others in its first 90 days, stored or not."""
    mine = _with_groups(upcoming(window, now, MOST_COMPARED))
    if not mine:
        return []
    mine = [each for each in mine if each.starts_at < mine[0].starts_at + SOON]
    last = max(each.ends_at for each in mine)
    others = occurrences(mine[0].starts_at, last)
    return conflicts(
        _with_monitors(mine),
        _with_monitors([o for o in others if not o.key.startswith(window.uid)]),
    )


def unknown_names(window: Maintenance) -> dict[str, list[str]]:
    """Return what *window* names and nobody knows, by field."""
    known = {
        "monitors": Monitor.objects.values_list("name", flat=True),
        "components": Component.objects.values_list("slug", flat=True),
        "groups": Monitor.objects.exclude(group="").values_list("group", flat=True),
    }
    wrong = {
        field: sorted(set(getattr(window, field)) - set(names))
        for field, names in known.items()
    }
    return {field: names for field, names in wrong.items() if names}


def save(window: Maintenance, who: str, now: datetime) -> None:
    """
    Store *window*. What has begun under a plan that changes stays as it was.

    The rule of before goes on to say what was until *now*, the new one what will be.
    """
    with _atomic():
        before = Maintenance.objects.select_for_update().filter(pk=window.pk).first()
        if before is not None and _plans_otherwise(before, window):
            _keep_past(before, who, now)
            window.planned_from = now
        window.save()


def start_manual(window: Maintenance, who: str, now: datetime) -> Occurrence | None:
    """
    Begin *window* by hand.

    Returns:
        What began; None when it is not for that, is cancelled, or is open already.
    """
    with _atomic():
        row = Maintenance.objects.select_for_update().filter(pk=window.pk).first()
        if row is None or row.kind != Kind.MANUAL or row.cancelled_at:
            return None
        # Also one that began a moment later, by the clock of another machine.
        if upcoming(row, now, 1):
            return None
        _keep(row, now, now + row.longest, who, now)
        return _open_of(row, now)


def end_now(
    window: Maintenance, occurrence_key: str | None, who: str, now: datetime
) -> Occurrence | None:
    """
    End the occurrence of *window* that runs; later ones stay.

    Args:
        occurrence_key: Only if it is this one; None: whichever runs.

    Returns:
        It, as it ended; None when none runs.
    """
    with _atomic():
        row = Maintenance.objects.select_for_update().filter(pk=window.pk).first()
        running = _open_of(row, now) if row else None
        if row is None or running is None:
            return None
        if occurrence_key is not None and occurrence_key != running.key:
            return None
        # At its very start: a window needs some length, or it were a skipped one.
        ends_at = max(now, running.starts_at + _INSTANT)
        if row.kind == Kind.ONCE:
            row.ends_at = ends_at
            row.save()
        else:
            _keep(row, running.starts_at, ends_at, who, now)
        return replace(running, ends_at=ends_at)


def skip_next(window: Maintenance, who: str, now: datetime) -> Occurrence | None:
    """Leave out the next occurrence of *window*; return it, None without one."""
    with _atomic():
        row = Maintenance.objects.select_for_update().filter(pk=window.pk).first()
        if row is None or row.kind not in (Kind.RRULE, Kind.CRON):
            return None
        coming = [each for each in upcoming(row, now, 9) if each.starts_at > now]
        if not coming:
            return None
        _keep(row, coming[0].starts_at, coming[0].starts_at, who, now)
        return coming[0]


def cancel(window: Maintenance, now: datetime) -> bool:
    """End *window* for good, what runs included; its past stays. False: it was."""
    with _atomic():
        row = Maintenance.objects.select_for_update().filter(pk=window.pk).first()
        if row is None or row.cancelled_at is not None:
            return False
        row.cancelled_at = now
        row.save()
        return True


def _open(now: datetime) -> list[Occurrence]:
    found = _between(now, now + _SECOND)
    return [each for each in found if each.is_open(now) and not each.is_cancelled]


def _open_of(row: Maintenance, now: datetime) -> Occurrence | None:
    planned = _plan(row, now - REACH).windows(now, now + _SECOND)
    for each in planned:
        if not each.is_cancelled and each.starts_at <= now < each.ends_at:
            return row.as_occurrence(each)
    return None


def _between(start: datetime, end: datetime) -> list[Occurrence]:
    start = max(start, end - REACH)
    return _expansions.between(start, end, _revision(), _expanded)


def _revision() -> object:
    """Return what differs after every change of a window or an occurrence of it."""
    found = Maintenance.objects.aggregate(
        Count("pk"), Sum("revision"), Max("pk"), Max("updated_at")
    )
    return tuple(found.values())


def _expanded(start: datetime, end: datetime) -> list[Occurrence]:
    """Return every occurrence between *start* and *end*, groups not looked up."""
    once = Q(kind=Kind.ONCE)
    overlapping = Q(starts_at__lt=end, ends_at__gt=start)
    rows = list(Maintenance.objects.filter(~once | overlapping))
    kept = _kept([row.pk for row in rows], start, end)
    found = []
    for row in rows:
        try:
            windows = row.as_plan(kept.get(row.pk)).windows(start, end)
        except ConfigError:  # written past the checks; one row must not blind the rest
            log.warning("maintenance %s cannot be read and is left out", row.pk)
            continue
        found += [row.as_occurrence(each) for each in windows]
    return sorted(found, key=lambda each: (each.starts_at, each.key))


def _plan(row: Maintenance, since: datetime) -> Plan:
    """Return the plan of *row*, stored or not, as it is from *since* on."""
    far = datetime(9999, 1, 1, tzinfo=UTC)
    return row.as_plan(_kept([row.pk], since, far).get(row.pk))


def _kept(
    ids: Sequence[int], start: datetime, end: datetime
) -> Mapping[int, dict[datetime, datetime]]:
    found: dict[int, dict[datetime, datetime]] = defaultdict(dict)
    rows = KeptOccurrence.objects.filter(
        starts_at__gt=start - LONGEST_WINDOW, starts_at__lt=end
    ).values_list("maintenance_id", "starts_at", "ends_at")
    wanted = set(ids)
    for maintenance_id, starts_at, ends_at in rows:
        if maintenance_id in wanted:
            found[maintenance_id][starts_at] = ends_at
    return found


def _with_groups(windows: list[Occurrence]) -> list[Occurrence]:
    """Return *windows* with the monitors of their groups instead of these."""
    groups = {name for each in windows for name in each.groups}
    if not groups:
        return windows
    members: dict[str, set[str]] = defaultdict(set)
    # Asked for by name, compared here: MariaDB also finds names in other case.
    rows = Monitor.objects.filter(group__in=groups).values_list("group", "name")
    for group, name in rows:
        members[group].add(name)
    return [
        replace(
            each,
            monitors=each.monitors.union(*(members[name] for name in each.groups)),
            groups=frozenset(),
        )
        for each in windows
    ]


def _with_monitors(windows: list[Occurrence]) -> list[Occurrence]:
    """Return *windows* with the monitors of their components."""
    parts = _parts(slug for each in windows for slug in each.components)
    behind: dict[str, set[str]] = defaultdict(set)
    for name, slugs in parts.items():
        for slug in slugs:
            behind[slug].add(name)
    return [
        replace(
            each, monitors=each.monitors.union(*(behind[s] for s in each.components))
        )
        for each in windows
    ]


def _parts(slugs: Iterable[str]) -> dict[str, set[str]]:
    """Return the names of the monitors behind components, each with their slugs."""
    wanted = set(slugs)
    found: dict[str, set[str]] = defaultdict(set)
    if wanted:
        rows = ComponentMonitor.objects.filter(component__slug__in=wanted)
        for name, slug in rows.values_list("monitor__name", "component__slug"):
            found[name].add(slug)
    return found


def _covering(
    windows: list[Occurrence], monitors: Collection[str]
) -> dict[str, list[Occurrence]]:
    """Return for each of *monitors* those of *windows* that cover it."""
    slugs = _parts(slug for each in windows for slug in each.components)
    # Hundreds of occurrences of one plan cover the same: ask once for all of them.
    alike: dict[Any, list[Occurrence]] = defaultdict(list)
    for each in windows:
        alike[each.everything, each.monitors, each.components].append(each)
    found: dict[str, list[Occurrence]] = {name: [] for name in monitors}
    for name, list_ in found.items():
        for same in alike.values():
            if same[0].covers(name, slugs.get(name, ())):
                list_ += same
        list_.sort(key=lambda each: each.starts_at)
    return found


_PLANNED_BY = (
    *("kind", "zone", "rule", "first_on", "last_on", "start_time"),
    "duration_minutes",
)


def _plans_otherwise(before: Maintenance, after: Maintenance) -> bool:
    if before.kind not in (Kind.RRULE, Kind.CRON):
        return False
    return any(getattr(before, name) != getattr(after, name) for name in _PLANNED_BY)


def _keep_past(row: Maintenance, who: str, now: datetime) -> None:
    """Write down what has begun, as far back as questions reach."""
    past = _plan(row, now - REACH).windows(now - REACH, now)
    KeptOccurrence.objects.bulk_create(
        [
            KeptOccurrence(
                maintenance=row,
                starts_at=each.starts_at,
                ends_at=each.starts_at if each.is_cancelled else each.ends_at,
                changed_by=who[:150],
            )
            for each in past
            if each.starts_at < now
        ],
        batch_size=500,
        ignore_conflicts=True,
    )


def _keep(
    row: Maintenance, starts_at: datetime, ends_at: datetime, who: str, now: datetime
) -> None:
    KeptOccurrence.objects.update_or_create(
        maintenance=row,
        starts_at=starts_at,
        defaults={"ends_at": ends_at, "changed_by": who[:150]},
    )
    changed = Maintenance.objects.filter(pk=row.pk)
    changed.update(revision=F("revision") + 1, updated_at=now)
    row.refresh_from_db(fields=["revision", "updated_at"])


def _atomic() -> Any:
    return transaction.atomic(using=router.db_for_write(Maintenance))
