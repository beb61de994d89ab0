"""Numbers for series, given out when one is met first."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Count

from pulseboard.history.models import Series

#: The reading under which a monitor's runs themselves are kept.
RUNS = ""

#: A check that invents names of readings fills no table: later names are not kept.
MOST_READINGS = 50

#: Names in one statement; some databases allow a thousand parameters.
CHUNK = 500

T = TypeVar("T")


def ids_of_runs(monitors: Iterable[str]) -> dict[str, int]:
    """Return the id of each monitor's own series, new ones made."""
    names = sorted(set(monitors))
    found = _found(names)
    if missing := [name for name in names if name not in found]:
        Series.objects.bulk_create(
            [Series(monitor=name, reading=RUNS) for name in missing],
            ignore_conflicts=True,  # another process may have met it too
        )
        found |= _found(missing)
        found |= _found_one_by_one(name for name in missing if name not in found)
    return found


def ids_of_readings(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """
    Return the ids of pairs of monitor and reading, new ones made.

    A pair is missing in the answer when its monitor has `MOST_READINGS` already.
    """
    pairs = sorted(set(wanted))
    found = _found_readings(pairs)
    missing = [pair for pair in pairs if pair not in found]
    if fresh := list(_with_room(missing)):
        Series.objects.bulk_create(
            [Series(monitor=monitor, reading=reading) for monitor, reading in fresh],
            ignore_conflicts=True,
        )
        found |= _found_readings(fresh)
    return found


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterable[list[T]]:
    """Return *values* in lists of at most *size*."""
    iterator = iter(values)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk


def _found(names: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in chunks(names):
        rows = Series.objects.filter(monitor__in=chunk, reading=RUNS)
        found |= dict(rows.values_list("monitor", "pk"))
    return found


def _found_one_by_one(names: Iterable[str]) -> dict[str, int]:
    # MariaDB takes "Shop" for "shop": there is a row, under the name as it was met.
    rows = Series.objects.filter(reading=RUNS)
    return {name: rows.values_list("pk", flat=True).get(monitor=name) for name in names}


def _found_readings(pairs: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    wanted = set(pairs)
    found: dict[tuple[str, str], int] = {}
    for chunk in chunks(sorted({monitor for monitor, _ in pairs})):
        rows = Series.objects.filter(monitor__in=chunk)
        for monitor, reading, pk in rows.values_list("monitor", "reading", "pk"):
            if (monitor, reading) in wanted:
                found[monitor, reading] = pk
    return found


def _with_room(missing: list[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    taken: dict[str, int] = defaultdict(int)
    for chunk in chunks(sorted({monitor for monitor, _ in missing})):
        rows = Series.objects.filter(monitor__in=chunk).exclude(reading=RUNS)
        counted = rows.values("monitor").annotate(readings=Count("pk"))
        taken.update(counted.values_list("monitor", "readings"))
    for monitor, reading in missing:
        if taken[monitor] < MOST_READINGS:
            taken[monitor] += 1
            yield monitor, reading
