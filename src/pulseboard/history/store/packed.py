"""
Closed hours packed, and summarised by hour and by day.

::

    Run rows of one hour  +  PackedHour   ->  PackedHour
                what that hour gained     ->  HourSummaries, DaySummary

An hour is a set and its summaries only gain what the set gained. So it makes no
difference in how many parts, in what order or how often the runs arrived, and an
interrupted call is simply repeated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import router, transaction

from pulseboard.core.buckets import HOUR_SECONDS, epoch_hour
from pulseboard.core.log_scale import code_of
from pulseboard.core.packing import Sample, pack_hour, unpack_hour
from pulseboard.history.key import key_of, series_of, time_of
from pulseboard.history.models import (
    DaySummary,
    HourSummaries,
    Packed,
    PackedHour,
    Run,
    Series,
)
from pulseboard.history.store.series import RUNS, chunks, ids_of_readings, ids_of_runs
from pulseboard.history.summary import Summary, pack_hours, unpack_hours

#: An hour is packed this long after it closed: ten minutes for what arrives late,
#: sixty because cards and admin lists read the last hour as rows.
GRACE = timedelta(minutes=70)

#: Rows read, written or deleted in one transaction, so that none holds a lock long.
MOST_ROWS = 1000

#: A series of no monitor, to be locked by who packs. That of a monitor would do,
#: but MariaDB also locks it for every run that refers to it.
_PACKER = ""

P = TypeVar("P", bound=Packed)


def roll_up(now: datetime, *, budget_rows: int) -> int:
    """
    Pack runs of closed hours, at most *budget_rows* of them.

    Returns:
        How many rows of Run were packed; fewer than *budget_rows* when none is left.
    """
    before_ms = epoch_hour(now - GRACE) * HOUR_SECONDS * 1000
    packer = ids_of_runs([_PACKER])[_PACKER]
    done = 0
    while done < budget_rows:
        packed = _pack_some(packer, before_ms, min(MOST_ROWS, budget_rows - done))
        done += packed
        if not packed:
            break
    return done


@dataclass(slots=True)
class _Batch:
    """Samples by hour and series, and the rows they came from."""

    rows: list[int] = field(default_factory=list)
    samples: dict[int, set[Sample]] = field(default_factory=lambda: defaultdict(set))

    @property
    def size(self) -> int:
        # Each hour is read and written in three tables.
        return len(self.rows) + 3 * len(self.samples)


def _pack_some(packer: int, before_ms: int, most_rows: int) -> int:
    with transaction.atomic(using=router.db_for_write(Run)):
        _wait_for_others(packer)
        batch = _read(before_ms, most_rows)
        if batch.rows:
            _write(batch.samples)
            for chunk in chunks(batch.rows):
                Run.objects.filter(pk__in=chunk).delete()
    return len(batch.rows)


def _wait_for_others(packer: int) -> None:
    """
    Let no two processes pack at once: one would count on what the other replaces.

    Asked first of all in the transaction, so that whatever is read afterwards is
    what the other one wrote.
    """
    list(Series.objects.select_for_update().filter(pk=packer).values_list("pk"))


_COLUMNS = ("pk", "series_id", "at_ms", "status", "duration_seconds", "readings")


def _read(before_ms: int, most_rows: int) -> _Batch:
    # By series, so that a transaction has whole hours of few series.
    closed = Run.objects.filter(at_ms__lt=before_ms).order_by("series_id", "at_ms")
    rows = list(closed.values_list(*_COLUMNS)[:most_rows])
    readings = _series_of_readings(
        (series, names) for _, series, _, _, _, names in rows
    )
    batch = _Batch()
    for pk, series, at_ms, status, duration, values in rows:
        hour, second = divmod(at_ms // 1000, HOUR_SECONDS)
        measured = {series: duration} | {
            readings[series, name]: value
            for name, value in values.items()
            if (series, name) in readings
        }
        for each, value in measured.items():
            sample = Sample(second, code_of(value), status)
            batch.samples[key_of(hour, each)].add(sample)
        batch.rows.append(pk)
        if batch.size >= MOST_ROWS:
            break
    return batch


def _series_of_readings(
    used: Iterable[tuple[int, Mapping[str, float]]],
) -> dict[tuple[int, str], int]:
    """Return the ids of the readings' series by that of the runs' series and name."""
    names: dict[int, set[str]] = defaultdict(set)
    for series, readings in used:
        names[series].update(readings)
    monitors: dict[int, str] = {}
    for chunk in chunks(names):
        rows = Series.objects.filter(pk__in=chunk, reading=RUNS)
        monitors |= dict(rows.values_list("pk", "monitor"))
    found = ids_of_readings(
        (monitors[series], name) for series in names for name in names[series]
    )
    return {
        (series, name): found[monitors[series], name]
        for series in names
        for name in names[series]
        if (monitors[series], name) in found
    }


def _write(arrived: Mapping[int, set[Sample]]) -> None:
    known = {key: unpack_hour(packed) for key, packed in _packed(PackedHour, arrived)}
    hours: dict[int, dict[int, bytes]] = {_day_of(key): {} for key in arrived}
    for key, packed in _packed(HourSummaries, hours):
        hours[key] = unpack_hours(packed)
    days = {key: Summary() for key in hours}
    for key, packed in _packed(DaySummary, days):
        days[key] = Summary.from_bytes(packed)
    kept: dict[int, bytes] = {}
    for key, samples in arrived.items():
        before = known.get(key, set())
        gained = Summary.of(samples - before)
        of_day, hour = hours[_day_of(key)], time_of(key) % 24
        # A summary without its samples: those were pruned, and stay so.
        if key in known or hour not in of_day:
            kept[key] = pack_hour(before | samples)
        summary = _summary(of_day.get(hour), before)
        summary.merge(gained)
        of_day[hour] = summary.to_bytes()
        days[_day_of(key)].merge(gained)
    _replace(PackedHour, kept)
    _replace(HourSummaries, {key: pack_hours(each) for key, each in hours.items()})
    _replace(DaySummary, {key: each.to_bytes() for key, each in days.items()})


def _day_of(key: int) -> int:
    """Return the key of the day in which the hour of *key* lies."""
    return key_of(time_of(key) // 24, series_of(key))


def _summary(packed: bytes | None, samples: set[Sample]) -> Summary:
    return Summary.from_bytes(packed) if packed else Summary.of(samples)


def _packed(model: type[P], keys: Iterable[int]) -> Iterable[tuple[int, bytes]]:
    for chunk in chunks(list(keys)):
        rows = model._default_manager.filter(pk__in=chunk)
        for key, packed in rows.values_list("key", "packed"):
            yield key, bytes(packed)


def _replace(model: type[P], blobs: Mapping[int, bytes]) -> None:
    # Not an upsert: databases differ in how they want it said.
    for chunk in chunks(blobs):
        model._default_manager.filter(pk__in=chunk).delete()
    model._default_manager.bulk_create(
        [model(key=key, packed=blob) for key, blob in sorted(blobs.items())]
    )


def pack_samples(samples: Sequence[Sample]) -> tuple[bytes, bytes]:
    """Return one hour of one series as PackedHour and HourSummaries would hold it."""
    return pack_hour(samples), Summary.of(set(samples)).to_bytes()
